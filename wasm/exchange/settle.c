#include "exchange/settle.h"

#include "exchange/keep.h"
#include "exchange/message.h"
#include "exchange/plans.h"
#include "limits.h"

/* ---- the object of a WebSocket ---- */

static bool put_outcome(struct exchange *x, struct buf *lines) {
  bool translated = x->failover.writer != NULL && x->failover.writer->translated;
  if (x->status == 200 && !x->broken) {
    uint32_t key = x->failover.by.target != NULL ? memory_key(&x->memory, &x->failover.by) : 0;
    return memory_put_here(&x->memory, exchange_lane(x), exchange_response(x), !translated, key,
                           lines);
  }
  if (x->message->previous.n == 0)
    return false;
  buf_put(lines, STR("evict "));
  buf_put(lines, x->message->previous);
  return true;
}

/* The turn that the object keeps has to be whole: load what it refers to, if the upstream did not
 * need it. */
static bool load_items(struct exchange *x) {
  struct memory_call call;
  if (x->status != 200 || x->broken || !memory_lacks_items(&x->memory) ||
      !memory_next_call(&x->memory, true, &call))
    return false;
  x->keeping = KEEP_ITEMS;
  exchange_plan_call(x, &call, TURN_WAIT_MS);
  return true;
}

static bool settle_message(struct exchange *x) {
  struct message *m = x->message;
  struct buf lines;
  if (m == NULL || m->settled)
    return false;
  if (load_items(x))
    return true;
  x->keeping = KEEP_NOTHING;
  m->settled = true;
  buf_init(&lines, &x->arena, TURN_MAX);
  if (!put_outcome(x, &lines) || buf_error(&lines))
    return false;
  struct memory_call call = {STR("socket"), buf_str(&lines)};
  exchange_plan_call(x, &call, MEMORY_SAVE_MS);
  return true;
}

/* ---- the store ---- */

bool exchange_must_settle(const struct exchange *x) {
  return exchange_keeps(x) || (x->message != NULL && !x->message->settled);
}

bool exchange_settle(struct exchange *x) {
  if (settle_message(x))
    return false;
  if (x->served == 0 && exchange_keeps(x)) {
    exchange_plan_new(x, OP_CLOSE);
    x->served = x->now;
    x->keeping = KEEP_ITEMS;
    return false;
  }
  if (exchange_keep(x))
    return false;
  x->place = PLACE_DONE;
  return true;
}
