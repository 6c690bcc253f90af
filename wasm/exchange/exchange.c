#include "exchange/exchange.h"

#include "exchange/accounting.h"
#include "exchange/local_reply.h"
#include "exchange/plans.h"
#include "exchange/unseal.h"
#include "failover/key_sync.h"
#include "limits.h"
#include "text/sse.h"

void exchange_open(struct exchange *x, struct config *config, double now, uint64_t seed) {
  *x = (struct exchange){.config = config, .opened = now, .now = now};
  id_init(&x->ids, seed);
  buf_init(&x->chunk, &x->arena, BODY_MAX_CEILING);
  buf_init(&x->head, &x->arena, HEAD_MAX);
  buf_init(&x->body, &x->arena, ANSWER_MAX);
  buf_init(&x->lines, &x->arena, STORE_LINES_MAX);
  intake_open(&x->intake, config, &x->arena);
  x->facts.request_id = id_take(&x->ids, &x->arena, STR("req_"));
}

static void take_head(struct exchange *x, struct str text) {
  int err = intake_take_head(&x->intake, text);
  x->facts.origin = head_find(x->intake.head.headers, STR("origin"));
  if (err == ERR_METHOD)
    head_put(&x->head, STR("allow"), x->intake.endpoint.allow);
  if (err) {
    exchange_reply_error(x, err);
  } else {
    exchange_answer(x);
  }
}

static void take_body(struct exchange *x) {
  struct failure f;
  if (intake_take_body(&x->intake, &f)) {
    exchange_reply_failure(x, &f);
    return;
  }
  x->facts.route = x->intake.route->name;
  failover_init(&x->failover, x->config, x->intake.route, &x->arena, &x->ids, &x->intake.ask);
  x->has_failover = true;
  x->place = PLACE_FAILOVER;
  exchange_find_sealed(x);
}

/* ---- the end of the failover ---- */

static void note_winner(struct exchange *x) {
  const struct attempt *a = x->failover.winner;
  x->facts.provider = a->choice.target->provider->name;
  x->facts.attempts = x->failover.count;
  x->facts.lossy = arena_copy(&x->arena, a->lossy);
}

/* The winner's answer goes out whole. */
static void reply_whole(struct exchange *x) {
  struct dialect_writer *answer = x->failover.writer;
  dialect_writer_close(answer, x->now);
  failover_close_winner(&x->failover, x->now);
  exchange_note_cost(x);
  if (dialect_writer_error(answer)) {
    exchange_reply_error(x, dialect_writer_error(answer));
  } else {
    exchange_reply(x, 200, STR("application/json"));
  }
}

static void take_winner(struct exchange *x) {
  const struct attempt *a = x->failover.winner;
  if (x->started) {
    x->place = PLACE_FLOW; /* it goes on with what another began */
    return;
  }
  note_winner(x);
  bool streamed = a->relay ? a->events : x->intake.ask.stream;
  if (!streamed) {
    reply_whole(x);
    return;
  }
  reply_put_head(&x->head, &x->facts, STR("text/event-stream"));
  x->status = 200;
  x->place = PLACE_FLOW;
}

/* Nobody answers.  Where the reply is under way, it says so itself. */
static void give_up(struct exchange *x) {
  const struct failure *f = &x->failover.failure;
  if (x->started) {
    dialect_writer_fail(x->failover.writer, f);
    x->broken = true;
    x->place = PLACE_FLOW;
    return;
  }
  x->facts.attempts = x->failover.count;
  x->facts.tried_all = x->failover.count > 0;
  if (f->status == 429 || f->status >= 500) {
    x->facts.retry_after = failover_recovers(&x->failover, x->now);
  }
  exchange_reply_failure(x, f);
}

/* ---- what a stream used that was piped ---- */

static void open_count(struct exchange *x, const struct attempt *a) {
  /* One more call than there were attempts: it must fit among their bits. */
  x->counting = usage_lookup_may_tell(a) && x->failover.count < ATTEMPTS_CEILING;
  if (x->counting)
    usage_lookup_open(&x->usage_lookup, &x->arena, a, x->failover.count + 1);
}

static void plan_usage_lookup(struct exchange *x) {
  struct plan *p = exchange_plan_new(x, OP_FETCH);
  p->attempt = x->usage_lookup.number;
  p->head = buf_str(&x->usage_lookup.head);
  usage_lookup_called(&x->usage_lookup, x->now);
}

/* The client does not wait for this. */
static bool count(struct exchange *x) {
  struct usage_lookup *s = &x->usage_lookup;
  if (x->served == 0) {
    exchange_plan_new(x, OP_CLOSE);
    x->served = x->now;
  } else if (!s->over && !s->called) {
    plan_usage_lookup(x);
  } else if (!s->over && x->now < s->deadline) {
    struct plan *p = exchange_plan_new(x, OP_WANT);
    p->mask = 1u << s->number;
    p->ms = exchange_ms_until(x, s->deadline);
  } else {
    x->failover.usage = s->usage;
    x->place = PLACE_DONE;
    return true;
  }
  return false;
}

/* ---- the streamed reply ---- */

static double sooner(double a, double b) {
  return a < b ? a : b;
}

/* Where does the winner stand?  False when another is to go on. */
static bool look_at_winner(struct exchange *x) {
  struct attempt *a = x->failover.winner;
  struct dialect_writer *answer = x->failover.writer;
  if (a == NULL)
    return true;
  attempt_touch(a, x->now);
  if (a->state == ATTEMPT_ENDED) {
    dialect_writer_close(answer, x->now);
    x->broken = a->told;
    open_count(x, a);
    failover_close_winner(&x->failover, x->now);
  } else if (a->state == ATTEMPT_FAILED) {
    if (failover_continue(&x->failover, x->now))
      return false;
    dialect_writer_fail(answer, &x->failover.failure);
    x->broken = true;
  }
  return true;
}

/* The reply's head, what is there, then more. */
static void plan_flow(struct exchange *x) {
  struct attempt *a = x->failover.winner;
  struct dialect_writer *answer = x->failover.writer;
  if (!x->started) {
    exchange_plan_start(x);
  } else if (answer->out.n > 0) {
    exchange_plan_emit(x);
  } else if (a == NULL) {
    x->place = x->counting ? PLACE_USAGE_LOOKUP : PLACE_DONE;
  } else if (a->relay && !a->read_all) {
    exchange_plan_pipe(x);
  } else if (x->now >= x->emitted + PING_MS) {
    sse_put_comment(&answer->out, STR("ping"));
    exchange_plan_emit(x);
  } else {
    struct plan *p = exchange_plan_want(x, sooner(attempt_deadline(a), x->emitted + PING_MS));
    p->least = pace_least(&a->pace, x->intake.route->coalesce_ms);
  }
}

/* While a second upstream is asked to go on, the client must not fall asleep. */
static void plan_pursue(struct exchange *x) {
  double until = failover_until(&x->failover);
  if (!x->started) {
    exchange_plan_want(x, until);
  } else if (x->failover.writer->out.n > 0) {
    exchange_plan_emit(x);
  } else if (x->now >= x->emitted + PING_MS) {
    sse_put_comment(&x->failover.writer->out, STR("ping"));
    exchange_plan_emit(x);
  } else {
    exchange_plan_want(x, sooner(until, x->emitted + PING_MS));
  }
}

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
    p->mask = 1u << d->attempt->number;
    p->ms = exchange_ms_until(x, attempt_deadline(d->attempt));
    return false;
  case DOCTOR_DONE:
    buf_put(&x->body, buf_str(&d->report));
    exchange_reply(x, 200, STR("application/json"));
    return true;
  }
  return true;
}

/* ---- steps ---- */

/* True when there is more to do before a plan can be made. */
static bool pursue(struct exchange *x) {
  switch (failover_next(&x->failover, x->now)) {
  case FAILOVER_CALL:
    exchange_plan_fetch(x, x->failover.calling);
    failover_called(&x->failover);
    return false;
  case FAILOVER_WAIT:
    plan_pursue(x);
    return false;
  case FAILOVER_WON:
    take_winner(x);
    return true;
  case FAILOVER_LOST:
    give_up(x);
    return true;
  }
  return false;
}

static bool flow(struct exchange *x) {
  if (x->started && !look_at_winner(x)) {
    x->place = PLACE_FAILOVER;
    return true;
  }
  plan_flow(x);
  return x->place == PLACE_DONE || x->place == PLACE_USAGE_LOOKUP;
}

/* A client that sends nothing would keep others out. */
static bool listen(struct exchange *x) {
  double until = intake_until(&x->intake, x->now);
  if (x->now >= until) {
    exchange_reply_error(x, ERR_BODY_SLOW);
    return true;
  }
  struct plan *p = exchange_plan_new(x, OP_WANT);
  p->mask = 1;
  p->ms = exchange_ms_until(x, until);
  return false;
}

static bool step(struct exchange *x) {
  switch (x->place) {
  case PLACE_HEAD:
  case PLACE_BODY:
    return listen(x);
  case PLACE_UNSEAL:
    exchange_plan_new(x, OP_UNSEAL)->body[0] = x->sealed->sealed;
    return false;
  case PLACE_STORE:
    exchange_plan_store(x);
    return false;
  case PLACE_DOCTOR:
    return examine(x);
  case PLACE_FAILOVER:
    return pursue(x);
  case PLACE_FLOW:
    return flow(x);
  case PLACE_PIPE:
    exchange_plan_pipe(x);
    return false;
  case PLACE_USAGE_LOOKUP:
    return count(x);
  case PLACE_REPLY:
    exchange_plan_reply(x);
    return false;
  case PLACE_DONE:
    exchange_plan_done(x);
    return false;
  }
  return false;
}

/* ---- the store ---- */

/* At an isolate's start, and where a limit was met: what do others know? */
static bool should_recall(const struct exchange *x) {
  if (x->place != PLACE_FAILOVER || x->recalled)
    return false;
  return !x->config->recalled || x->failover.limited;
}

/* True when the plan is to tell the store of keys, or to ask it. */
static bool share(struct exchange *x) {
  struct keys *keys = &x->config->keys;
  bool recall = should_recall(x);
  if (x->place == PLACE_STORE)
    return false;
  if (!x->config->store || (!recall && !key_sync_pending(keys)))
    return false;
  /* What is not told now the next request tells. */
  if (x->store_calls == STORE_CALLS_MAX)
    return false;
  x->store_calls++;
  buf_reset(&x->lines);
  if (recall) {
    key_sync_put_question(&x->lines, x->now);
    x->config->recalled = x->recalled = true;
  }
  key_sync_put(keys, &x->lines);
  struct plan *p = exchange_plan_new(x, recall ? OP_LOAD : OP_SAVE);
  p->ms = recall ? STORE_WAIT_MS : 0;
  p->body[0] = buf_str(&x->lines);
  return true;
}

/* What was handed out has been taken, at the client's pace. */
static void take_emitted(struct exchange *x, double now) {
  buf_reset(&x->failover.writer->out);
  failover_pause_clock(&x->failover, now - x->now);
  x->emitted = now;
}

const struct plan *exchange_next(struct exchange *x, double now) {
  if (x->plan.op == OP_EMIT)
    take_emitted(x, now);
  x->now = now;
  if (!x->left && share(x))
    return &x->plan;
  while (step(x))
    continue;
  return &x->plan;
}

/* ---- puts ---- */

/* What cannot be held ends what it is of. */
static void refuse_room(struct exchange *x, int error) {
  bool large = error == ERR_LIMIT;
  if (x->place == PLACE_HEAD) {
    exchange_reply_error(x, large ? ERR_HEAD_SIZE : error);
  } else if (x->place == PLACE_BODY) {
    exchange_reply_error(x, large ? ERR_BODY_SIZE : error);
  } else {
    if (x->failover.first != NULL)
      attempt_refuse(x->failover.first, error);
    if (x->failover.rival != NULL)
      attempt_refuse(x->failover.rival, error);
    if (x->doctor != NULL && x->doctor->attempt != NULL) {
      attempt_refuse(x->doctor->attempt, error);
    }
    x->usage_lookup.over = true;
  }
}

char *exchange_room(struct exchange *x, size_t n) {
  struct buf *b = x->place == PLACE_BODY ? &x->intake.body : &x->chunk;
  if (b == &x->chunk)
    buf_reset(b);
  if (x->place == PLACE_HEAD && n > HEAD_MAX) {
    refuse_room(x, ERR_LIMIT);
    return NULL;
  }
  char *room = buf_room(b, n);
  if (room == NULL)
    refuse_room(x, buf_error(b));
  return room;
}

/* The host has done what only it can do, or could not: |text| is then empty. */
static int put_of_host(struct exchange *x, struct str text) {
  switch (x->plan.op) {
  case OP_LOAD:
    key_sync_take(&x->config->keys, text, x->now);
    if (x->place == PLACE_STORE)
      exchange_take_report(x, text);
    return 0;
  case OP_SEAL:
    dialect_writer_seal(x->failover.writer, text);
    return 0;
  case OP_UNSEAL:
    exchange_take_unsealed(x, text);
    return 0;
  default:
    return ERR_STALE;
  }
}

/* Nobody is left to answer: what is under way is no longer wanted, and the log
 * says so.  499 is what others log then. */
static int take_leave(struct exchange *x) {
  if (!x->started)
    x->status = 499;
  if (x->has_failover)
    failover_log_unfinished(&x->failover, x->now);
  x->left = true;
  x->place = PLACE_DONE;
  return 0;
}

static int put_of_client(struct exchange *x, enum put_kind kind, size_t n) {
  if (kind == PUT_LEFT)
    return take_leave(x);
  if (kind == PUT_HEAD && x->place == PLACE_HEAD) {
    take_head(x, str_of(x->chunk.p, n));
  } else if (kind == PUT_BODY && x->place == PLACE_BODY) {
    buf_commit(&x->intake.body, n);
    x->received += (double)n;
  } else if (kind == PUT_END && x->place == PLACE_BODY) {
    take_body(x);
  } else if (kind == PUT_FAILED && x->place == PLACE_BODY) {
    exchange_reply_error(x, ERR_BODY_CUT);
  } else if (kind == PUT_STORED) {
    return put_of_host(x, str_of(x->chunk.p, n));
  } else if (kind == PUT_FAILED) {
    return put_of_host(x, STR_NONE);
  } else {
    return ERR_STALE;
  }
  return 0;
}

int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n) {
  if (attempt == 0)
    return put_of_client(x, kind, n);
  if (x->counting && attempt == x->usage_lookup.number)
    return usage_lookup_take(&x->usage_lookup, kind, str_of(x->chunk.p, n));
  struct attempt *a = x->has_failover ? failover_find(&x->failover, attempt) : NULL;
  if (x->doctor != NULL && x->doctor->attempt != NULL)
    a = x->doctor->attempt;
  struct str text = str_of(x->chunk.p, n);
  if (a == NULL || a->number != attempt)
    return ERR_STALE;
  if (x->place == PLACE_PIPE)
    x->place = PLACE_FLOW;
  switch (kind) {
  case PUT_ANSWER_HEAD:
    attempt_take_head(a, text);
    return 0;
  case PUT_CHUNK:
    attempt_take_chunk(a, text);
    return 0;
  case PUT_END:
    attempt_take_end(a);
    return 0;
  case PUT_FAILED:
    attempt_take_failure(a, text);
    return 0;
  default:
    return ERR_STALE;
  }
}

void exchange_close(struct exchange *x) {
  if (x->has_failover)
    failover_close(&x->failover);
  if (x->doctor != NULL)
    doctor_close(x->doctor);
  arena_drop(&x->arena);
}
