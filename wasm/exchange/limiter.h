/* limiter.h -- refuse senders of too many wrong tokens with the help of the platform's limiter.
 *
 * guesses.h counts for one isolate. If the host has a limiter, which counts for all isolates of a
 * location, it is asked about each wrong token that this isolate has not just seen. So an isolate
 * learns of guesses that others have seen. It is never asked about a valid token.
 */
#ifndef EXCHANGE_LIMITER_H
#define EXCHANGE_LIMITER_H

#include "exchange/state.h"

/* The error of a request whose head was read with |err|. In PLACE_GUESS the limiter has to be asked
 * first. */
int exchange_check_guess(struct exchange *x, int err);

/* Make the plan that asks the limiter; take its answer. */
void exchange_ask_limiter(struct exchange *x);
void exchange_take_limited(struct exchange *x, struct str text);

#endif
