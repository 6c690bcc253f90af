/* warm_up.h -- the reply to a message that only prepares: an empty response, no upstream asked. */
#ifndef EXCHANGE_WARM_UP_H
#define EXCHANGE_WARM_UP_H

#include "exchange/state.h"

/* What it refers to is loaded: make the reply. */
void exchange_warm_up(struct exchange *x);

#endif
