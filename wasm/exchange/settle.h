/* settle.h -- what is done once the client has its whole reply: storing the turn. */
#ifndef EXCHANGE_SETTLE_H
#define EXCHANGE_SETTLE_H

#include "exchange/state.h"

/* Is there anything to be done? */
bool exchange_must_settle(const struct exchange *x);

/* Make the next plan of it.  True when nothing is left to do. */
bool exchange_settle(struct exchange *x);

#endif
