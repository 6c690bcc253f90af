/* unseal.h -- decrypt reasoning and compactions that this gateway encrypted, before an upstream is
 * called that needs them. */
#ifndef EXCHANGE_UNSEAL_H
#define EXCHANGE_UNSEAL_H

#include "exchange/state.h"

/* Look for encrypted items, and have the host decrypt the first one. A body without any is not read
 * into the neutral form. */
void exchange_find_sealed(struct exchange *x);

/* The host decrypted the item; |thoughts| is empty if it could not. */
void exchange_take_unsealed(struct exchange *x, struct str thoughts);

#endif
