/* reasoning.h -- whose reasoning an item is: the mark that the gateway leaves in what it
 * hands out.
 *
 *   "id": "rs_gw" origin 32 hexadecimal digits
 *   "encrypted_content": "gw1." origin "." sealed text
 *
 * The origin is eight hexadecimal digits, a hash of the upstream's host.  Some services
 * need their own reasoning back, some refuse any: provider/ knows which.
 */
#ifndef ITEM_REASONING_H
#define ITEM_REASONING_H

#include "item/request.h"

#define REASONING_ID "rs_gw"

enum { REASONING_ORIGIN_DIGITS = 8 };

/* The origin of what the upstream at |endpoint| thinks; empty when memory is out. */
struct str reasoning_origin(struct str endpoint, struct arena *arena);

/* Fill |item|'s id, encrypted and origin from what the client sent as |id| and
 * |encrypted_content|.  False when the latter is there and not this gateway's. */
bool reasoning_read_mark(struct item *item, struct str id, struct str encrypted_content);

/* Part "<think>...</think>" from the front of an assistant's message: it becomes a
 * reasoning item before it.  |message| is the request's last item.  False when memory is
 * out. */
bool reasoning_split(struct request *r, struct item *message) __attribute__((warn_unused_result));

#endif
