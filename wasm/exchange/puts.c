/* puts.c -- take the host's input: exchange_room() and exchange_put() of exchange.h. */
#include "exchange/allow.h"
#include "exchange/begin.h"
#include "exchange/exchange.h"
#include "exchange/hand_over.h"
#include "exchange/keep.h"
#include "exchange/lane.h"
#include "exchange/limiter.h"
#include "exchange/local_reply.h"
#include "exchange/message.h"
#include "exchange/recall.h"
#include "exchange/run.h"
#include "exchange/run_end.h"
#include "exchange/stored.h"
#include "exchange/unseal.h"
#include "failover/in_flight.h"
#include "failover/key_sync.h"
#include "limits.h"

/* ---- the client ---- */

static void take_head(struct exchange *x, struct str text) {
  int err = text.n > HEAD_MAX ? ERR_HEAD_SIZE : intake_take_head(&x->intake, text);
  err = exchange_check_guess(x, err);
  x->facts.origin = head_find(x->intake.head.headers, STR("origin"));
  if (x->intake.endpoint.kind == ENDPOINT_MESSAGE && !exchange_open_message(x))
    err = ERR_MEMORY;
  if (err == ERR_METHOD)
    head_put(&x->head, STR("allow"), x->intake.endpoint.allow);
  if (err == 0)
    exchange_answer(x);
  else if (err != ERR_AUTH || x->place != PLACE_GUESS)
    exchange_reply_error(x, err);
}

static void take_body(struct exchange *x) {
  struct failure f;
  bool stored = endpoint_is_conversation(x->intake.endpoint.kind);
  if (x->message != NULL)
    exchange_take_message(x);
  else if (stored ? intake_take_object(&x->intake, &f) : intake_take_body(&x->intake, &f))
    exchange_reply_failure(x, &f);
  else if (stored)
    x->place = PLACE_STORED;
  else
    exchange_begin(x, STR_NONE);
}

/* ---- room ---- */

/* There is no memory for what the host wants to put: what it belongs to fails. */
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
  }
}

char *exchange_room(struct exchange *x, size_t n) {
  struct buf *b = x->place == PLACE_BODY ? intake_body(&x->intake) : &x->shared->chunk;
  if (b == &x->shared->chunk)
    buf_reset(b);
  if (x->place == PLACE_HEAD && n > TURN_MAX) { /* a run's head has the instructions */
    refuse_room(x, ERR_LIMIT);
    return NULL;
  }
  char *room = buf_room(b, n);
  if (room == NULL)
    refuse_room(x, buf_error(b));
  return room;
}

/* |ok| is false when the object did not answer. */
static void take_loaded(struct exchange *x, bool ok, struct str text) {
  switch (x->place) {
  case PLACE_RECALL:
    exchange_take_recalled(x, ok, text);
    break;
  case PLACE_STORED:
    exchange_take_stored(x, ok, text);
    break;
  case PLACE_HAND_OVER:
    exchange_take_handed(x, ok, text);
    break;
  case PLACE_ALLOW:
    exchange_take_allowed(x, text);
    break;
  case PLACE_GUESS:
    exchange_take_limited(x, text);
    break;
  case PLACE_SETTLE:
    if (x->served > 0 || x->keeping == KEEP_ITEMS)
      exchange_take_kept(x, ok, text);
    break;
  case PLACE_ENTER:
    exchange_take_entered(x, ok, text);
    break;
  case PLACE_STORE:
    key_sync_take(&x->config->keys, text, x->now);
    exchange_take_report(x, text);
    break;
  default:
    key_sync_take(&x->config->keys, text, x->now);
  }
}

/* Take the result of a LOAD, SEAL or UNSEAL; |text| is empty when it failed. */
static int put_of_host(struct exchange *x, bool ok, struct str text) {
  switch (x->plan.op) {
  case OP_LOAD:
    take_loaded(x, ok, text);
    return 0;
  case OP_FOLLOW:
    if (ok)
      x->place = PLACE_DONE;
    return 0;
  case OP_UPGRADE:
    buf_reset(&x->head);
    exchange_reply_error(x, ERR_UPGRADE);
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

/* The client has gone: attempts under way are dropped and logged as unfinished.
 * 499 is nginx's status for it. */
static int take_leave(struct exchange *x) {
  if (!x->started)
    x->status = 499;
  if (x->has_failover)
    in_flight_log(&x->failover, x->now);
  x->left = true;
  x->place = PLACE_DONE;
  return 0;
}

static int put_of_client(struct exchange *x, enum put_kind kind, size_t n) {
  if (kind == PUT_LEFT)
    return take_leave(x);
  if (kind == PUT_CANCEL && x->run.on) {
    exchange_take_cancel(x);
  } else if (kind == PUT_RUN && x->place == PLACE_HEAD) {
    exchange_take_run(x, str_of(x->shared->chunk.p, n));
  } else if (kind == PUT_HEAD && x->place == PLACE_HEAD) {
    take_head(x, str_of(x->shared->chunk.p, n));
  } else if (kind == PUT_BODY && x->place == PLACE_BODY) {
    buf_commit(&x->intake.body, n);
    x->received += (double)n;
  } else if (kind == PUT_END && x->place == PLACE_BODY) {
    take_body(x);
  } else if (kind == PUT_FAILED && x->place == PLACE_BODY) {
    const struct buf *body = &x->intake.body; /* the host wrote behind it */
    struct str why = n > 0 ? str_of(body->p + body->n, n) : STR_NONE;
    exchange_reply_error(x, intake_take_failure(&x->intake, why));
  } else if (kind == PUT_STORED) {
    return put_of_host(x, true, str_of(x->shared->chunk.p, n));
  } else if (kind == PUT_FAILED) {
    return put_of_host(x, false, STR_NONE);
  } else {
    return ERR_STALE;
  }
  return 0;
}

int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n) {
  if (attempt == 0)
    return put_of_client(x, kind, n);
  struct attempt *a = x->has_failover ? in_flight_find(&x->failover, attempt) : NULL;
  if (x->doctor != NULL && x->doctor->attempt != NULL)
    a = x->doctor->attempt;
  struct str text = str_of(x->shared->chunk.p, n);
  if (a == NULL || a->call.number != attempt)
    return ERR_STALE;
  switch (kind) {
  case PUT_ANSWER_HEAD:
    attempt_take_head(a, text);
    return 0;
  case PUT_CHUNK:
    attempt_take_chunk(a, text);
    x->sent += a->relay.piped ? (double)n : 0;
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
