/* key_sharing.h -- decide when a request reads or writes key health in the store. */
#ifndef EXCHANGE_KEY_SHARING_H
#define EXCHANGE_KEY_SHARING_H

#include "exchange/state.h"

/* Make such a call of the store the next plan, before whatever the exchange would do next. False if
 * none is needed. */
bool exchange_share_keys(struct exchange *x);

#endif
