/* stored.h -- the endpoints of one stored response: /responses/{id} and below. */
#ifndef EXCHANGE_STORED_H
#define EXCHANGE_STORED_H

#include "exchange/state.h"

/* Make the next plan of PLACE_STORED. True when the exchange has gone on to another place. */
bool exchange_stored(struct exchange *x);

/* Take the object's answer |text|; |ok| is false when it failed. */
void exchange_take_stored(struct exchange *x, bool ok, struct str text);

#endif
