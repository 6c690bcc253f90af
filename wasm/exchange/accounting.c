#include "exchange/accounting.h"

#include "limits.h"
#include "report/access_log.h"
#include "report/usage.h"

/* What the answer cost, when that is known: "0.000123". */
static struct str cost_of(struct exchange *x) {
  const struct failover *p = &x->failover;
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
  buf_put(&text, usage_currency(x->intake.route, x->failover.by.target));
  if (amount.n > 0)
    x->facts.cost = buf_str(&text);
}

void exchange_note_usage(struct exchange *x) {
  const struct failover *p = &x->failover;
  struct usage_note note = {.route = x->intake.route,
                            .target = p->by.target,
                            .key = p->by.key,
                            .failed = !x->left && (x->broken || x->status >= 400),
                            .failovers = p->count > 0 ? p->count - 1 : 0,
                            .first_ms = p->by.target != NULL ? p->first_ms : -1,
                            .usage = p->usage};
  usage_take(x->config->usage, &note);
}

static enum outcome outcome_of(const struct exchange *x) {
  if (x->left)
    return OUTCOME_LEFT;
  if (x->broken)
    return OUTCOME_BROKEN;
  return x->status >= 400 ? OUTCOME_FAILED : OUTCOME_ANSWERED;
}

void exchange_put_line(struct exchange *x) {
  const struct intake *in = &x->intake;
  struct access_log_entry facts = {.id = x->facts.request_id,
                                   .method = in->head.method,
                                   .path = str_part(in->head.path, 0, PATH_SHOWN_MAX),
                                   .model = str_part(in->model, 0, NAME_MAX_BYTES),
                                   .attempts = buf_str(&x->failover.attempt_log),
                                   .usage = x->failover.usage,
                                   .status = x->status,
                                   .outcome = outcome_of(x),
                                   .ms = x->now - x->opened,
                                   .bytes_in = x->received,
                                   .bytes_out = x->unseen ? -1 : x->sent,
                                   .stream = in->ask.stream};
  if (in->route != NULL) {
    facts.route = in->route->name;
    facts.cost = cost_of(x);
    facts.currency = usage_currency(in->route, x->failover.by.target);
  }
  access_log_put(&x->body, &facts);
}
