#include "exchange/settle.h"

#include "exchange/keep.h"
#include "exchange/plans.h"

bool exchange_must_settle(const struct exchange *x) {
  return exchange_keeps(x);
}

bool exchange_settle(struct exchange *x) {
  if (x->served == 0) {
    exchange_plan_new(x, OP_CLOSE);
    x->served = x->now;
    x->keeping = KEEP_TURN;
    return false;
  }
  if (exchange_keep(x))
    return false;
  x->place = PLACE_DONE;
  return true;
}
