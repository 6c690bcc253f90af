/* conversation.h -- the endpoints of conversations: /conversations and below. */
#ifndef EXCHANGE_CONVERSATION_H
#define EXCHANGE_CONVERSATION_H

#include "exchange/state.h"

/* As exchange_stored(), for one of these. */
bool exchange_conversation(struct exchange *x);

#endif
