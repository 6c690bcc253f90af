/* shape.h -- recognise a chunk that differs from the one before only in its text, so that it need
 * not be parsed. */
#ifndef CHAT_SHAPE_H
#define CHAT_SHAPE_H

#include "item/event.h"
#include "limits.h"

struct chunk_shape {
  enum event_kind kind; /* of the text */
  size_t head, tail;    /* bytes before and behind the text's string; 0: no shape */
  char bytes[CHUNK_SHAPE_MAX];
};

/* Remember the bytes of |chunk| around |text|, a JSON string within it that is of |kind|.  Where
 * they are too many, there is no shape after that. */
void chunk_shape_learn(struct chunk_shape *shape, struct str chunk, struct str text,
                       enum event_kind kind);

/* True when |chunk| begins and ends with the remembered bytes; |*text| is what is between them. If
 * that is one JSON string, |chunk| equals the remembered one except for this text. */
bool chunk_shape_match(const struct chunk_shape *shape, struct str chunk, struct str *text);

#endif
