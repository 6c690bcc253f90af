/* arena.c -- tests of wasm/base/arena.c. */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "unit/unit.h"

static void test_take(void) {
  struct arena a = {NULL};
  size_t wrong = 0;
  char *last = NULL;
  for (size_t n = 0; n < 5000; n += 7) {
    char *p = arena_take(&a, n);
    wrong += p == NULL || ((uintptr_t)p & 7) != 0 || p == last;
    memset(p, 1, n);
    last = n > 0 ? p : last;
  }
  CHECK_INT(wrong, 0);
  CHECK(arena_pool_used() > 0 && arena_pool_size() >= arena_pool_used());
  arena_drop(&a);
  CHECK_INT(arena_pool_used(), 0);
  CHECK(arena_take(&a, 1) != NULL); /* usable again */
  arena_drop(&a);
  arena_drop(&a);
}

static void test_zero(void) {
  struct arena a;
  arena_init(&a);
  size_t sum = 0;
  for (size_t n = 1; n <= 100000; n *= 10) {
    memset(arena_take(&a, n), 0xA5, n);
    unsigned char *p = arena_take_zero(&a, n);
    for (size_t i = 0; i < n; i++)
      sum += p[i];
    arena_drop(&a);
  }
  CHECK_INT(sum, 0);
}

static void test_large(void) {
  struct arena a = {NULL};
  char *small = arena_take(&a, 10);
  size_t before = arena_pool_used();
  char *one = arena_take(&a, ARENA_LARGE), *two = arena_take(&a, MIB), *three = arena_take(&a, MIB);
  memset(one, 1, ARENA_LARGE), memset(two, 2, MIB), memset(three, 3, MIB);
  char *again = arena_take(&a, 10); /* large takings do not end the small ones' block */
  CHECK(again > small && again < small + 100);
  arena_give(&a, two, MIB);
  arena_give(&a, three, MIB);
  arena_give(&a, one, ARENA_LARGE);
  CHECK_INT(arena_pool_used(), before);
  arena_drop(&a);
  one = arena_take(&a, MIB); /* first of all a large one */
  small = arena_take(&a, 10);
  arena_give(&a, one, MIB);
  memset(small, 1, 10);
  arena_give(&a, NULL, MIB);
  arena_drop(&a);
  CHECK_INT(arena_pool_used(), 0);
}

static void test_fit(void) {
  struct arena a = {NULL};
  CHECK_INT(arena_fit(0), 0);
  CHECK_INT(arena_fit(13), 16);
  for (size_t n = ARENA_LARGE; n < 4 * MIB; n += n / 3) {
    size_t fit = arena_fit(n);
    CHECK(fit >= n);
    arena_give(&a, arena_take(&a, n), n);
    void *p = arena_take(&a, n);
    size_t used = arena_pool_used();
    arena_give(&a, p, n);
    p = arena_take(&a, fit);
    memset(p, 1, fit);
    CHECK_INT(arena_pool_used(), used);
    arena_drop(&a);
  }
  CHECK_INT(arena_fit(SIZE_MAX), SIZE_MAX);
}

static void test_grow(void) {
  struct arena a = {NULL};
  unsigned char *p = arena_grow(&a, NULL, 0, 1);
  p[0] = 0;
  size_t wrong = 0;
  for (size_t had = 1, n; had < 3 * MIB; had = n) {
    n = had + had / 2 + 1;
    unsigned char *q = arena_grow(&a, p, had, n);
    for (size_t i = 0; i < had; i++)
      wrong += q[i] != (unsigned char)i;
    for (size_t i = had; i < n; i++)
      q[i] = (unsigned char)i;
    p = q;
  }
  CHECK_INT(wrong, 0);
  CHECK(arena_grow(&a, p, 4 * MIB, 3 * MIB) == p); /* shorter: stays */
  arena_drop(&a);
  char *first = arena_take(&a, 8);
  CHECK(arena_grow(&a, first, 8, 800) == first); /* the last one grows where it is */
  char *second = arena_take(&a, 8);
  memset(first, 7, 800), memset(second, 8, 8);
  char *moved = arena_grow(&a, first, 800, 900);
  CHECK(moved != first && moved[0] == 7 && moved[799] == 7 && second[7] == 8);
  arena_drop(&a);
  CHECK_INT(arena_pool_used(), 0);
}

static void test_give_last(void) {
  struct arena a = {NULL};
  char *p = arena_take(&a, 100);
  arena_give(&a, p, 100);
  CHECK(arena_take(&a, 50) == (void *)p);
  arena_drop(&a);
}

static void test_copy(void) {
  struct arena a = {NULL};
  struct str s = STR("text");
  struct str copy = arena_copy(&a, s);
  CHECK_STR(copy, "text");
  CHECK(copy.p != s.p);
  copy = arena_copy(&a, STR_NONE);
  CHECK(copy.p != NULL && copy.n == 0);
  arena_refuse(1, false);
  CHECK(arena_copy(&a, s).p == NULL);
  arena_drop(&a);
}

static void test_refuse(void) {
  struct arena a = {NULL};
  arena_refuse(3, false);
  char *p = arena_take(&a, 1);
  CHECK(p != NULL);
  p = arena_grow(&a, p, 1, 2);
  CHECK(p != NULL);
  CHECK(arena_grow(&a, p, 2, 3) == NULL);
  p[1] = 1; /* still there */
  CHECK(arena_grow(&a, p, 2, 3) != NULL);
  arena_refuse(2, true);
  CHECK(arena_take(&a, MIB) != NULL);
  CHECK(arena_take(&a, 1) == NULL);
  CHECK(arena_take_zero(&a, MIB) == NULL);
  CHECK(arena_grow(&a, NULL, 0, 1) == NULL);
  arena_refuse(0, false);
  CHECK(arena_take(&a, 1) != NULL);
  arena_drop(&a);
}

static void test_limit(void) {
  struct arena a = {NULL};
  CHECK(arena_take(&a, POOL_MAX) == NULL); /* there is no room for what arena adds */
  CHECK(arena_take(&a, SIZE_MAX) == NULL);
  char *p = arena_take(&a, POOL_MAX - 1024);
  CHECK(p != NULL);
  CHECK(arena_take(&a, 1) == NULL);
  CHECK(arena_grow(&a, p, POOL_MAX - 1024, POOL_MAX) == NULL);
  CHECK(arena_grow(&a, p, POOL_MAX - 1024, SIZE_MAX) == NULL);
  CHECK_INT(arena_pool_used(), POOL_MAX);
  arena_give(&a, p, POOL_MAX - 1024);
  p = arena_take(&a, 1);
  CHECK(p != NULL);
  CHECK(arena_grow(&a, p, 1, SIZE_MAX) == NULL);
  arena_drop(&a);
  CHECK_INT(arena_pool_used(), 0);
}

/* Anything, with what was written there. */
static void test_random(void) {
  enum { TAKINGS = 40 };
  struct {
    unsigned char *p;
    size_t n;
  } t[TAKINGS] = {{NULL, 0}};
  struct arena a = {NULL};
  size_t wrong = 0;
  srand(1);
  for (unsigned i = 0; i < 20000; i++) {
    size_t k = (size_t)rand() % TAKINGS;
    for (size_t at = 0; at < t[k].n; at += 97)
      wrong += t[k].p[at] != k;
    size_t n = (size_t)rand() % (rand() % 8 == 0 ? 200000 : 600);
    if (rand() % 3 == 0) {
      arena_give(&a, t[k].p, t[k].n);
      t[k].p = NULL, t[k].n = 0;
    } else {
      n += t[k].n % 300000;
      n = n > t[k].n ? n : t[k].n; /* growing only: |had| must be true */
      t[k].p = arena_grow(&a, t[k].p, t[k].n, n);
      t[k].n = n;
      memset(t[k].p, (int)k, n);
    }
    if (i % 1000 == 999) {
      arena_drop(&a);
      memset(t, 0, sizeof t);
    }
  }
  CHECK_INT(wrong, 0);
  arena_drop(&a);
  CHECK_INT(arena_pool_used(), 0);
}

int main(void) {
  test_take();
  test_zero();
  test_large();
  test_fit();
  test_grow();
  test_give_last();
  test_copy();
  test_refuse();
  test_limit();
  test_random();
  return unit_done();
}
