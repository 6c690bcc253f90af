/* limiter.h -- refuse whoever sends too many wrong tokens, together with the platform's limiter.
 *
 * guesses.h counts for one isolate.  Where the host has a limiter, which counts for all isolates
 * at one place, it is asked about each wrong token that this isolate has not just seen, and never
 * about a right one: an isolate that does not know yet of guesses elsewhere learns of them so.
 */
#ifndef EXCHANGE_LIMITER_H
#define EXCHANGE_LIMITER_H

#include "exchange/state.h"

/* The error of a request with the error |err| so far.  PLACE_GUESS: the limiter has to be asked
 * first. */
int exchange_check_guess(struct exchange *x, int err);

/* Make the plan that asks the limiter; take its answer. */
void exchange_ask_limiter(struct exchange *x);
void exchange_take_limited(struct exchange *x, struct str text);

#endif
