/* conversation.h -- the endpoints of conversations: /conversations and below. */
#ifndef EXCHANGE_CONVERSATION_H
#define EXCHANGE_CONVERSATION_H

#include "exchange/state.h"

/* Make the next plan of PLACE_STORED for one of these endpoints, as exchange_stored() does. */
bool exchange_conversation(struct exchange *x);

#endif
