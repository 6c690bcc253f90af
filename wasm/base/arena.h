/* arena.h -- memory that is given back all at once.
 *
 * An arena belongs to one owner (an exchange, the configuration).  Small allocations are cut from
 * blocks; one of ARENA_LARGE bytes or more gets pages of its own, which can be given back before
 * the rest.  Pages come from one pool under all arenas (pool.h).  Where no memory is left, the
 * functions return NULL, and callers report ERR_MEMORY.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* ASan finds the use of what is not taken. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#define ARENA_CHECKED __has_feature(address_sanitizer)

/* A page of the pool, less what a block needs of it at most. */
enum { ARENA_LARGE = 4 * 1024 - 32 };

struct arena {
  struct arena_block *blocks; /* newest first */
};

/* An all-zero arena is empty too. */
void arena_init(struct arena *a);

/* |n| bytes, aligned to 8, not cleared; NULL when memory is out.  |n| may be 0. */
void *arena_take(struct arena *a, size_t n) __attribute__((warn_unused_result));

/* As arena_take(), cleared. */
void *arena_take_zero(struct arena *a, size_t n) __attribute__((warn_unused_result));

/* Make |p|, of |had| bytes, |n| bytes long; it may move. NULL when memory is out: |p| is then
 * unchanged. With |p| NULL, the same as arena_take(). */
void *arena_grow(struct arena *a, void *p, size_t had, size_t n)
    __attribute__((warn_unused_result));

/* Give |p|, of |n| bytes, back early. This frees the pages of a large allocation, and of a small
 * one nothing unless it is the last. */
void arena_give(struct arena *a, void *p, size_t n);

/* Shrink |p| from |had| bytes to |n| without moving it, and give the rest back. Returns its new
 * size: a large allocation stays at least ARENA_LARGE. */
size_t arena_trim(struct arena *a, void *p, size_t had, size_t n);

/* The largest size that needs no more memory than |n| bytes: for buffers that grow. */
size_t arena_fit(size_t n);

/* |s| copied into |a|; p is NULL when memory is out (and |s| was not empty). */
struct str arena_copy(struct arena *a, struct str s) __attribute__((warn_unused_result));

/* Give everything back.  The arena is empty and can be used again. */
void arena_drop(struct arena *a);

/* Bytes of the pool that are in use, and its size: it never shrinks. */
size_t arena_pool_used(void);
size_t arena_pool_size(void);

/* The most bytes in use since arena_reset_peak(): for measurements. */
size_t arena_pool_peak(void);
void arena_reset_peak(void);

/* For tests: refuse the |n|th allocation from now (1 = the next); with |forever|, all later ones
 * too. 0 refuses none. */
void arena_refuse(size_t n, bool forever);

#endif
