/* compaction.h -- replace a conversation by a summary of it.
 *
 * The model is asked for a hand-over summary, without tools.  The summary and the user's messages,
 * word for word, with COMPACTION_SEAM before each text, are encrypted.  The client sends them back
 * as an item of type "compaction".  Of the items before it, only messages of user, system and
 * developer still count.
 */
#ifndef ITEM_COMPACTION_H
#define ITEM_COMPACTION_H

#include "item/request.h"

#define COMPACTION_SEAM "\x1e"

/* Turn |r| into the request for the summary.  False when memory is out. */
bool compaction_begin(struct request *r) __attribute__((warn_unused_result));

/* Put the texts of the user's messages into |out|, behind the summary. */
void compaction_put_users(struct buf *out, const struct request *r);

/* End compaction_begin() with the summary |text|: |r| is the client's request again, with the
 * summary in place of the conversation. False when memory is out. */
bool compaction_go_on(struct request *r, struct str text) __attribute__((warn_unused_result));

/* |item|, a compaction, has been decrypted to |text|. False when memory is out. */
bool compaction_open(struct request *r, struct item *item, struct str text)
    __attribute__((warn_unused_result));

/* Remove from |r| what its last compaction replaces. */
void compaction_forget_before(struct request *r);

/* An estimate of the tokens of |r|'s conversation, instructions and tools. What an upstream has
 * counted, for an earlier turn, is not estimated. */
int64_t compaction_estimate(const struct request *r);

#endif
