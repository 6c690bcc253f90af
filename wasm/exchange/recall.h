/* recall.h -- loading the stored turns that a request refers to. */
#ifndef EXCHANGE_RECALL_H
#define EXCHANGE_RECALL_H

#include "exchange/state.h"

/* The request stays here: load what it refers to, or begin the failover. */
void exchange_go_on(struct exchange *x);

/* Make the next plan of PLACE_RECALL.  True when the exchange is in another place now. */
bool exchange_recall(struct exchange *x);

/* The object has answered |text|, or |ok| is false. */
void exchange_take_recalled(struct exchange *x, bool ok, struct str text);

#endif
