/* settle.h -- store the turn once the client has its whole reply. */
#ifndef EXCHANGE_SETTLE_H
#define EXCHANGE_SETTLE_H

#include "exchange/state.h"

/* Is there anything to store? */
bool exchange_must_settle(const struct exchange *x);

/* Make the next plan of PLACE_SETTLE. True when nothing is left to do. */
bool exchange_settle(struct exchange *x);

#endif
