/* hand_over.h -- a request that is to run in the conversation's object: in the background, or
 * as a stream that can be resumed. */
#ifndef EXCHANGE_HAND_OVER_H
#define EXCHANGE_HAND_OVER_H

#include "exchange/state.h"

/* Is it to be handed over?  1 or 0; or negative with |*f|: it is asked to, and cannot be. */
int exchange_must_hand_over(const struct exchange *x, struct failure *f)
    __attribute__((warn_unused_result));

/* Make the next plan of it.  True when the exchange is in another place now. */
bool exchange_hand_over(struct exchange *x);

/* The object has answered; |ok| is false when it did not. */
void exchange_take_handed(struct exchange *x, bool ok, struct str text);

/* As that, of PLACE_FOLLOW: the reply is what the object has of a run. */
bool exchange_follow(struct exchange *x);

#endif
