#include "base/id.h"

#include <string.h>

enum { ID_DIGITS = 32 };

void id_init(struct id_source *ids, uint64_t seed) {
  *ids = (struct id_source){.state = seed};
}

/* SplitMix64 (Steele, Lea, Flood, 2014): a full period for every seed; good enough for ids, which
 * need not be secret. */
uint64_t id_number(struct id_source *ids) {
  uint64_t z = ids->state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

struct str id_take(struct id_source *ids, struct arena *arena, struct str prefix) {
  char *p = arena_take(arena, prefix.n + ID_DIGITS);
  if (p == NULL)
    return STR_NONE;
  memcpy(p, prefix.p, prefix.n);
  uint64_t bits = 0;
  for (size_t i = 0; i < ID_DIGITS; i++) {
    if (i % 16 == 0)
      bits = id_number(ids);
    p[prefix.n + i] = "0123456789abcdef"[bits & 15];
    bits >>= 4;
  }
  return str_of(p, prefix.n + ID_DIGITS);
}
