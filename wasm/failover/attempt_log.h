/* attempt_log.h -- what the log says of one attempt: JSON, no secret, no content. */
#ifndef FAILOVER_ATTEMPT_LOG_H
#define FAILOVER_ATTEMPT_LOG_H

#include "upstream/attempt.h"

/* Put a line that says how |a| ended; |v| is NULL unless it failed; |opened| is when the request
 * began. */
void attempt_log_put(struct buf *out, const struct attempt *a, const struct verdict *v,
                     double opened, double now);

#endif
