/* allow.h -- enforce a client's limits: requests in a minute, cost in a day.
 *
 * The store counts for all isolates, in rows of counters (plan.h); if it does not answer, an
 * isolate counts by itself:
 *
 *   minute/CLIENT/MINUTES_SINCE_1970  REQUESTS      and those of meter.h
 */
#ifndef EXCHANGE_ALLOW_H
#define EXCHANGE_ALLOW_H

#include "exchange/state.h"

/* A step of PLACE_ALLOW: refuse, ask the store, or go on to the body.  True when there is more to
 * do before a plan can be made. */
bool exchange_allow(struct exchange *x);

/* Take the store's answer; empty if it failed. */
void exchange_take_allowed(struct exchange *x, struct str stored);

#endif
