/* warm_up.h -- the reply to a message that generates nothing: an empty response, without calling an
 * upstream. */
#ifndef EXCHANGE_WARM_UP_H
#define EXCHANGE_WARM_UP_H

#include "exchange/state.h"

/* The turns that it refers to have been loaded: make the reply. */
void exchange_warm_up(struct exchange *x);

#endif
