/* not_asked.h -- write, for the log, which targets and keys a request did not try, and why. */
#ifndef FAILOVER_NOT_ASKED_H
#define FAILOVER_NOT_ASKED_H

#include "base/buf.h"
#include "failover/course.h"

/* Put {"provider","model","key","why","until","code"} for each choice of |c|'s route that was not
 * tried, up to |by|, which answered, if any did.  |why| is
 *   missing    its secret is not set
 *   unable     the request cannot be sent to this target: its bit is set in |unable|
 *   resting    the key is in cooldown until |until|, because of |code|
 *   disabled   the same, until somebody repairs it
 *   window     the prompt was too long for a window of this size
 *   provider   another key of this provider failed in a way that concerns all
 * and |otherwise| where none of these holds; when that is empty, nothing is put. */
void not_asked_put(struct buf *out, const struct course *c, const struct choice *by,
                   uint32_t unable, struct str otherwise, double now);

#endif
