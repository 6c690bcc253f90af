#include "base/map.h"

enum { MAP_CAP_MIN = 16 };

struct map_slot {
  struct map_key key;
  uint64_t hash;
  void *value; /* NULL: the slot is free */
};

uint64_t map_hash(struct str s) {
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t i = 0; i < s.n; i++)
    h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
  h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
  return h ^ (h >> 32);
}

static uint64_t hash_of(struct map_key key) {
  return map_hash(key.name) ^ (map_hash(key.space) << 1);
}

/* The slot that has |key|, or the free one where it belongs. */
static struct map_slot *find_slot(const struct map *m, struct map_key key, uint64_t hash) {
  size_t i = (size_t)hash & (m->cap - 1);
  for (;; i = (i + 1) & (m->cap - 1)) {
    struct map_slot *slot = &m->slots[i];
    if (slot->value == NULL)
      return slot;
    if (slot->hash == hash && str_equal(slot->key.name, key.name) &&
        str_equal(slot->key.space, key.space))
      return slot;
  }
}

static bool grow(struct map *m) {
  struct map wider = *m;
  wider.cap = m->cap > 0 ? 2 * m->cap : MAP_CAP_MIN;
  wider.slots = arena_take_zero(m->arena, wider.cap * sizeof *wider.slots);
  if (wider.slots == NULL)
    return false;
  for (size_t i = 0; i < m->cap; i++)
    if (m->slots[i].value != NULL)
      *find_slot(&wider, m->slots[i].key, m->slots[i].hash) = m->slots[i];
  arena_give(m->arena, m->slots, m->cap * sizeof *m->slots);
  *m = wider;
  return true;
}

void map_init(struct map *m, struct arena *arena) {
  *m = (struct map){.arena = arena};
}

void *map_find(const struct map *m, struct map_key key) {
  return m->cap > 0 ? find_slot(m, key, hash_of(key))->value : NULL;
}

bool map_put(struct map *m, struct map_key key, void *value) {
  uint64_t hash = hash_of(key);
  if (2 * m->n >= m->cap && !grow(m))
    return false;
  struct map_slot *slot = find_slot(m, key, hash);
  m->n += slot->value == NULL;
  *slot = (struct map_slot){key, hash, value};
  return true;
}
