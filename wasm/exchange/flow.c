#include "exchange/flow.h"

#include "exchange/plans.h"
#include "exchange/settle.h"
#include "failover/in_flight.h"
#include "limits.h"
#include "text/sse.h"

static double sooner(double a, double b) {
  return a < b ? a : b;
}

/* Act on the state of the winner, the attempt whose answer is sent. False if another attempt has to
 * continue the reply. */
static bool look_at_winner(struct exchange *x) {
  struct attempt *a = x->failover.winner;
  struct dialect_writer *answer = x->failover.writer;
  if (a == NULL)
    return true;
  attempt_touch(a, x->now);
  if (a->state == ATTEMPT_ENDED && failover_end_compaction(&x->failover, x->now))
    return false;
  if (a->state == ATTEMPT_ENDED) {
    dialect_writer_close(answer, x->now);
    x->broken = a->relay.failure_told;
    bool endless = x->broken && !a->call.chat && !a->relay.ended;
    failover_close_winner(&x->failover, x->now);
    /* An error event alone does not end a response. */
    if (endless) {
      answer->relayed.error_told = true;
      dialect_writer_fail(answer, &x->failover.best.failure);
    }
  } else if (a->state == ATTEMPT_FAILED) {
    if (failover_continue(&x->failover, x->now))
      return false;
    dialect_writer_fail(answer, &x->failover.best.failure);
    x->broken = true;
  }
  return true;
}

/* Not while the upstream has opened an item without output: its timeout is watched here, and a host
 * that pipes cannot end the pipe while it waits for bytes. */
static bool may_pipe(const struct attempt *a) {
  return a->relay.on && !a->call.read_all && !a->relay.piped && !a->answer.at_work;
}

/* Relayed bytes may end inside a frame, and a ping there would corrupt it. */
static bool takes_pings(const struct attempt *a) {
  return !a->relay.on || a->call.read_all;
}

static void plan_ping(struct exchange *x) {
  buf_reset(&x->body);
  sse_put_comment(&x->body, STR("ping"));
  exchange_plan_new(x, OP_EMIT)->body[0] = buf_str(&x->body);
  x->sent += (double)x->body.n;
}

/* Send the head first, then the frames that are ready, then wait for more. */
static void plan_flow(struct exchange *x) {
  struct attempt *a = x->failover.winner;
  struct dialect_writer *answer = x->failover.writer;
  if (!x->started) {
    exchange_plan_start(x);
  } else if (answer->out.n > 0) {
    exchange_plan_emit(x);
  } else if (a == NULL) {
    x->place = exchange_must_settle(x) ? PLACE_SETTLE : PLACE_DONE;
  } else if (may_pipe(a)) {
    exchange_plan_pipe(x);
  } else if (takes_pings(a) && x->now >= x->emitted + PING_MS) {
    plan_ping(x);
  } else {
    double until = attempt_deadline(a);
    if (takes_pings(a))
      until = sooner(until, x->emitted + PING_MS);
    exchange_plan_want(x, until)->hold = attempt_hold(a, &x->intake.route->coalesce);
  }
}

void exchange_plan_attempts(struct exchange *x, double until) {
  if (!x->started) {
    exchange_plan_want(x, until);
  } else if (x->failover.writer != NULL && x->failover.writer->out.n > 0) {
    exchange_plan_emit(x);
  } else if (x->now >= x->emitted + PING_MS) {
    plan_ping(x);
  } else {
    exchange_plan_want(x, sooner(until, x->emitted + PING_MS));
  }
}

bool exchange_flow(struct exchange *x) {
  if (x->started && !look_at_winner(x)) {
    x->place = PLACE_FAILOVER;
    return true;
  }
  plan_flow(x);
  return x->place == PLACE_DONE || x->place == PLACE_SETTLE;
}

void exchange_take_emitted(struct exchange *x, double now) {
  if (x->failover.writer != NULL)
    buf_forget(&x->failover.writer->out);
  in_flight_pause_clock(&x->failover, now - x->now);
  x->emitted = now;
}
