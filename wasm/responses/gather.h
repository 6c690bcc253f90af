/* gather.h -- gather the items of a stream, for a last event whose response lacks them.
 *
 * Some services end a stream with a response whose "output" is empty or missing, although its items
 * came before: clients that read only the last event, and the store, would have none.
 */
#ifndef RESPONSES_GATHER_H
#define RESPONSES_GATHER_H

#include "base/buf.h"
#include "text/json.h"

struct gather {
  struct buf items; /* JSON, as an array's inside */
  struct buf whole; /* the last event with the items that it lacked; empty: it lacked none */
};

/* The items live in |arena|. */
void gather_init(struct gather *g, struct arena *arena);

/* Take |ev|, an event of |type|. */
void gather_take(struct gather *g, struct str type, struct json_value ev);

/* Fill |whole|, in |arena|, from |data|, the last event, which has |response|. */
void gather_end(struct gather *g, struct str data, struct json_value response, struct arena *arena);

#endif
