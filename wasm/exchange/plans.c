#include "exchange/plans.h"

#include "exchange/accounting.h"
#include "exchange/message.h"
#include "failover/in_flight.h"
#include "limits.h"
#include "report/recent.h"
#include "report/usage.h"

struct plan *exchange_plan_new(struct exchange *x, enum op op) {
  x->plan = (struct plan){.op = op};
  return &x->plan;
}

uint32_t exchange_ms_until(const struct exchange *x, double then) {
  double ms = then - x->now;
  return ms < 1 ? 1 : (uint32_t)(ms + 0.999);
}

struct plan *exchange_plan_want(struct exchange *x, double until) {
  uint32_t mask = in_flight_mask(&x->failover);
  struct plan *p = exchange_plan_new(x, mask == 0 ? OP_WAIT : OP_WANT);
  p->mask = mask;
  p->ms = exchange_ms_until(x, until);
  return p;
}

void exchange_plan_fetch(struct exchange *x, const struct attempt *a) {
  struct plan *p = exchange_plan_new(x, OP_FETCH);
  p->attempt = a->call.number;
  p->head = buf_str(&a->request.head);
  for (int i = 0; i < PLAN_PARTS; i++)
    p->body[i] = a->request.body[i];
}

void exchange_plan_start(struct exchange *x) {
  struct plan *p = exchange_plan_new(x, OP_START);
  p->status = (uint32_t)x->status;
  p->head = buf_str(&x->head);
  x->started = true;
  x->emitted = x->now;
}

void exchange_plan_seal(struct exchange *x, enum op op, struct str text) {
  struct plan *p = exchange_plan_new(x, op);
  struct mint mint;
  p->body[0] = text;
  if (x->intake.client == &x->config->owner)
    return;
  mint_init(&mint, x->intake.client->token);
  p->head = mint_hex((uint64_t)mint_number(&mint, STR("seal"), STR("1")) << 32 |
                         mint_number(&mint, STR("seal"), STR("2")),
                     x->bound);
}

/* Plan the encryption of reasoning, if some is left: it must happen before the reply is sent. */
static bool plan_seal(struct exchange *x) {
  struct str thoughts = dialect_writer_unsealed(x->failover.writer);
  if (thoughts.n > 0)
    exchange_plan_seal(x, OP_SEAL, thoughts);
  return thoughts.n > 0;
}

void exchange_plan_emit(struct exchange *x) {
  if (plan_seal(x))
    return;
  struct plan *p = exchange_plan_new(x, OP_EMIT);
  p->body[0] = buf_str(&x->failover.writer->out);
  if (x->message != NULL)
    p->body[0] = exchange_message_lines(x, p->body[0]);
  x->sent += (double)p->body[0].n;
}

/* There was no memory for the reply: make one that needs none. */
static void plan_starved(struct exchange *x) {
  struct plan *p = exchange_plan_new(x, OP_REPLY);
  p->status = 503;
  p->head = STR("content-type: application/json\n");
  p->body[0] = x->message != NULL ? STR("{\"type\":\"error\",\"status\":503,") : STR("{");
  p->body[1] = STR("\"error\":{\"message\":\"The gateway is out of memory.\","
                   "\"type\":\"server_error\",\"param\":\"\","
                   "\"code\":\"server_is_overloaded\"}}");
}

void exchange_plan_reply(struct exchange *x) {
  bool own = x->failover.writer == NULL || x->body.n > 0;
  if (!own && plan_seal(x))
    return;
  x->place = PLACE_DONE;
  if (buf_error(&x->head) || (own && buf_error(&x->body))) {
    plan_starved(x);
    return;
  }
  struct plan *p = exchange_plan_new(x, x->page ? OP_PAGE : OP_REPLY);
  p->attempt = x->intake.endpoint.kind == ENDPOINT_CHECKER;
  p->status = (uint32_t)x->status;
  p->head = buf_str(&x->head);
  if (x->status == 101) {
    p->op = OP_UPGRADE;
    p->ms = x->config->socket_age;
  }
  p->body[0] = own ? buf_str(&x->body) : buf_str(&x->failover.writer->out);
  x->sent = (double)p->body[0].n;
  x->unseen = x->page;
}

void exchange_plan_pipe(struct exchange *x) {
  exchange_plan_new(x, OP_PIPE)->attempt = x->failover.winner->call.number;
  x->failover.winner->relay.piped = true;
}

/* ---- the store and the doctor ---- */

void exchange_plan_store(struct exchange *x) {
  struct plan *p = exchange_plan_new(x, OP_LOAD);
  p->body[0] = buf_str(&x->lines);
  p->ms = REPORT_WAIT_MS;
}

void exchange_plan_call(struct exchange *x, const struct memory_call *call, uint32_t ms) {
  struct plan *p = exchange_plan_new(x, OP_LOAD);
  p->head = call->object;
  p->body[0] = call->lines;
  p->ms = ms;
  x->memory_calls++;
}

void exchange_plan_done(struct exchange *x) {
  buf_reset(&x->body);
  exchange_put_line(x);
  if (!x->noted && x->handing != HAND_TAKEN)
    exchange_note_request(x, buf_error(&x->body) ? STR_NONE : buf_str(&x->body));
  x->noted = true;
  struct plan *p = exchange_plan_new(x, OP_DONE);
  /* A request that was handed over is logged by the object. */
  p->head = x->handing == HAND_TAKEN ? STR_NONE : buf_str(&x->body);
  p->status = exchange_log_level(x);
  if (x->config->store && (x->config->usage->untold || recent_pending(x->config->recent)))
    p->ms = USAGE_FLUSH_MS;
}
