/* in_flight.h -- the attempts of one request that are under way: make, find and drop them.
 *
 * There are two at most: the first, and a rival when the route hedges.
 */
#ifndef FAILOVER_IN_FLIGHT_H
#define FAILOVER_IN_FLIGHT_H

#include "failover/state.h"

/* Make the neutral form of the request, unless it is there.  0, MEMORY_WANTS_CALL, or negative
 * with |*f|. */
int in_flight_read_request(struct failover *p, struct failure *f)
    __attribute__((warn_unused_result));

/* Does the route allow the request another attempt? */
bool in_flight_may_add(const struct failover *p);

/* Make an attempt at |choice|.  NULL when its target cannot be sent the request, which is noted
 * as a failure and closes the target; or when stored turns have to be loaded first: |p->recalling|
 * is then set and |choice| is next. */
struct attempt *in_flight_add(struct failover *p, struct choice choice, double now);

/* Forget |a| and close it.  The reply that it has begun stays. */
void in_flight_drop(struct failover *p, struct attempt *a);

/* The attempts as the bits of OP_WANT. */
uint32_t in_flight_mask(const struct failover *p);

/* The attempt of that number, or NULL. */
struct attempt *in_flight_find(const struct failover *p, uint32_t number);

/* Nobody read what the attempts were sent for |ms|: their deadlines move by as much. */
void in_flight_pause_clock(struct failover *p, double ms);

/* Log the attempts, which will not end. */
void in_flight_log(struct failover *p, double now);

#endif
