/* shape.h -- what stands around the text in a chunk of a stream: most chunks differ from the one
 * before them in that text alone, and need no parsing then. */
#ifndef CHAT_SHAPE_H
#define CHAT_SHAPE_H

#include "item/event.h"
#include "limits.h"

struct chunk_shape {
  enum event_kind kind; /* of the text */
  size_t head, tail;    /* bytes before and behind the text's string; 0: no shape is known */
  char bytes[CHUNK_SHAPE_MAX];
};

/* Remember the bytes of |chunk| around |text|, a JSON string within it that is of |kind|.  Where
 * they are too many, nothing is known from then on. */
void chunk_shape_learn(struct chunk_shape *shape, struct str chunk, struct str text,
                       enum event_kind kind);

/* True when |chunk| has the known bytes at its front and its end; |*text| is what is between them:
 * if that is one JSON string, |chunk| means what the remembered one did, but for this text. */
bool chunk_shape_match(const struct chunk_shape *shape, struct str chunk, struct str *text);

#endif
