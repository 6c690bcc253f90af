#include "exchange/exchange.h"

#include "exchange/accounting.h"
#include "exchange/allow.h"
#include "exchange/flow.h"
#include "exchange/hand_over.h"
#include "exchange/key_sharing.h"
#include "exchange/lane.h"
#include "exchange/limiter.h"
#include "exchange/local_reply.h"
#include "exchange/plans.h"
#include "exchange/recall.h"
#include "exchange/release.h"
#include "exchange/run.h"
#include "exchange/run_end.h"
#include "exchange/settle.h"
#include "exchange/stored.h"
#include "failover/in_flight.h"
#include "item/compaction.h"
#include "limits.h"

struct exchange *exchange_open(struct config *config, struct exchange_shared *shared, double now,
                               uint64_t seed) {
  struct arena arena;
  arena_init(&arena);
  struct exchange *x = arena_take(&arena, sizeof *x);
  if (x == NULL)
    return NULL;
  *x = (struct exchange){.arena = arena, .config = config, .opened = now, .now = now};
  id_init(&x->ids, seed);
  x->shared = shared;
  buf_init(&x->head, &x->arena, HEAD_MAX);
  buf_init(&x->body, &x->arena, ANSWER_MAX);
  buf_init(&x->lines, &x->arena, STORE_LINES_MAX);
  intake_open(&x->intake, config, &x->arena);
  x->facts.request_id = id_take(&x->ids, &x->arena, STR("req_"));
  return x;
}

/* ---- the end of the failover ---- */

/* Set x-gateway-lossy to |lost|, and to "store" as well if the store did not answer, or did not
 * store the last turn. */
static void note_lossy(struct exchange *x, struct str lost) {
  struct buf lossy;
  bool failing = x->memory.failing || x->handing == HAND_REVOKED ||
                 (x->memory.keeps && x->config->memory_failing);
  buf_init(&lossy, &x->arena, LOSSY_MAX);
  buf_put(&lossy, lost);
  if (failing && lossy.n > 0)
    buf_put(&lossy, STR(", "));
  if (failing)
    buf_put(&lossy, STR("store"));
  x->facts.lossy = buf_str(&lossy);
}

static void note_winner(struct exchange *x) {
  const struct attempt *a = x->failover.winner;
  x->facts.provider = a->call.choice.target->provider->name;
  x->facts.attempts = x->failover.count;
  note_lossy(x, a->request.lossy);
}

/* The answer is complete: reply with all of it at once. */
static void reply_whole(struct exchange *x) {
  struct dialect_writer *answer = x->failover.writer;
  dialect_writer_close(answer, x->now);
  failover_close_winner(&x->failover, x->now);
  exchange_note_cost(x);
  if (dialect_writer_error(answer)) {
    exchange_reply_error(x, dialect_writer_error(answer));
  } else {
    exchange_reply_json(x);
  }
}

static void take_winner(struct exchange *x) {
  if (x->run.on)
    note_winner(x);
  if (x->started) {
    x->place = PLACE_FLOW; /* it continues what another attempt began */
    return;
  }
  if (!x->intake.ask.stream && failover_end_compaction(&x->failover, x->now))
    return;
  note_winner(x);
  if (!x->intake.ask.stream) {
    reply_whole(x);
    return;
  }
  reply_put_head(&x->head, &x->facts, STR("text/event-stream"));
  x->status = 200;
  x->place = PLACE_FLOW;
  exchange_release_request(x);
}

/* No target counts tokens: estimate them. False if that is not what was asked for. */
static bool estimate(struct exchange *x) {
  struct failure f = {0};
  if (x->intake.ask.kind != ASK_TOKENS)
    return false;
  int err = in_flight_read_request(&x->failover, &f);
  if (err > 0) {
    x->place = PLACE_RECALL;
  } else if (err < 0 && f.status != 0) {
    exchange_reply_failure(x, &f);
  } else if (err < 0) {
    exchange_reply_error(x, err);
  } else {
    x->facts.lossy = STR("input_tokens");
    x->facts.attempts = x->failover.count;
    relay_put_count(&x->body, compaction_estimate(x->intake.ask.request));
    exchange_reply_json(x);
  }
  return true;
}

/* No attempt is left. A reply that has begun ends with an error event. */
static void give_up(struct exchange *x) {
  const struct failure *f = &x->failover.best.failure;
  if (estimate(x))
    return;
  if (x->started && x->failover.writer == NULL) {
    exchange_end_run(x, f);
    return;
  }
  if (x->started) {
    dialect_writer_fail(x->failover.writer, f);
    x->broken = true;
    x->place = PLACE_FLOW;
    return;
  }
  x->facts.attempts = x->failover.count;
  x->facts.tried_all = x->failover.count > 0;
  if (f->status == 429 || f->status == 503) {
    double ms = failover_recovers(&x->failover, x->now);
    x->facts.retry_after = ms < RETRY_AFTER_MAX ? ms : RETRY_AFTER_MAX;
  }
  exchange_reply_failure(x, f);
}

/* ---- steps ---- */

static bool examine(struct exchange *x) {
  struct doctor *d = x->doctor;
  struct plan *p;
  switch (doctor_next(d, x->now)) {
  case DOCTOR_CALL:
    exchange_plan_fetch(x, d->attempt);
    doctor_called(d);
    return false;
  case DOCTOR_WAIT:
    p = exchange_plan_new(x, OP_WANT);
    p->mask = 1u << d->attempt->call.number;
    p->ms = exchange_ms_until(x, attempt_deadline(d->attempt));
    return false;
  case DOCTOR_DONE:
    buf_put(&x->body, buf_str(&d->report));
    exchange_reply_json(x);
    return true;
  }
  return true;
}

/* True when there is more to do before a plan can be made. */
static bool pursue(struct exchange *x) {
  switch (failover_next(&x->failover, x->now)) {
  case FAILOVER_CALL:
    exchange_plan_fetch(x, x->failover.calling);
    failover_called(&x->failover);
    return false;
  case FAILOVER_WAIT:
    exchange_plan_attempts(x, failover_until(&x->failover));
    return false;
  case FAILOVER_RECALL:
    x->place = PLACE_RECALL;
    return true;
  case FAILOVER_WON:
    take_winner(x);
    return true;
  case FAILOVER_LOST:
    give_up(x);
    return true;
  }
  return false;
}

/* Wait for the client's body, with a deadline: a silent client must not hold a place in the queue.
 */
static bool listen(struct exchange *x) {
  struct queue *queue = &x->shared->queue;
  if (x->place == PLACE_BODY && !queue_admit(queue, &x->queue_place, x->intake.expected, x->now)) {
    uint32_t ms = queue_wait(queue, &x->queue_place, x->now);
    if (ms == 0)
      exchange_reply_error(x, ERR_MEMORY);
    else
      exchange_plan_new(x, OP_WAIT)->ms = ms;
    return ms == 0;
  }
  double until = intake_until(&x->intake, x->now);
  if (x->now >= until) {
    exchange_reply_error(x, ERR_BODY_SLOW);
    return true;
  }
  struct plan *p = exchange_plan_new(x, OP_WANT);
  p->mask = 1;
  p->ms = exchange_ms_until(x, until);
  p->head = x->intake.coding;
  return false;
}

static bool step(struct exchange *x) {
  switch (x->place) {
  case PLACE_HEAD:
  case PLACE_BODY:
    return listen(x);
  case PLACE_ALLOW:
    return exchange_allow(x);
  case PLACE_GUESS:
    exchange_ask_limiter(x);
    return false;
  case PLACE_ENTER:
    exchange_enter_lane(x);
    return false;
  case PLACE_UNSEAL:
    exchange_plan_seal(x, OP_UNSEAL, x->sealed->encrypted);
    return false;
  case PLACE_RECALL:
    return exchange_recall(x);
  case PLACE_STORE:
    exchange_plan_store(x);
    return false;
  case PLACE_DOCTOR:
    return examine(x);
  case PLACE_FAILOVER:
    return pursue(x);
  case PLACE_FLOW:
    return exchange_flow(x);
  case PLACE_REPLY:
    exchange_plan_reply(x);
    if (x->place == PLACE_DONE && exchange_must_settle(x))
      x->place = PLACE_SETTLE;
    return false;
  case PLACE_HAND_OVER:
    return exchange_hand_over(x);
  case PLACE_FOLLOW:
    return exchange_follow(x);
  case PLACE_RUN:
    return exchange_begin_run(x);
  case PLACE_STORED:
    return exchange_stored(x);
  case PLACE_SETTLE:
    return exchange_settle(x);
  case PLACE_DONE:
    exchange_plan_done(x);
    return false;
  }
  return false;
}

const struct plan *exchange_next(struct exchange *x, double now) {
  if (x->plan.op == OP_EMIT)
    exchange_take_emitted(x, now);
  if (x->plan.op == OP_FETCH)
    exchange_take_sent(x);
  x->now = now;
  if (!x->left && exchange_share_keys(x))
    return &x->plan;
  while (step(x))
    continue;
  return &x->plan;
}

void exchange_close(struct exchange *x) {
  failover_close(&x->failover);
  if (x->doctor != NULL)
    doctor_close(x->doctor);
  queue_leave(&x->shared->queue, &x->queue_place);
  arena_drop(&x->intake.body_arena);
  struct arena arena = x->arena;
  arena_drop(&arena);
}
