/* meter.h -- count what clients with a limit have spent today, in this isolate and in the store.
 *
 * Rows of counters (plan.h): spent/2026-11-23/CLIENT/CURRENCY  MILLIONTHS
 */
#ifndef EXCHANGE_METER_H
#define EXCHANGE_METER_H

#include "exchange/state.h"

/* Forget what was counted before this minute, or this day. */
void meter_turn(struct meter *m, double now);

/* The request has ended: count its cost. */
void meter_take(struct exchange *x);

/* Put the lines for the store with what was counted since the last call. */
void meter_put(struct config *config, struct buf *lines);

/* Put |verb| and "spent/2026-11-23/CLIENT". */
void meter_put_day(struct buf *lines, struct str verb, const struct client *client);

#endif
