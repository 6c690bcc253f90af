/* attempt_log.h -- write the log entry of one attempt: JSON without secrets or content. */
#ifndef FAILOVER_ATTEMPT_LOG_H
#define FAILOVER_ATTEMPT_LOG_H

#include "upstream/attempt.h"

/* Put an object that describes how |a| ended; |v| is NULL unless it failed; |opened| is when the
 * request began. */
void attempt_log_put(struct buf *out, const struct attempt *a, const struct verdict *v,
                     double opened, double now);

#endif
