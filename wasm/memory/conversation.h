/* conversation.h -- the endpoints of conversations: the replies, and what is written to the store.
 *
 * A conversation is an object with a text under META_NODE, {"created_at":N,"metadata":{...}}.
 * Its items are the items of its turns, in order.
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
  struct str id, item;    /* as in the path */
  struct str query;       /* as in the URL */
  struct json_value body; /* CREATE, UPDATE, ADD */
  double until;           /* ms since 1970: when what is written expires */
  struct buf *out;        /* the reply */
};

/* Open c->m for the call. What it refers to is loaded next: see memory_next_call(). */
void conversation_open(struct conversation *c, struct str token, struct id_source *ids,
                       struct arena *arena, double now);

/* Put the reply. |write| is the call of the store that must succeed before the reply is sent; it
 * may have no lines. 0, or negative with |*f|. */
int conversation_answer(struct conversation *c, struct memory_call *write, struct failure *f)
    __attribute__((warn_unused_result));

#endif
