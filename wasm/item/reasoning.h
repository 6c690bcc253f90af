/* reasoning.h -- the origin of a reasoning item: which upstream made it.
 *
 * The gateway marks the items that it sends to clients:
 *
 *   "id": "rs_gw" origin 32 hexadecimal digits
 *   "encrypted_content": "gw1." origin "." sealed text
 *
 * The origin is eight hexadecimal digits, a hash of the upstream's host.  Some services require
 * their own reasoning back, some refuse any: see enum reasoning_field in provider/provider.h.
 */
#ifndef ITEM_REASONING_H
#define ITEM_REASONING_H

#include "item/request.h"

#define REASONING_ID "rs_gw"

enum { REASONING_ORIGIN_DIGITS = 8 };

/* The origin that stands for the upstream at |endpoint|; empty when memory is out. */
struct str reasoning_origin(struct str endpoint, struct arena *arena);

/* Set |item|'s id, encrypted and origin from the client's |id| and |encrypted_content|. False when
 * the latter is present and not made by this gateway. */
bool reasoning_read_mark(struct item *item, struct str id, struct str encrypted_content);

/* Move "<think>...</think>" at the front of an assistant's message into a reasoning item before it.
 * |message| is the request's last item. False when memory is out. */
bool reasoning_split(struct request *r, struct item *message) __attribute__((warn_unused_result));

#endif
