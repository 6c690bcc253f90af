/* exchange.h -- one client request: bytes in, plans out.
 *
 * It joins what the client sends (intake), the way to an upstream that answers
 * (failover) and the reply.  All I/O and all time are the host's; see plan.h.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "exchange/state.h"

/* |seed| makes the identifiers. */
void exchange_open(struct exchange *x, struct config *config, struct exchange_shared *shared,
                   double now, uint64_t seed);

/* Room for |n| bytes, to be put next; NULL when it is refused. */
char *exchange_room(struct exchange *x, size_t n);

/* Take what was written, |n| bytes of |kind|.  0, or ERR_STALE when it was not
 * asked for. */
int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n);

/* The next thing to do.  Valid until the next call. */
const struct plan *exchange_next(struct exchange *x, double now);

/* Forget all. */
void exchange_close(struct exchange *x);

#endif
