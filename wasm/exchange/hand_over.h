/* hand_over.h -- hand a request over to the conversation's object, where it runs in the background
 * or as a stream that can be resumed. */
#ifndef EXCHANGE_HAND_OVER_H
#define EXCHANGE_HAND_OVER_H

#include "exchange/state.h"

/* Is the request to be handed over? 1 or 0; or negative with |*f| if the client demands it and it
 * is impossible. */
int exchange_must_hand_over(const struct exchange *x, struct failure *f)
    __attribute__((warn_unused_result));

/* Make the next plan of PLACE_HAND_OVER. True when the exchange has gone on to another place. */
bool exchange_hand_over(struct exchange *x);

/* Take the object's answer; |ok| is false when it failed. */
void exchange_take_handed(struct exchange *x, bool ok, struct str text);

/* Make the next plan of PLACE_FOLLOW, where the reply is the output of a run in an object. True
 * when the exchange has gone on to another place. */
bool exchange_follow(struct exchange *x);

#endif
