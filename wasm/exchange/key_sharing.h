/* key_sharing.h -- decide when a request reads or writes key health in the store. */
#ifndef EXCHANGE_KEY_SHARING_H
#define EXCHANGE_KEY_SHARING_H

#include "exchange/state.h"

/* True when the next plan is such a call of the store.  It is made before the
 * step that the exchange would take next. */
bool exchange_share_keys(struct exchange *x);

#endif
