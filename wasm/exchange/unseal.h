/* unseal.h -- thoughts that this gateway sealed once and the client sends
 * back are opened before an upstream is asked. */
#ifndef EXCHANGE_UNSEAL_H
#define EXCHANGE_UNSEAL_H

#include "exchange/state.h"

/* Look for such thoughts, and wait for the host to open the first.  Only a body
 * that holds some is read now; others as late as can be. */
void exchange_find_sealed(struct exchange *x);

/* The host has opened them, or could not: |thoughts| is then empty. */
void exchange_take_unsealed(struct exchange *x, struct str thoughts);

#endif
