/* best_failure.h -- of all that failed for one request: the failure that the client is told. */
#ifndef FAILOVER_BEST_FAILURE_H
#define FAILOVER_BEST_FAILURE_H

#include "base/arena.h"
#include "base/errors.h"

/* Starts as zero. */
struct best_failure {
  struct failure failure;
  int rank; /* 0 = there is none yet */
};

/* Keep |f|, copied into |arena|, unless what is there tells the client more. */
void best_failure_note(struct best_failure *b, struct arena *arena, const struct failure *f);

#endif
