/* tools.h -- a request's tools as a chat upstream takes them. */
#ifndef CHAT_TOOLS_H
#define CHAT_TOOLS_H

#include "chat/request.h"

/* Give every tool the name that the upstream is told: before all else here, and
 * before the messages.  0, or negative with |*f| when there are too many, or the one
 * that must be called is not there. */
int chat_name_tools(struct request *r, const struct chat_target *target, struct failure *f)
    __attribute__((warn_unused_result));

/* Put "tools", "tool_choice" and what else is about them, as members. */
void chat_put_tools(struct buf *out, struct request *r, const struct chat_target *target);

/* Put what the upstream cannot be told by a field as sentences for the model. */
void chat_say_tools(struct buf *said, struct request *r, const struct chat_target *target);

/* Is one of the tools that are sent a function, which the client runs? */
bool chat_sends_function(struct request *r, const struct chat_target *target);

#endif
