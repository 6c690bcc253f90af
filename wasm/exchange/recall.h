/* recall.h -- loading the stored turns that a request refers to. */
#ifndef EXCHANGE_RECALL_H
#define EXCHANGE_RECALL_H

#include "exchange/state.h"

/* The body has been read: load what it refers to, or begin the failover.  |here| is what the
 * client's WebSocket knows of it; may be empty. */
void exchange_begin(struct exchange *x, struct str here);

/* Make the next plan of PLACE_RECALL.  True when the exchange is in another place now. */
bool exchange_recall(struct exchange *x);

/* The object has answered |text|, or |ok| is false. */
void exchange_take_recalled(struct exchange *x, bool ok, struct str text);

#endif
