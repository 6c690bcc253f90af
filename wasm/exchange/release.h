/* release.h -- free the memory of a request once no attempt can need it. */
#ifndef EXCHANGE_RELEASE_H
#define EXCHANGE_RELEASE_H

#include "exchange/state.h"

/* An OP_FETCH was carried out: free the body of that attempt's request. */
void exchange_take_sent(struct exchange *x);

/* A streamed reply has begun. If no other attempt can be needed to continue it, free the
 * conversation, and keep what the rest of the stream needs of the request. */
void exchange_release_request(struct exchange *x);

#endif
