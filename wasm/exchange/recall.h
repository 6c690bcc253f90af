/* recall.h -- load the stored turns that a request refers to. */
#ifndef EXCHANGE_RECALL_H
#define EXCHANGE_RECALL_H

#include "exchange/state.h"

/* The request is not handed over: load what it refers to, or begin the failover. */
void exchange_go_on(struct exchange *x);

/* Plan a wait, after which the index is asked again for ids that an upstream gave. False if this is
 * of no use. */
bool exchange_look_again(struct exchange *x);

/* Plan what is left to be loaded for the turn to be stored whole: which turn it follows, and the
 * items that the upstream did not need. False when there is nothing. */
bool exchange_complete(struct exchange *x);

/* Make the next plan of PLACE_RECALL. True when the exchange has gone on to another place. */
bool exchange_recall(struct exchange *x);

/* Take the object's answer |text|; |ok| is false when it failed. */
void exchange_take_recalled(struct exchange *x, bool ok, struct str text);

#endif
