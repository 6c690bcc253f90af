/* details.h -- collect the "reasoning_details" of an answer, which its service needs back
 * unchanged.
 *
 * In a stream an entry comes in pieces of the same type and index (OpenRouter):
 *
 *   {"type":"reasoning.text","text":"Hm","index":0,"format":"anthropic-claude-v1"}
 *   {"type":"reasoning.text","text":"m.","index":0}
 *   {"type":"reasoning.text","signature":"c2ln","index":0}
 *   {"type":"reasoning.encrypted","data":"YWJj","id":"rs_1","index":1}      (always whole)
 */
#ifndef CHAT_DETAILS_H
#define CHAT_DETAILS_H

#include <stdbool.h>

#include "text/json.h"

struct chat_details {
  struct buf out; /* the entries, JSON, as the inside of an array */
  struct str type, index;
  bool open;    /* the last entry may go on */
  bool in_text; /* ... and |out| ends inside its text */
};

void chat_details_init(struct chat_details *d, struct arena *arena);

/* Take the elements of |entries|; if |pieces|, they may continue the last one. */
void chat_details_read(struct chat_details *d, struct json_value entries, bool pieces);

/* All entries since the last call; they hold until the next chat_details_read(). */
struct str chat_details_take(struct chat_details *d);

#endif
