/* exchange.h -- one client request: bytes in, plans out.
 *
 * It connects the client's request (intake), the attempts (failover) and the reply.  The host does
 * all I/O and provides the time; see plan.h.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "exchange/state.h"

/* |seed| is for the ids. */
void exchange_open(struct exchange *x, struct config *config, struct exchange_shared *shared,
                   double now, uint64_t seed);

/* Where to write |n| bytes for the next exchange_put(); NULL when they are refused. */
char *exchange_room(struct exchange *x, size_t n);

/* Take the |n| bytes that were written, of |kind|. 0, or ERR_STALE when nothing waits for them. */
int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n);

/* The next plan, valid until the next call. */
const struct plan *exchange_next(struct exchange *x, double now);

/* Close the exchange and give its memory back. */
void exchange_close(struct exchange *x);

#endif
