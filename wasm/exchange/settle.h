/* settle.h -- what is done once the client has its whole reply: asking the
 * upstream what a piped stream used. */
#ifndef EXCHANGE_SETTLE_H
#define EXCHANGE_SETTLE_H

#include "exchange/state.h"

/* The stream of |a| has ended: its usage is looked up later if it is unknown. */
void exchange_open_usage_lookup(struct exchange *x, const struct attempt *a);

/* Make the next plan of it.  True when nothing is left to do. */
bool exchange_settle(struct exchange *x);

#endif
