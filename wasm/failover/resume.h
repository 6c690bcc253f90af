/* resume.h -- extend a request with the model's answer so far and an order to continue or correct
 * it. */
#ifndef FAILOVER_RESUME_H
#define FAILOVER_RESUME_H

#include "conform/constraint.h"
#include "item/item.h"

/* Starts as zero. */
struct resume {
  struct item **end; /* where the client's own items end; NULL = nothing was added */
};

/* Add |said| to |r|'s items as the assistant's message, unless it is empty, and a user's message
 * that asks to continue it. Items added before are removed first. False when memory is out. */
bool resume_cut_off(struct resume *s, struct request *r, struct str said);

/* The same, with a message that asks to correct the faults of |violated|. */
bool resume_violated(struct resume *s, struct request *r, const struct constraint *violated);

#endif
