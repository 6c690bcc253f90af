/* compaction.h -- a conversation that is replaced by a summary of it.
 *
 * The model is asked for a hand-over summary, without tools.  What is sealed of its answer is
 * that summary and what the user said, word for word, COMPACTION_SEAM before each text.  A client
 * gives it back as an item of type "compaction".  Of what stands before such an item only the
 * messages of user, system and developer still count.
 */
#ifndef ITEM_COMPACTION_H
#define ITEM_COMPACTION_H

#include "item/request.h"

#define COMPACTION_SEAM "\x1e"

/* Turn |r| into the request for the summary.  False when memory is out. */
bool compaction_begin(struct request *r) __attribute__((warn_unused_result));

/* Put what the user said behind the summary in |out|. */
void compaction_put_users(struct buf *out, const struct request *r);

/* The summary is |text|: |r| becomes what it was, with the summary in place of the
 * conversation.  False when memory is out. */
bool compaction_go_on(struct request *r, struct str text) __attribute__((warn_unused_result));

/* |item|, a compaction, is opened: |text| was sealed in it.  False when memory is out. */
bool compaction_open(struct request *r, struct item *item, struct str text)
    __attribute__((warn_unused_result));

/* Take out of |r| what the last compaction in it replaces. */
void compaction_forget_before(struct request *r);

/* How many tokens |r|'s conversation, instructions and tools have, roughly. */
int64_t compaction_estimate(const struct request *r);

#endif
