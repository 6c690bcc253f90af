/* request_extras.h -- what the configuration adds to a request: a prompt before the instructions,
 * an effort if the client sets none, and members of its own. */
#ifndef UPSTREAM_REQUEST_EXTRAS_H
#define UPSTREAM_REQUEST_EXTRAS_H

#include "upstream/request.h"

/* Rewrite |r|'s complete body for |call|'s target; leave it as it is if there is nothing to add.
 * 0, or negative. Memory comes from |arena|. */
int request_extras_write(struct upstream_request *r, const struct call *call, struct arena *arena)
    __attribute__((warn_unused_result));

#endif
