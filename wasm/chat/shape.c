/* shape.c -- see shape.h. */
#include "chat/shape.h"

#include <string.h>

#include "base/scan.h"

void chunk_shape_learn(struct chunk_shape *shape, struct str chunk, struct str text,
                       enum event_kind kind) {
  size_t around = chunk.n - text.n;
  shape->head = shape->tail = 0;
  if (around > CHUNK_SHAPE_MAX)
    return;
  shape->kind = kind;
  shape->head = (size_t)(text.p - chunk.p);
  shape->tail = around - shape->head;
  memcpy(shape->bytes, chunk.p, shape->head);
  memcpy(shape->bytes + shape->head, text.p + text.n, shape->tail);
}

bool chunk_shape_match(const struct chunk_shape *shape, struct str chunk, struct str *text) {
  size_t around = shape->head + shape->tail;
  if (around == 0 || chunk.n < around)
    return false;
  *text = str_of(chunk.p + shape->head, chunk.n - around);
  return scan_equal(chunk.p, shape->bytes, shape->head) &&
         scan_equal(text->p + text->n, shape->bytes + shape->head, shape->tail);
}
