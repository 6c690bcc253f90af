/* arena.c -- see arena.h.
 *
 * The list begins with the block that small takings are cut from; whatever has
 * a run of its own stands behind it.  Under ASan all that is not taken is
 * poisoned, and a gap stays between takings.
 */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "base/pool.h"
#include "limits.h"

#if ARENA_CHECKED
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

enum { ALIGN = 8, BLOCK_PAGES = 16 };

struct arena_block {
  struct arena_block *next, *prev;
  size_t pages;
  size_t used; /* bytes, with this header; 0 for a large allocation */
};

enum { HEADER = (sizeof(struct arena_block) + ALIGN - 1) / ALIGN * ALIGN };

static size_t refuse_at; /* allocations until one is refused; 0 = never */
static bool refuse_rest;

void arena_refuse(size_t n, bool forever) {
  refuse_at = n;
  refuse_rest = forever;
}

static bool refused(void) {
  if (refuse_at == 0)
    return false;
  if (refuse_at > 1) {
    refuse_at--;
    return false;
  }
  refuse_at = refuse_rest;
  return true;
}

/* The space that a small allocation of |n| bytes takes in its block. */
static size_t space(size_t n) {
  return (n + ALIGN - 1) / ALIGN * ALIGN + GAP;
}

static size_t pages_for(size_t n) {
  return (n + HEADER + POOL_PAGE - 1) / POOL_PAGE;
}

static struct arena_block *open_block(size_t pages) {
  struct arena_block *block = pool_take(pages);
  if (block == NULL)
    return NULL;
  *block = (struct arena_block){.pages = pages};
  ASAN_POISON_MEMORY_REGION((char *)block + HEADER, pages * POOL_PAGE - HEADER);
  return block;
}

static void close_block(struct arena_block *block) {
  ASAN_UNPOISON_MEMORY_REGION(block, block->pages * POOL_PAGE);
  pool_give(block, block->pages);
}

/* Put |block| behind |prev|, or first of all. */
static void link_block(struct arena *a, struct arena_block *prev, struct arena_block *block) {
  struct arena_block **place = prev != NULL ? &prev->next : &a->blocks;
  block->prev = prev;
  block->next = *place;
  if (block->next != NULL)
    block->next->prev = block;
  *place = block;
}

static void unlink_block(struct arena *a, struct arena_block *block) {
  if (block->prev != NULL)
    block->prev->next = block->next;
  else
    a->blocks = block->next;
  if (block->next != NULL)
    block->next->prev = block->prev;
}

/* The block from which small allocations are cut, or NULL. */
static struct arena_block *current(const struct arena *a) {
  return a->blocks != NULL && a->blocks->used > 0 ? a->blocks : NULL;
}

static size_t room_in(const struct arena_block *block) {
  return block->pages * POOL_PAGE - block->used;
}

/* From the third on, each block is twice as large as the last: a small owner takes little memory,
 * and a large one allocates seldom. */
static size_t next_pages(const struct arena_block *last, size_t n) {
  size_t least = pages_for(space(n));
  bool begins = last == NULL || last->next == NULL;
  size_t pages = begins ? 1 : 2 * last->pages < BLOCK_PAGES ? 2 * last->pages : BLOCK_PAGES;
  return pages > least ? pages : least;
}

static void *take_small(struct arena *a, size_t n) {
  struct arena_block *block = current(a);
  if (block == NULL || space(n) > room_in(block)) {
    block = open_block(next_pages(block, n));
    if (block == NULL)
      return NULL;
    block->used = HEADER;
    link_block(a, NULL, block);
  }
  char *p = (char *)block + block->used;
  block->used += space(n);
  ASAN_UNPOISON_MEMORY_REGION(p, n);
  return p;
}

static void *take_large(struct arena *a, size_t n) {
  if (n > POOL_MAX - HEADER)
    return NULL;
  struct arena_block *block = open_block(pages_for(n));
  if (block == NULL)
    return NULL;
  link_block(a, a->blocks, block);
  char *p = (char *)block + HEADER;
  ASAN_UNPOISON_MEMORY_REGION(p, n);
  return p;
}

static void *take(struct arena *a, size_t n) {
  return n < ARENA_LARGE ? take_small(a, n) : take_large(a, n);
}

void arena_init(struct arena *a) {
  a->blocks = NULL;
}

void *arena_take(struct arena *a, size_t n) {
  return refused() ? NULL : take(a, n);
}

void *arena_take_zero(struct arena *a, size_t n) {
  void *p = arena_take(a, n);
  return p != NULL ? memset(p, 0, n) : NULL;
}

/* Is |p|, of |n| bytes, the last allocation in the current block? */
static bool is_last(const struct arena *a, const void *p, size_t n) {
  const struct arena_block *block = current(a);
  return n < ARENA_LARGE && block != NULL &&
         (const char *)p + space(n) == (const char *)block + block->used;
}

static bool grow_small(struct arena *a, char *p, size_t had, size_t n) {
  if (n >= ARENA_LARGE || !is_last(a, p, had))
    return false;
  struct arena_block *block = a->blocks;
  size_t more = space(n) - space(had);
  if (more > room_in(block))
    return false;
  block->used += more;
  ASAN_UNPOISON_MEMORY_REGION(p, n);
  return true;
}

static bool grow_large(char *p, size_t n) {
  if (n > POOL_MAX - HEADER)
    return false;
  struct arena_block *block = (struct arena_block *)(void *)(p - HEADER);
  size_t pages = pages_for(n);
  if (pages > block->pages) {
    if (!pool_extend(block, block->pages, pages - block->pages))
      return false;
    block->pages = pages;
  }
  ASAN_UNPOISON_MEMORY_REGION(p, n);
  return true;
}

void *arena_grow(struct arena *a, void *p, size_t had, size_t n) {
  if (p == NULL)
    return arena_take(a, n);
  if (n <= had)
    return p;
  if (refused())
    return NULL;
  if (had < ARENA_LARGE ? grow_small(a, p, had, n) : grow_large(p, n))
    return p;
  void *to = take(a, n);
  if (to == NULL)
    return NULL;
  memcpy(to, p, had);
  arena_give(a, p, had);
  return to;
}

void arena_give(struct arena *a, void *p, size_t n) {
  if (p == NULL)
    return;
  if (n >= ARENA_LARGE) {
    struct arena_block *block = (struct arena_block *)(void *)((char *)p - HEADER);
    unlink_block(a, block);
    close_block(block);
    return;
  }
  if (is_last(a, p, n))
    a->blocks->used -= space(n);
  ASAN_POISON_MEMORY_REGION(p, n);
}

size_t arena_trim(struct arena *a, void *p, size_t had, size_t n) {
  if (n >= had)
    return had;
  if (had < ARENA_LARGE) {
    if (is_last(a, p, had))
      a->blocks->used -= space(had) - space(n);
    ASAN_POISON_MEMORY_REGION((char *)p + n, had - n);
    return n;
  }
  struct arena_block *block = (struct arena_block *)(void *)((char *)p - HEADER);
  n = n > ARENA_LARGE ? n : ARENA_LARGE;
  size_t keep = pages_for(n);
  pool_shrink(block, block->pages, keep);
  block->pages = keep;
  return n;
}

size_t arena_fit(size_t n) {
  if (n < ARENA_LARGE)
    return (n + ALIGN - 1) / ALIGN * ALIGN;
  return n > POOL_MAX - HEADER ? n : pages_for(n) * POOL_PAGE - HEADER;
}

struct str arena_copy(struct arena *a, struct str s) {
  if (s.n == 0)
    return STR("");
  char *p = arena_take(a, s.n);
  return p != NULL ? str_of(memcpy(p, s.p, s.n), s.n) : STR_NONE;
}

void arena_drop(struct arena *a) {
  struct arena_block *next;
  for (struct arena_block *block = a->blocks; block != NULL; block = next) {
    next = block->next;
    close_block(block);
  }
  a->blocks = NULL;
}

size_t arena_pool_used(void) {
  return pool_used();
}

size_t arena_pool_size(void) {
  return pool_size();
}

size_t arena_pool_peak(void) {
  return pool_peak();
}

void arena_reset_peak(void) {
  pool_reset_peak();
}
