/* arena.h -- memory that is dropped all at once.
 *
 * An arena belongs to one owner (an exchange, the configuration).  Small
 * takings are cut from blocks; a taking of ARENA_LARGE bytes or more gets
 * pages of its own, which can be given back before the rest.  Pages come from
 * one pool under all arenas, which grows the WebAssembly memory and never
 * shrinks it.  When nothing is to be had, NULL: callers report ERR_MEMORY.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { ARENA_LARGE = 8 * 1024 };

struct arena {
  struct arena_block *blocks; /* newest first */
};

/* An all-zero arena is empty too. */
void arena_init(struct arena *a);

/* |n| bytes, aligned to 8, not cleared; NULL when memory is out.  |n| may be 0. */
void *arena_take(struct arena *a, size_t n) __attribute__((warn_unused_result));

/* As arena_take(), cleared. */
void *arena_take_zero(struct arena *a, size_t n) __attribute__((warn_unused_result));

/* Make |p|, of |had| bytes, |n| bytes long; it may move.  NULL when memory is
 * out, and then |p| stays as it was.  A NULL |p| takes afresh. */
void *arena_grow(struct arena *a, void *p, size_t had, size_t n)
    __attribute__((warn_unused_result));

/* Give |p|, of |n| bytes, back early.  Only large takings come free at once;
 * for the others it is a hint that costs nothing. */
void arena_give(struct arena *a, void *p, size_t n);

/* Make |p|, of |had| bytes, |n| bytes long where it stands, and give the rest back.
 * How long it is now: a large taking stays one. */
size_t arena_trim(struct arena *a, void *p, size_t had, size_t n);

/* The most bytes that cost no more memory than |n| do: for who grows step by step. */
size_t arena_fit(size_t n);

/* |s| copied into |a|; p is NULL when memory is out (and |s| was not empty). */
struct str arena_copy(struct arena *a, struct str s) __attribute__((warn_unused_result));

/* Give everything back.  The arena is empty and can be used again. */
void arena_drop(struct arena *a);

/* Bytes of the pool in use, and bytes it has ever asked the machine for. */
size_t arena_pool_used(void);
size_t arena_pool_size(void);

/* The most in use since arena_reset_peak(): for measurements. */
size_t arena_pool_peak(void);
void arena_reset_peak(void);

/* For tests: refuse the |n|th taking from now on (1 = the next), once, or with
 * |forever| every one from there.  0 refuses none. */
void arena_refuse(size_t n, bool forever);

#endif
