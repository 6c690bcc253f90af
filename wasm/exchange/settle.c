#include "exchange/settle.h"

#include "exchange/plans.h"
#include "limits.h"

void exchange_open_usage_lookup(struct exchange *x, const struct attempt *a) {
  /* The lookup takes the next attempt number, which must fit the mask of OP_WANT. */
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

bool exchange_settle(struct exchange *x) {
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
