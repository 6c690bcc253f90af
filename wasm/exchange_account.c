#include "exchange_account.h"

#include "journal.h"
#include "limits.h"
#include "usage.h"

/* What the answer cost, when that is known: "0.000123". */
static struct str cost_of(struct exchange *x) {
  const struct pursuit *p = &x->pursuit;
  struct buf text;
  buf_init(&text, &x->arena, NAME_MAX_BYTES);
  if (p->by.target != NULL)
    usage_put_cost(&text, usage_cost(x->intake.route, p->by.target, &p->usage));
  return buf_str(&text);
}

/* "0.000123 usd" */
void exchange_note_cost(struct exchange *x) {
  struct buf text;
  struct str amount = cost_of(x);
  buf_init(&text, &x->arena, HEAD_MAX);
  buf_put(&text, amount);
  buf_put_byte(&text, ' ');
  buf_put(&text, usage_currency(x->intake.route, x->pursuit.by.target));
  if (amount.n > 0)
    x->facts.cost = buf_str(&text);
}

void exchange_note_usage(struct exchange *x) {
  const struct pursuit *p = &x->pursuit;
  struct usage_note note = {.route = x->intake.route,
                            .target = p->by.target,
                            .key = p->by.key,
                            .failed = !x->left && (x->broken || x->status >= 400),
                            .failovers = p->count > 0 ? p->count - 1 : 0,
                            .first_ms = p->by.target != NULL ? p->first_ms : -1,
                            .usage = p->usage};
  usage_take(x->config->usage, &note);
}

static enum journal_outcome outcome_of(const struct exchange *x) {
  if (x->left)
    return JOURNAL_LEFT;
  if (x->broken)
    return JOURNAL_BROKEN;
  return x->status >= 400 ? JOURNAL_FAILED : JOURNAL_ANSWERED;
}

void exchange_put_line(struct exchange *x) {
  const struct intake *in = &x->intake;
  struct journal_facts facts = {.id = x->facts.request_id,
                                .method = in->head.method,
                                .path = str_part(in->head.path, 0, PATH_SHOWN_MAX),
                                .model = str_part(in->model, 0, NAME_MAX_BYTES),
                                .attempts = buf_str(&x->pursuit.journal),
                                .usage = x->pursuit.usage,
                                .status = x->status,
                                .outcome = outcome_of(x),
                                .ms = (x->served > 0 ? x->served : x->now) - x->opened,
                                .bytes_in = x->received,
                                .bytes_out = x->unseen ? -1 : x->sent,
                                .stream = in->ask.stream};
  if (in->route != NULL) {
    facts.route = in->route->name;
    facts.cost = cost_of(x);
    facts.currency = usage_currency(in->route, x->pursuit.by.target);
  }
  journal_put_line(&x->body, &facts);
}
