/* pool.h -- the pages under all arenas: allocated in runs and reused, never returned to the system.
 *
 * Only arena.c uses it.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

enum { POOL_PAGE = 4 * 1024 };

/* |pages| pages in a row, not cleared; NULL past POOL_MAX or when the machine
 * has no more. */
void *pool_take(size_t pages);

/* Add |more| pages to the end of a run without moving it; false when they are not free. */
bool pool_extend(void *run, size_t pages, size_t more);

void pool_give(void *run, size_t pages);

/* Free all but the first |keep| pages of a run. */
void pool_shrink(void *run, size_t pages, size_t keep);

/* Bytes in use, and bytes obtained from the system. */
size_t pool_used(void);
size_t pool_size(void);

/* The most that has been in use since pool_reset_peak(): for measurements. */
size_t pool_peak(void);
void pool_reset_peak(void);

#ifdef POOL_PAGED
/* Outside WebAssembly the program provides this: |pages| more, directly behind the last, or NULL.
 */
char *machine_grow(size_t pages);
#endif

#endif
