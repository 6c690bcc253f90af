/* pool.h -- the pages of all arenas: handed out in runs, reused, never returned to the
 * system.  Only arena.c uses it. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

enum { POOL_PAGE = 4 * 1024 };

/* |pages| pages in a row, not cleared; NULL past POOL_MAX or when the machine
 * has no more. */
void *pool_take(size_t pages);

/* Add |more| pages to the end of a run where it stands; false if it cannot be. */
bool pool_extend(void *run, size_t pages, size_t more);

void pool_give(void *run, size_t pages);

/* Give back what a run has beyond its first |keep| pages. */
void pool_shrink(void *run, size_t pages, size_t keep);

/* Bytes in use, and bytes ever asked of the machine. */
size_t pool_used(void);
size_t pool_size(void);

/* The most that has been in use since pool_reset_peak(): for measurements. */
size_t pool_peak(void);
void pool_reset_peak(void);

#ifdef POOL_PAGED
/* Outside WebAssembly the program stands in for the machine: |pages| more, right
 * behind the last, or NULL. */
char *machine_grow(size_t pages);
#endif

#endif
