/* pool.c -- tests of wasm/base/pool.c as it is in WebAssembly: pages, and bits for them.
 * The file is taken in whole, under other names beside the native one. */
#define POOL_PAGED
#define pool_take paged_take
#define pool_extend paged_extend
#define pool_give paged_give
#define pool_shrink paged_shrink
#define pool_used paged_used
#define pool_size paged_size
#define pool_peak paged_peak
#define pool_reset_peak paged_reset_peak
#include "../../../wasm/base/pool.c"

#include <stdlib.h>
#include <string.h>

#include "unit/unit.h"

enum { MACHINE_PAGES = PAGES_MAX + 64 };

static char *machine; /* all the memory there is; NULL: none yet */
static size_t machine_has, machine_max = MACHINE_PAGES;

char *machine_grow(size_t pages) {
  if (machine == NULL)
    machine = aligned_alloc(POOL_PAGE, (size_t)MACHINE_PAGES * POOL_PAGE);
  if (pages > machine_max - machine_has)
    return NULL;
  machine_has += pages;
  return machine + (machine_has - pages) * POOL_PAGE;
}

static size_t page_of(const void *run) {
  return (size_t)((const char *)run - base) / POOL_PAGE;
}

static void test_first_fit(void) {
  void *a = pool_take(1), *b = pool_take(3), *c = pool_take(2);
  CHECK_INT(page_of(a), 0);
  CHECK_INT(page_of(b), 1);
  CHECK_INT(page_of(c), 4);
  CHECK_INT(pool_used(), 6 * POOL_PAGE);
  CHECK_INT(pool_size(), STEP * POOL_PAGE);
  pool_give(b, 3);
  void *d = pool_take(4), *e = pool_take(2), *f = pool_take(1);
  CHECK_INT(page_of(d), 6); /* the gap is too small */
  CHECK_INT(page_of(e), 1);
  CHECK_INT(page_of(f), 3);
  pool_give(a, 1), pool_give(c, 2), pool_give(d, 4), pool_give(e, 2), pool_give(f, 1);
  CHECK_INT(pool_used(), 0);
}

static void test_extend(void) {
  char *a = pool_take(2), *b = pool_take(1);
  CHECK(!pool_extend(a, 2, 1));
  pool_give(b, 1);
  CHECK(pool_extend(a, 2, 1));
  CHECK_INT(page_of(pool_take(1)), 3);
  pool_give(a + 3 * POOL_PAGE, 1);
  CHECK(pool_extend(a, 3, 2 * STEP)); /* past what has been grown */
  memset(a, 1, (3 + 2 * STEP) * POOL_PAGE);
  CHECK_INT(pool_used(), (3 + 2 * STEP) * POOL_PAGE);
  pool_shrink(a, 3 + 2 * STEP, 2);
  CHECK_INT(pool_used(), 2 * POOL_PAGE);
  CHECK_INT(page_of(pool_take(1)), 2);
  pool_give(a, 3);
}

static void test_foreign(void) {
  size_t had = pool_size() / POOL_PAGE;
  char *all = pool_take(had);
  machine_has += MACHINE; /* somebody else grows the memory */
  char *a = pool_take(2);
  CHECK_INT(page_of(a), had + MACHINE);
  CHECK(!pool_extend(all, had, 1));
  pool_give(all, had);
  CHECK_INT(page_of(pool_take(had + 1)), had + MACHINE + 2); /* the gap stays taken */
  pool_give(base + (had + MACHINE + 2) * POOL_PAGE, had + 1);
  pool_give(a, 2);
}

static void test_machine_full(void) {
  size_t had = pool_size() / POOL_PAGE;
  char *all = pool_take(had / 2);
  machine_max = machine_has + MACHINE; /* less than a step */
  CHECK(pool_take(had + 4) == NULL);
  pool_give(all, had / 2);
  machine_max = MACHINE_PAGES;
  CHECK_INT(pool_used(), 0);
}

static void test_limit(void) {
  CHECK(pool_take(PAGES_MAX + 1) == NULL);
  CHECK(pool_take(SIZE_MAX / POOL_PAGE) == NULL);
  size_t n = 0;
  static void *runs[PAGES_MAX];
  while ((runs[n] = pool_take(1)) != NULL)
    n++;
  CHECK_INT(n, PAGES_MAX - MACHINE); /* those of test_foreign() */
  CHECK_INT(pool_size(), POOL_MAX);
  CHECK_INT(pool_used(), n * POOL_PAGE);
  CHECK(!pool_extend(runs[n - 1], 1, 1));
  for (size_t i = 0; i < n; i += 2)
    pool_give(runs[i], 1);
  CHECK(pool_take(2) == NULL); /* only single pages between */
  for (size_t i = 1; i < n; i += 2)
    pool_give(runs[i], 1);
  CHECK_INT(pool_used(), 0);
}

/* Anything, against a map of who owns which page. */
static void test_random(void) {
  enum { RUNS = 64 };
  struct {
    unsigned char *p;
    size_t pages;
  } runs[RUNS] = {{NULL, 0}};
  size_t wrong = 0;
  srand(1);
  for (int i = 0; i < 20000; i++) {
    size_t k = (size_t)rand() % RUNS;
    if (runs[k].p == NULL) {
      runs[k].pages = (size_t)rand() % 40 + 1;
      runs[k].p = pool_take(runs[k].pages);
    } else if (rand() % 4 == 0) {
      runs[k].pages += pool_extend(runs[k].p, runs[k].pages, 3) ? 3 : 0;
    } else {
      for (size_t page = 0; page < runs[k].pages; page++)
        wrong += runs[k].p[page * POOL_PAGE] != k;
      pool_give(runs[k].p, runs[k].pages);
      runs[k].p = NULL;
    }
    for (size_t page = 0; runs[k].p != NULL && page < runs[k].pages; page++)
      runs[k].p[page * POOL_PAGE] = (unsigned char)k;
  }
  CHECK_INT(wrong, 0);
}

int main(void) {
  test_first_fit();
  test_extend();
  test_foreign();
  test_machine_full();
  test_limit();
  test_random();
  free(machine);
  return unit_done();
}
