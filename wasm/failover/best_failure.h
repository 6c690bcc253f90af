/* best_failure.h -- of all that failed for one request: the failure that the client is told. */
#ifndef FAILOVER_BEST_FAILURE_H
#define FAILOVER_BEST_FAILURE_H

#include "base/arena.h"
#include "base/errors.h"
#include "provider/failure.h"

/* From what tells a client least to what tells it most.  What another attempt could have
 * answered comes before what only one key or provider could not do. */
enum failure_rank {
  FAILURE_NONE,
  FAILURE_KEY,        /* a key of the operator's was refused, or the gateway's place */
  FAILURE_OF_ONE,     /* only this target or key cannot do it: a foreign id, an unknown model */
  FAILURE_UPSTREAM,   /* the upstream is broken, or silent */
  FAILURE_TOO_LONG,   /* the prompt, for the windows that were tried */
  FAILURE_QUOTA,      /* a limit that lasts */
  FAILURE_OVERLOADED, /* 503 */
  FAILURE_RATE_LIMIT, /* a limit that passes */
  FAILURE_REQUEST,    /* the request itself is at fault: nobody else was asked */
};

/* Starts as zero. */
struct best_failure {
  struct failure failure;
  enum failure_rank rank; /* FAILURE_NONE = there is none yet */
};

enum failure_rank failure_rank_of(const struct verdict *v);

/* Keep |f|, copied into |arena|, unless what is there tells the client more. */
void best_failure_note(struct best_failure *b, struct arena *arena, const struct failure *f,
                       enum failure_rank rank);

#endif
