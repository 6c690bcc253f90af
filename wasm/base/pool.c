/* pool.c -- see pool.h.
 *
 * In WebAssembly: a bit for each page of the memory grown here, and the first
 * run that is long enough.  Natively every run is a malloc() of its own, so that
 * ASan sees what passes its ends; POOL_PAGED has the bits tested there too.
 */
#include "base/pool.h"

#include <stdint.h>

#include "limits.h"

enum { PAGES_MAX = POOL_MAX / POOL_PAGE };

static size_t used; /* pages */
static size_t size; /* pages */
static size_t peak; /* pages */

static void use(size_t pages) {
  used += pages;
  peak = used > peak ? used : peak;
}

size_t pool_used(void) {
  return used * POOL_PAGE;
}

size_t pool_size(void) {
  return size * POOL_PAGE;
}

size_t pool_peak(void) {
  return peak * POOL_PAGE;
}

void pool_reset_peak(void) {
  peak = used;
}

#if defined(__wasm__) || defined(POOL_PAGED)

enum {
  WORD = 64,
  MACHINE = 64 * KIB / POOL_PAGE, /* our pages in one of WebAssembly's */
  STEP = 16 * MACHINE,            /* grow by this at least: growing detaches JavaScript's views */
};

static uint64_t taken[PAGES_MAX / WORD]; /* beyond |size|: free, but not there yet */
static size_t lowest;                    /* all words before this one are full */
static char *base;

#ifdef __wasm__
static char *machine_grow(size_t pages) {
  size_t had = __builtin_wasm_memory_grow(0, pages / MACHINE);
  return had == SIZE_MAX ? NULL : (char *)(had * MACHINE * POOL_PAGE);
}
#endif

/* The bits of |page|'s word from |page| on. */
static uint64_t bits_from(size_t page) {
  return taken[page / WORD] >> (page % WORD);
}

static void mark(size_t from, size_t pages, bool as_taken) {
  for (size_t i = from; i < from + pages;) {
    size_t n = WORD - i % WORD < from + pages - i ? WORD - i % WORD : from + pages - i;
    uint64_t bits = (n == WORD ? UINT64_MAX : ((uint64_t)1 << n) - 1) << (i % WORD);
    taken[i / WORD] = as_taken ? taken[i / WORD] | bits : taken[i / WORD] & ~bits;
    i += n;
  }
  if (!as_taken && from / WORD < lowest)
    lowest = from / WORD;
}

/* How many pages from |from| on are free, |enough| at most. */
static size_t free_run(size_t from, size_t enough) {
  size_t n = 0;
  while (n < enough && from + n < PAGES_MAX) {
    uint64_t bits = bits_from(from + n);
    if (bits != 0) {
      n += (size_t)__builtin_ctzll(bits);
      break;
    }
    n += WORD - (from + n) % WORD;
  }
  if (n > PAGES_MAX - from)
    n = PAGES_MAX - from;
  return n < enough ? n : enough;
}

/* The first free run of |pages|; PAGES_MAX when there is none. */
static size_t find_run(size_t pages) {
  while (lowest < PAGES_MAX / WORD && taken[lowest] == UINT64_MAX)
    lowest++;
  for (size_t at = lowest * WORD; at < PAGES_MAX;) {
    uint64_t bits = ~bits_from(at) & (UINT64_MAX >> (at % WORD));
    if (bits == 0) {
      at += WORD - at % WORD;
      continue;
    }
    at += (size_t)__builtin_ctzll(bits);
    size_t n = free_run(at, pages);
    if (n == pages)
      return at;
    at += n + 1;
  }
  return PAGES_MAX;
}

/* Grow to at least |pages| pages. If something else has grown the memory in between, its pages are
 * marked as taken for good. */
static bool grow_to(size_t pages) {
  size_t more = (pages - size + MACHINE - 1) / MACHINE * MACHINE;
  size_t step = more < STEP && size + STEP <= PAGES_MAX ? STEP : more;
  char *at = machine_grow(step);
  if (at == NULL && step > more)
    at = machine_grow(step = more);
  if (at == NULL)
    return false;
  if (base == NULL)
    base = at;
  size_t first = (size_t)(at - base) / POOL_PAGE;
  if (first > PAGES_MAX - step)
    return false;
  mark(size, first - size, true);
  size = first + step;
  return true;
}

void *pool_take(size_t pages) {
  for (;;) {
    size_t at = find_run(pages);
    if (at == PAGES_MAX)
      return NULL;
    if (at + pages <= size) {
      mark(at, pages, true);
      use(pages);
      return base + at * POOL_PAGE;
    }
    if (!grow_to(at + pages))
      return NULL;
  }
}

bool pool_extend(void *run, size_t pages, size_t more) {
  size_t end = (size_t)((char *)run - base) / POOL_PAGE + pages;
  if (free_run(end, more) < more)
    return false;
  if (end + more > size && (!grow_to(end + more) || free_run(end, more) < more))
    return false;
  mark(end, more, true);
  use(more);
  return true;
}

void pool_give(void *run, size_t pages) {
  mark((size_t)((char *)run - base) / POOL_PAGE, pages, false);
  used -= pages;
}

void pool_shrink(void *run, size_t pages, size_t keep) {
  pool_give((char *)run + keep * POOL_PAGE, pages - keep);
}

#else

#include <stdlib.h>

void *pool_take(size_t pages) {
  void *run = pages <= PAGES_MAX - used ? malloc(pages * POOL_PAGE) : NULL;
  if (run == NULL)
    return NULL;
  use(pages);
  size = used > size ? used : size;
  return run;
}

bool pool_extend(void *run, size_t pages, size_t more) {
  (void)run, (void)pages, (void)more;
  return false; /* in tests a run always moves, so that the use of an old address is found */
}

void pool_give(void *run, size_t pages) {
  free(run);
  used -= pages;
}

void pool_shrink(void *run, size_t pages, size_t keep) {
  (void)run;
  used -= pages - keep;
}

#endif
