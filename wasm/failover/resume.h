/* resume.h -- the request once more, with what the model has said and what it is to do now. */
#ifndef FAILOVER_RESUME_H
#define FAILOVER_RESUME_H

#include "conform/constraint.h"
#include "item/item.h"

/* Starts as zero. */
struct resume {
  struct item **end; /* where the client's own items end; NULL = nothing was added */
};

/* To |r|'s items add |said| as the assistant's message, unless it is empty, and an order
 * to go on with it as the user's.  What was added before is taken off.  False when memory
 * is out. */
bool resume_cut_off(struct resume *s, struct request *r, struct str said);

/* Likewise, with an order to mend what |violated| tells. */
bool resume_violated(struct resume *s, struct request *r, const struct constraint *violated);

#endif
