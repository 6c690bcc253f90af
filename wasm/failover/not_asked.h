/* not_asked.h -- which targets and keys a request passed over, and why: JSON, for the log. */
#ifndef FAILOVER_NOT_ASKED_H
#define FAILOVER_NOT_ASKED_H

#include "base/buf.h"
#include "failover/course.h"

/* Put {"provider","model","key","why","until","code"} for each choice of |c|'s route that was not
 * asked, up to |by|, which answered, if any did.  |why| says
 *   missing    its secret is not set
 *   unable     the request cannot be sent to this target: its bit is set in |unable|
 *   resting    the key rests until |until|, since |code|
 *   disabled   the same, until someone mends it
 *   window     a prompt was too long for a window as large as this one's
 *   provider   another key of this provider had trouble that this one would have met
 * and |otherwise| where none of these holds; when that is empty, nothing is put. */
void not_asked_put(struct buf *out, const struct course *c, const struct choice *by,
                   uint32_t unable, struct str otherwise, double now);

#endif
