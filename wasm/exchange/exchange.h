/* exchange.h -- one client request: bytes in, plans out.
 *
 * It connects the client's request (intake), the attempts (failover) and the reply.  The host does
 * all I/O and provides the time; see plan.h.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "exchange/state.h"

/* A new exchange; NULL when memory is out. |seed| makes the ids unpredictable. */
struct exchange *exchange_open(struct config *config, struct exchange_shared *shared, double now,
                               uint64_t seed);

/* Room for |n| bytes that the next exchange_put() takes; NULL when they are refused. */
char *exchange_room(struct exchange *x, size_t n);

/* Take the |n| bytes that were written. 0, or ERR_STALE when no |kind| is expected. */
int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n);

/* The next plan, valid until the next call. */
const struct plan *exchange_next(struct exchange *x, double now);

/* Close the exchange and free its memory. */
void exchange_close(struct exchange *x);

#endif
