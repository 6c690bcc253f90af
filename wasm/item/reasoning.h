/* reasoning.h -- the origin of a reasoning item: which upstream made it.
 *
 * The gateway marks the items that it sends to clients:
 *
 *   "id": "rs_gw" origin 32 hexadecimal digits
 *   "encrypted_content": "gw1." origin "." sealed text
 *
 * What is sealed is the reasoning's text; or, if the upstream sent "reasoning_details",
 *
 *   {"reasoning_details":[{"type":"reasoning.text","text":"...","signature":"..."},...]}
 *
 * In the store, that member stands in the item itself.
 *
 * The origin is eight hexadecimal digits, a hash of the upstream's host.  Some services require
 * their own reasoning back, some refuse any: see enum reasoning_field in provider/provider.h.
 */
#ifndef ITEM_REASONING_H
#define ITEM_REASONING_H

#include "item/request.h"

#define REASONING_ID "rs_gw"

/* Sealed "reasoning_details" begin with this, and are a JSON object. */
#define REASONING_DETAILS "{\"reasoning_details\":"

enum { REASONING_ORIGIN_DIGITS = 8 };

/* The origin that stands for the upstream at |endpoint|; empty when memory is out. */
struct str reasoning_origin(struct str endpoint, struct arena *arena);

/* Set |item|'s id, encrypted and origin from the client's |id| and |encrypted_content|. False when
 * the latter is present and not made by this gateway. */
bool reasoning_read_mark(struct item *item, struct str id, struct str encrypted_content);

/* Set |item|'s details from "reasoning_details" of |object|, if it has any. */
void reasoning_take_details(struct item *item, struct json_value object);

/* Set |item|'s text, or its details, from |opened|, what was sealed. False when memory is out. */
bool reasoning_open(struct request *r, struct item *item, struct str opened)
    __attribute__((warn_unused_result));

/* Put |item|, an item of a Responses request that is not sent on, as an element of
 * "input_transformations", while there is room. */
void reasoning_put_removed(struct buf *out, struct json_value item);

/* Move "<think>...</think>" at the front of an assistant's message into a reasoning item before it.
 * |message| is the request's last item. False when memory is out. */
bool reasoning_split(struct request *r, struct item *message) __attribute__((warn_unused_result));

#endif
