#include "exchange/key_sharing.h"

#include "exchange/plans.h"
#include "failover/key_sync.h"
#include "limits.h"

/* Is a key about to be tried after its cooldown? The store is asked first, since otherwise each
 * isolate would try a dead key by itself. */
static bool is_probing(const struct exchange *x) {
  const struct failover *f = &x->failover;
  return f->first == NULL && f->calling == NULL && course_probes(&f->course, x->now);
}

/* Should key health be read? Other isolates may know more when this one has just started, after a
 * rate limit, and before a key is tried after its cooldown. */
static bool should_recall(const struct exchange *x) {
  if (x->place != PLACE_FAILOVER || x->recalled)
    return false;
  return !x->config->recalled || x->failover.rate_limited || is_probing(x);
}

bool exchange_share_keys(struct exchange *x) {
  struct keys *keys = &x->config->keys;
  bool recall = should_recall(x);
  if (x->place == PLACE_STORE)
    return false;
  if (!x->config->store || (!recall && !key_sync_pending(keys)))
    return false;
  /* The next request writes the rest. */
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
