/* conversation.h -- the calls about conversations: what each is answered, and what the store
 * is told for it.
 *
 * A conversation is an object with a text under META_NODE, {"created_at":N,"metadata":{...}}.
 * Its items are those of its turns, in order.
 */
#ifndef MEMORY_CONVERSATION_H
#define MEMORY_CONVERSATION_H

#include "memory/memory.h"

enum conversation_verb {
  CONVERSATION_CREATE,
  CONVERSATION_READ,
  CONVERSATION_UPDATE, /* its metadata */
  CONVERSATION_DELETE,
  CONVERSATION_ADD, /* items */
  CONVERSATION_LIST,
  CONVERSATION_ITEM,
  CONVERSATION_ITEM_DELETE,
};

struct conversation {
  enum conversation_verb verb;
  struct memory *m;
  struct str id, item;    /* in the path */
  struct str query;       /* behind it */
  struct json_value body; /* CREATE, UPDATE, ADD */
  double until;           /* ms since 1970: what is written is kept so long */
  struct buf *out;        /* the reply */
};

/* Open c->m for the call, then what it refers to is loaded: memory_next_call(). */
void conversation_open(struct conversation *c, struct str token, struct id_source *ids,
                       struct arena *arena, double now);

/* Put the reply.  |write| is what has to be written before it is sent; its lines may be
 * empty.  0, or negative with |*f|. */
int conversation_answer(struct conversation *c, struct memory_call *write, struct failure *f)
    __attribute__((warn_unused_result));

#endif
