/* begin.h -- decide whether a request that has been read is served here or in an object. */
#ifndef EXCHANGE_BEGIN_H
#define EXCHANGE_BEGIN_H

#include "exchange/state.h"

/* The body has been read. |here| has the turns that the object of the client's WebSocket found for
 * it; may be empty. */
void exchange_begin(struct exchange *x, struct str here);

#endif
