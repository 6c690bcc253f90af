/* buf.c -- tests of wasm/base/buf.c. */
#include "base/buf.h"

#include <string.h>

#include "base/errors.h"
#include "limits.h"
#include "unit/unit.h"

static void test_put(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, 100);
  CHECK_INT(buf_str(&b).n, 0);
  buf_put(&b, STR_NONE);
  CHECK(b.p == NULL); /* nothing taken for nothing */
  buf_put(&b, STR("one"));
  buf_put_byte(&b, ',');
  buf_put_integer(&b, -12);
  CHECK_STR(buf_str(&b), "one,-12");
  CHECK_INT(buf_error(&b), 0);
  arena_drop(&a);
}

static void test_integer(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, 100);
  buf_put_integer(&b, 0);
  buf_put_byte(&b, ' ');
  buf_put_integer(&b, INT64_MAX);
  buf_put_byte(&b, ' ');
  buf_put_integer(&b, INT64_MIN);
  CHECK_STR(buf_str(&b), "0 9223372036854775807 -9223372036854775808");
  arena_drop(&a);
}

static void test_limit(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, 5);
  buf_put(&b, STR("12345"));
  CHECK_INT(buf_error(&b), 0);
  buf_put_byte(&b, '6');
  CHECK_INT(buf_error(&b), ERR_LIMIT);
  CHECK_STR(buf_str(&b), "12345");
  CHECK(buf_room(&b, 0) == NULL);
  buf_commit(&b, 1);
  CHECK_INT(b.n, 5);
  buf_reset(&b);
  CHECK_INT(buf_error(&b), 0);
  CHECK(buf_room(&b, SIZE_MAX) == NULL);
  CHECK_INT(buf_error(&b), ERR_LIMIT);
  buf_init(&b, &a, 0);
  buf_put(&b, STR(""));
  CHECK_INT(buf_error(&b), 0);
  buf_put_byte(&b, '1');
  CHECK_INT(buf_error(&b), ERR_LIMIT);
  arena_drop(&a);
}

static void test_memory(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, 100000);
  buf_put(&b, STR("kept"));
  arena_refuse(1, false);
  CHECK(buf_room(&b, 5000) == NULL);
  CHECK_INT(buf_error(&b), ERR_MEMORY);
  buf_put(&b, STR("ignored"));
  CHECK_STR(buf_str(&b), "kept");
  buf_reset(&b);
  buf_put(&b, STR("again"));
  CHECK_STR(buf_str(&b), "again");
  arena_drop(&a);
}

static void test_grow(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, 8 * MIB);
  size_t moves = 0, wrong = 0;
  const char *p = NULL;
  for (size_t i = 0; i < 8 * MIB; i++) {
    buf_put_byte(&b, (char)i);
    moves += b.p != p;
    p = b.p;
  }
  for (size_t i = 0; i < b.n; i++)
    wrong += b.p[i] != (char)i;
  CHECK_INT(b.n, 8 * MIB);
  CHECK_INT(wrong, 0);
  CHECK(moves < 25);
  CHECK(arena_pool_used() < 9 * MIB); /* old places came free */
  buf_put_byte(&b, 0);
  CHECK_INT(buf_error(&b), ERR_LIMIT);
  buf_drop(&b);
  CHECK_INT(b.n, 0);
  CHECK_INT(buf_error(&b), 0);
  CHECK(arena_pool_used() < MIB);
  buf_put(&b, STR("more"));
  CHECK_STR(buf_str(&b), "more");
  arena_drop(&a);
}

static void test_room(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, MIB);
  char *p = buf_room(&b, 70000);
  memset(p, 'x', 70000);
  buf_commit(&b, 3);
  CHECK_STR(buf_str(&b), "xxx");
  CHECK(buf_room(&b, 69997) == p + 3); /* there is room already */
  CHECK(buf_room(&b, 0) == p + 3);
  arena_drop(&a);
}

static void test_take(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, 100);
  buf_take(&b, 1);
  buf_put(&b, STR("abcdef"));
  buf_take(&b, 0);
  buf_take(&b, 2);
  CHECK_STR(buf_str(&b), "cdef");
  buf_take(&b, 9);
  CHECK_INT(b.n, 0);
  arena_drop(&a);
}

int main(void) {
  test_put();
  test_integer();
  test_limit();
  test_memory();
  test_grow();
  test_room();
  test_take();
  return unit_done();
}
