/* messages.h -- write the items of a conversation as chat messages. */
#ifndef CHAT_MESSAGES_H
#define CHAT_MESSAGES_H

#include "chat/request.h"

/* Put the "messages" array: the instructions first, with |extra| (may be
 * empty) at their end, then the items, with each turn of the assistant as one message. */
void chat_put_messages(struct buf *out, struct request *r, const struct chat_target *target,
                       struct str extra);

enum { CHAT_WIRE_MAX = 64 }; /* of a function's name, at every vendor */

/* Put |name| with '_' in place of characters that a function's name cannot have, until |out| has
 * |max| bytes. */
void chat_put_wire(struct buf *out, struct str name, size_t max);

#endif
