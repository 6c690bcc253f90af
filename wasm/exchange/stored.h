/* stored.h -- the endpoints of one stored response: /responses/{id} and below. */
#ifndef EXCHANGE_STORED_H
#define EXCHANGE_STORED_H

#include "exchange/state.h"

/* Make the next plan of PLACE_STORED.  True when the exchange is in another place now. */
bool exchange_stored(struct exchange *x);

/* The object has answered |text|, or |ok| is false. */
void exchange_take_stored(struct exchange *x, bool ok, struct str text);

#endif
