/* release.h -- give the memory of a request back once no attempt can need it. */
#ifndef EXCHANGE_RELEASE_H
#define EXCHANGE_RELEASE_H

#include "exchange/state.h"

/* An OP_FETCH was carried out: free the body of that attempt's request. */
void exchange_take_sent(struct exchange *x);

/* A streamed reply has begun.  Where nothing can make another attempt continue it, the
 * conversation goes; what the rest of the stream needs of the request stays. */
void exchange_release_request(struct exchange *x);

#endif
