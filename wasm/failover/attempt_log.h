/* attempt_log.h -- what the log says of one attempt: JSON, no secret, no content. */
#ifndef FAILOVER_ATTEMPT_LOG_H
#define FAILOVER_ATTEMPT_LOG_H

#include "upstream/attempt.h"

/* Note how |a| ended: well, or by |v|. */
void attempt_log_put(struct buf *out, const struct attempt *a, const struct verdict *v, double now);

#endif
