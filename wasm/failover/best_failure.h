/* best_failure.h -- choose, of all failures of one request, the one that the client gets. */
#ifndef FAILOVER_BEST_FAILURE_H
#define FAILOVER_BEST_FAILURE_H

#include "base/arena.h"
#include "base/errors.h"
#include "provider/failure.h"

/* From the least useful failure for a client to the most useful. Failures of a single key or
 * provider are below those that show that another attempt could succeed. */
enum failure_rank {
  FAILURE_NONE,
  FAILURE_KEY,        /* the operator's key or the gateway's region was refused */
  FAILURE_OF_ONE,     /* only this target or key cannot: a foreign id, an unknown model */
  FAILURE_UPSTREAM,   /* the upstream failed or was silent */
  FAILURE_TOO_LONG,   /* the prompt is too long for the windows that were tried */
  FAILURE_QUOTA,      /* a lasting limit */
  FAILURE_OVERLOADED, /* 503 */
  FAILURE_RATE_LIMIT, /* a passing limit */
  FAILURE_REQUEST,    /* the request itself is wrong: no other target was tried */
};

/* Starts as zero. */
struct best_failure {
  struct failure failure;
  enum failure_rank rank; /* FAILURE_NONE = there is none yet */
};

enum failure_rank failure_rank_of(const struct verdict *v);

/* Keep a copy of |f| in |arena|, unless |b| has a failure of a higher rank. */
void best_failure_note(struct best_failure *b, struct arena *arena, const struct failure *f,
                       enum failure_rank rank);

#endif
