/* sharing.h -- key health between isolates, as lines of the store (plan.h).
 *
 *   set health/KEY UNTIL FAILURES DISABLED SINCE
 *   set health/KEY/MODEL ...
 *
 * An isolate tells changes of state and no more: a healthy request costs no
 * call of the store.
 */
#ifndef SHARING_H
#define SHARING_H

#include "buf.h"
#include "keys.h"

/* Is there a change that the store does not know? */
bool sharing_pending(const struct keys *keys);

/* Put the lines that tell all changes; they count as told. */
void sharing_put(struct keys *keys, struct buf *lines);

/* Put the line that asks for what the others told. */
void sharing_put_question(struct buf *lines);

/* Take the store's answer.  What is newer than what is known here counts, but
 * no cooldown is shortened by another. */
void sharing_take(struct keys *keys, struct str answer, double now);

#endif
