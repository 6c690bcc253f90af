/* lane.h -- let a message of a WebSocket wait until the earlier ones of its lane have ended. */
#ifndef EXCHANGE_LANE_H
#define EXCHANGE_LANE_H

#include "exchange/state.h"

/* The body is complete: answer the message at once, or in its lane. */
void exchange_take_message(struct exchange *x);

/* Make the plan that waits for the lane. */
void exchange_enter_lane(struct exchange *x);
void exchange_take_entered(struct exchange *x, bool ok, struct str text);

#endif
