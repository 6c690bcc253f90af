/* id.h -- random numbers and identifiers, from a seed that the host gives. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdint.h>

#include "base/arena.h"
#include "base/mint.h"
#include "base/str.h"

struct id_source {
  uint64_t state;
  struct mint mint; /* makes ids that lead to stored turns; off at first */
};

void id_init(struct id_source *ids, uint64_t seed);

/* The next number of the sequence. */
uint64_t id_number(struct id_source *ids);

/* |prefix| and 32 hexadecimal digits, in |arena|; p is NULL when memory is out. */
struct str id_take(struct id_source *ids, struct arena *arena, struct str prefix);

#endif
