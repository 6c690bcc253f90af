/* key_sync.h -- key health between isolates, as lines of the store (plan.h).
 *
 *   set health/KEY@ENDPOINT UNTIL FAILURES DISABLED SINCE CAUSE
 *   set health/KEY@ENDPOINT/MODEL ...
 *
 * ENDPOINT is a number that stands for it: keys_endpoint_number().
 *
 * CAUSE is the last failure's code; it may be missing.  UNTIL is never before SINCE, so that it
 * tells how old a row is: HEALTH_KEPT after it the row tells nothing any more, and the next
 * question drops it.
 *
 * An isolate tells changes of state and no more: a healthy request costs no
 * call of the store.
 */
#ifndef FAILOVER_KEY_SYNC_H
#define FAILOVER_KEY_SYNC_H

#include "base/buf.h"
#include "provider/keys.h"

/* Is there a change that the store does not know? */
bool key_sync_pending(const struct keys *keys);

/* Put the lines that tell all changes; they count as told. */
void key_sync_put(struct keys *keys, struct buf *lines);

/* Put the lines that ask for what the others told; before any that tell, which
 * would hide it. */
void key_sync_put_question(struct buf *lines, double now);

/* Take the store's answer.  What is newer than what is known here counts, but
 * no cooldown is shortened by another: the longer one is told anew. */
void key_sync_take(struct keys *keys, struct str answer, double now);

#endif
