#include "exchange/keep.h"

#include "exchange/message.h"
#include "exchange/plans.h"
#include "exchange/recall.h"
#include "limits.h"

/* Was the client given an id that it can ask for later? Then an end must be stored, even a failure.
 */
static bool is_promised(const struct exchange *x) {
  return x->run.on && x->started && x->memory.keeps;
}

bool exchange_keeps(const struct exchange *x) {
  if (is_promised(x))
    return true;
  bool warm_up = x->message != NULL && x->message->warm_up;
  return x->has_failover && x->memory.keeps && (x->failover.by.target != NULL || warm_up) &&
         x->status == 200 && !x->left;
}

struct str exchange_response(struct exchange *x) {
  struct dialect_writer *writer = x->failover.writer;
  struct buf out;
  if (writer == NULL)
    return STR_NONE;
  buf_init(&out, &x->arena, TURN_MAX);
  dialect_writer_put_response(writer, &out);
  if (out.n > 0)
    return buf_error(&out) ? STR_NONE : buf_str(&out);
  bool whole = !x->started && x->status == 200;
  return whole ? buf_str(&writer->out) : STR_NONE;
}

static double kept_until(const struct exchange *x) {
  return x->now + (double)x->intake.route->store_days * 24 * HOUR;
}

static bool keep_turn(struct exchange *x, struct memory_call *call) {
  bool answered = x->failover.by.target != NULL;
  bool native = answered && !x->failover.writer->translated;
  uint32_t key = answered ? memory_key(&x->memory, &x->failover.by) : 0;
  x->response = exchange_response(x);
  x->memory.mint->key = key;
  if (native && x->run.on && !x->broken)
    x->memory.upstream_id = x->failover.writer->relayed.id;
  x->keeping = native ? KEEP_INDEX : KEEP_NOTHING;
  return memory_put_turn(&x->memory, x->response, native, key, kept_until(x), call);
}

bool exchange_keep(struct exchange *x) {
  struct memory_call call;
  bool any = false;
  switch (x->keeping) {
  case KEEP_ITEMS:
    if (exchange_complete(x))
      return true;
    x->keeping = KEEP_TURN; /* fall through */
  case KEEP_TURN:
    any = keep_turn(x, &call);
    break;
  case KEEP_INDEX:
    x->keeping = KEEP_NOTHING;
    any = memory_put_index(&x->memory, x->response, kept_until(x), &call);
    break;
  case KEEP_NOTHING:
    return false;
  }
  if (any)
    exchange_plan_call(x, &call, MEMORY_SAVE_MS);
  else
    x->keeping = KEEP_NOTHING;
  return any;
}

void exchange_take_kept(struct exchange *x, bool ok, struct str text) {
  if (x->keeping == KEEP_ITEMS) {
    memory_take(&x->memory, ok, text);
    return;
  }
  x->config->memory_failing = !ok;
  x->unstored |= !ok;
  if (!ok)
    x->keeping = KEEP_NOTHING;
}
