#include "exchange/accounting.h"

#include "exchange/meter.h"
#include "limits.h"
#include "report/access_log.h"
#include "report/recent.h"
#include "report/usage.h"

/* The cost of the answer, "0.000123"; empty when it is unknown. */
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

static struct str client_of(const struct exchange *x) {
  return x->intake.client != NULL ? x->intake.client->name : STR_NONE;
}

static bool is_same(const struct choice *a, const struct choice *b) {
  return a->target == b->target && a->key == b->key;
}

static void note_usage(struct exchange *x) {
  const struct failover *p = &x->failover;
  bool answered = p->by.target != NULL;
  struct usage_note note = {.route = x->intake.route,
                            .target = p->by.target,
                            .key = p->by.key,
                            .client = client_of(x),
                            .failed = !x->left && (x->broken || x->status >= 400),
                            .failover = answered && !is_same(&p->by, &p->asked_first),
                            .first_ms = answered ? p->first_ms : -1,
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

static void add_route(struct exchange *x, struct access_log_entry *facts) {
  struct failover *p = &x->failover;
  facts->route = x->intake.route->name;
  facts->attempts = buf_str(&p->attempt_log);
  facts->not_asked = buf_str(&p->not_asked);
  facts->lossy = x->facts.lossy;
  facts->usage = p->usage;
  facts->cost = cost_of(x);
  facts->currency = usage_currency(x->intake.route, p->by.target);
}

void exchange_put_line(struct exchange *x) {
  const struct intake *in = &x->intake;
  enum outcome outcome = outcome_of(x);
  struct access_log_entry facts = {.id = x->facts.request_id,
                                   .method = in->head.method,
                                   .path = str_part(in->head.path, 0, PATH_SHOWN_MAX),
                                   .client = client_of(x),
                                   .model = str_part(in->model, 0, NAME_MAX_BYTES),
                                   .status = x->status,
                                   .outcome = outcome,
                                   .opened = x->opened,
                                   .ms = x->now - x->opened,
                                   .bytes_in = x->received,
                                   .bytes_out = x->unseen ? -1 : x->sent,
                                   .stream = in->ask.stream,
                                   .unstored = x->unstored};
  if (outcome == OUTCOME_BROKEN)
    facts.code = x->failover.best.failure.code;
  if (outcome == OUTCOME_FAILED)
    facts.code = x->code;
  if (in->route != NULL)
    add_route(x, &facts);
  access_log_put(&x->body, &facts);
}

/* ---- usage and the list of requests ---- */

static bool asks_a_model(const struct exchange *x) {
  enum endpoint_kind kind = x->intake.endpoint.kind;
  return kind == ENDPOINT_RESPONSES || kind == ENDPOINT_COMPACT || kind == ENDPOINT_CHAT ||
         kind == ENDPOINT_MESSAGE;
}

/* Was it a request for an existing path without a valid token? Those are counted; requests for
 * other paths, as scanners make them, are only logged. */
static bool is_refused(const struct exchange *x) {
  return x->intake.client == NULL && x->status == 401;
}

static bool is_kept(const struct exchange *x) {
  if (x->intake.client == NULL)
    return is_refused(x);
  return asks_a_model(x) || x->status >= 400;
}

void exchange_note_request(struct exchange *x, struct str line) {
  enum outcome outcome = outcome_of(x);
  enum recent_worth worth =
      outcome == OUTCOME_FAILED || outcome == OUTCOME_BROKEN ? RECENT_FAILED : RECENT_ANSWERED;
  if (x->has_failover || is_refused(x) || (asks_a_model(x) && x->code.n > 0))
    note_usage(x);
  meter_take(x);
  if (is_kept(x))
    recent_take(x->config->recent, line, is_refused(x) ? RECENT_REFUSED : worth, !x->config->store);
}

uint32_t exchange_log_level(const struct exchange *x) {
  switch (outcome_of(x)) {
  case OUTCOME_FAILED:
  case OUTCOME_BROKEN:
    return LOG_ERROR;
  default:
    return x->facts.lossy.n > 0 || x->facts.attempts > 1 ? LOG_WARNING : LOG_INFO;
  }
}
