#include "exchange/recall.h"

#include "exchange/local_reply.h"
#include "exchange/message.h"
#include "exchange/plans.h"
#include "exchange/unseal.h"
#include "exchange/warm_up.h"
#include "limits.h"

static void begin_failover(struct exchange *x) {
  failover_init(&x->failover, x->config, x->intake.route, &x->arena, &x->ids, &x->intake.ask,
                &x->memory);
  x->failover.opened = x->opened;
  x->has_failover = true;
  x->place = PLACE_FAILOVER;
  if (x->message != NULL && x->message->warm_up)
    exchange_warm_up(x);
  else
    exchange_find_sealed(x);
}

void exchange_go_on(struct exchange *x) {
  if (x->memory.links != NULL)
    x->place = PLACE_RECALL;
  else
    begin_failover(x);
}

/* Must the turns be loaded before the first attempt? Not if the key that made the chain can be
 * called: its upstream has stored them. Then they are loaded when another key has to be tried. */
static bool wants_turns(const struct exchange *x) {
  const struct route *route = x->intake.route;
  struct choice choice;
  if (x->has_failover || route->hedge_ms > 0 || route->continue_on_failure ||
      str_find(x->intake.ask.text, STR("\"" SEAL_PREFIX)) != STR_NOWHERE)
    return true;
  return !memory_prefers(&x->memory, route, &choice) || !memory_is_native(&x->memory, &choice);
}

bool exchange_look_again(struct exchange *x) {
  if (!memory_may_look(&x->memory))
    return false;
  exchange_plan_new(x, OP_WAIT)->ms = memory_look_again(&x->memory);
  return true;
}

bool exchange_complete(struct exchange *x) {
  struct memory_call call;
  if (!memory_next_call(&x->memory, memory_lacks_items(&x->memory), &call))
    return exchange_look_again(x);
  exchange_plan_call(x, &call, MEMORY_SAVE_MS);
  return true;
}

bool exchange_recall(struct exchange *x) {
  struct memory_call call;
  if (x->memory_calls < MEMORY_CALLS_MAX && memory_next_call(&x->memory, wants_turns(x), &call)) {
    exchange_plan_call(x, &call, MEMORY_WAIT_MS);
    return false;
  }
  bool warm_up = x->message != NULL && x->message->warm_up;
  if ((x->has_failover || warm_up) && exchange_look_again(x))
    return false;
  if (x->has_failover) {
    x->place = PLACE_FAILOVER;
    exchange_find_sealed(x);
  } else {
    begin_failover(x);
  }
  return true;
}

void exchange_take_recalled(struct exchange *x, bool ok, struct str text) {
  memory_take(&x->memory, ok, text);
}
