/* begin.h -- a request that has been read: it is answered here, or handed over to an object. */
#ifndef EXCHANGE_BEGIN_H
#define EXCHANGE_BEGIN_H

#include "exchange/state.h"

/* The body has been read.  |here| is what the client's WebSocket knows of what it refers to; may
 * be empty. */
void exchange_begin(struct exchange *x, struct str here);

#endif
