/* map.h -- a table from names to pointers, in an arena.
 *
 * A key is two strings, a name and its namespace; both are borrowed.  Entries cannot be removed.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct map_key {
  struct str space; /* may be empty */
  struct str name;
};

struct map {
  struct arena *arena;
  struct map_slot *slots;
  size_t cap; /* a power of two, or 0 */
  size_t n;
};

void map_init(struct map *m, struct arena *arena);

/* What |key| was last set to, or NULL. */
void *map_find(const struct map *m, struct map_key key);

/* Set |key| to |value|, which is not NULL.  False when memory is out. */
bool map_put(struct map *m, struct map_key key, void *value) __attribute__((warn_unused_result));

/* The hash of |s|: FNV-1a, mixed. */
uint64_t map_hash(struct str s);

#endif
