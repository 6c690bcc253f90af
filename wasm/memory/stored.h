/* stored.h -- replies about a stored response: itself, its input items, its deletion. */
#ifndef MEMORY_STORED_H
#define MEMORY_STORED_H

#include "memory/memory.h"

/* Look up the response |id|; memory_next_call() and memory_take() follow. */
void stored_open(struct memory *m, struct str id, struct str token, struct id_source *ids,
                 struct arena *arena, double now);

/* The turn, once it has been loaded; NULL when there is none. With |asked| it may be the request of
 * the run that will make it, and has no response. */
const struct turn *stored_find(const struct memory *m, bool asked);

/* The next call that deletes |turn|, or false. The ids that an upstream gave it remain in the index
 * for a while, but of no key: their upstream still has the response, and would go on with it. */
bool stored_next_drop(struct memory *m, const struct turn *turn, struct memory_call *call);

/* Fill |*f| for a response that is not stored. */
int stored_refuse(struct memory *m, struct failure *f);

/* Put {"id","object":"response","deleted":true}. */
void stored_put_deleted(struct buf *out, const struct memory *m);

/* Put the list of the input items of the turn, or of the request; |query| may have after, limit and
 * order. 0, or negative with |*f|. */
int stored_put_items(struct buf *out, struct memory *m, const struct turn *turn, struct str query,
                     struct failure *f) __attribute__((warn_unused_result));

#endif
