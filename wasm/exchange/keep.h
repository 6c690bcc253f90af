/* keep.h -- store the turn after the client has its reply. */
#ifndef EXCHANGE_KEEP_H
#define EXCHANGE_KEEP_H

#include "exchange/state.h"

/* Is there an answer to be stored? Then PLACE_SETTLE comes before the end. */
bool exchange_keeps(const struct exchange *x);

/* The response as JSON: written by this gateway, relayed as a whole, or retrieved afterwards. */
struct str exchange_response(struct exchange *x);

/* Make the next plan. False when nothing is left to do. */
bool exchange_keep(struct exchange *x);

/* Take the store's answer; |ok| is false if it failed. */
void exchange_take_kept(struct exchange *x, bool ok, struct str text);

#endif
