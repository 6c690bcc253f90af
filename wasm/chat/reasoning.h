/* reasoning.h -- write the reasoning of earlier turns into chat messages. */
#ifndef CHAT_REASONING_H
#define CHAT_REASONING_H

#include "chat/content.h"

/* Put the reasoning of a turn, whose items are those from |from| to before |end|, as members of its
 * open message: what the target takes, in the member that it knows. The rest is named as lost.
 * |calls|: the turn has calls. */
void chat_put_reasoning(const struct content_writer *w, const struct item *from,
                        const struct item *end, bool calls);

#endif
