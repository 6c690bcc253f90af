/* key_sync.h -- share key health between isolates, as lines of the store (plan.h).
 *
 *   set health/KEY@ENDPOINT UNTIL FAILURES DISABLED SINCE CAUSE
 *   set health/KEY@ENDPOINT/MODEL ...
 *
 * ENDPOINT is a number that stands for it: keys_endpoint_number().
 *
 * CAUSE is the last failure's code; it may be missing.  UNTIL is never before SINCE: HEALTH_KEPT
 * after it a row is out of date, and the next query drops it.
 *
 * An isolate writes only changes of state: a successful request needs no call of the store.
 */
#ifndef FAILOVER_KEY_SYNC_H
#define FAILOVER_KEY_SYNC_H

#include "base/buf.h"
#include "provider/keys.h"

/* Is there a change that the store does not know? */
bool key_sync_pending(const struct keys *keys);

/* Put the lines that write all changes, which then count as written. */
void key_sync_put(struct keys *keys, struct buf *lines);

/* Put the lines that query what the other isolates wrote. They go before those of key_sync_put(),
 * which would overwrite it. */
void key_sync_put_question(struct buf *lines, double now);

/* Take the store's answer. Newer state is taken over, but a longer cooldown of this isolate stays,
 * and is written again. */
void key_sync_take(struct keys *keys, struct str answer, double now);

#endif
