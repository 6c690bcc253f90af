/* map.c -- tests of wasm/base/map.c and base64.c. */
#include "base/map.h"

#include <stdio.h>

#include "base/base64.h"
#include "unit/unit.h"

static struct arena arena;

static void test_map(void) {
  enum { MANY = 5000 };
  static char names[MANY][8];
  static int values[MANY];
  struct map m;
  map_init(&m, &arena);
  CHECK(map_find(&m, (struct map_key){STR_NONE, STR("a")}) == NULL);
  for (int i = 0; i < MANY; i++) {
    struct str name = str_of(names[i], (size_t)sprintf(names[i], "%d", i));
    CHECK(map_put(&m, (struct map_key){i % 2 ? STR("odd") : STR_NONE, name}, &values[i]));
  }
  for (int i = 0; i < MANY; i++) {
    struct str name = str_of(names[i], (size_t)sprintf(names[i], "%d", i));
    CHECK(map_find(&m, (struct map_key){i % 2 ? STR("odd") : STR_NONE, name}) == &values[i]);
    CHECK(map_find(&m, (struct map_key){STR("even"), name}) == NULL);
  }
  CHECK(map_put(&m, (struct map_key){STR_NONE, STR("0")}, &values[1]));
  CHECK(map_find(&m, (struct map_key){STR_NONE, STR("0")}) == &values[1]);
  CHECK_INT((int)m.n, MANY);
  arena_drop(&arena);
  arena_refuse(1, true);
  map_init(&m, &arena);
  CHECK(!map_put(&m, (struct map_key){STR_NONE, STR("0")}, &values[1]));
  arena_refuse(0, false);
  arena_drop(&arena);
}

static void test_base64(void) {
  static const struct {
    struct str bytes, text;
  } rows[] = {
      {STR_INIT(""), STR_INIT("")},
      {STR_INIT("f"), STR_INIT("Zg")},
      {STR_INIT("fo"), STR_INIT("Zm8")},
      {STR_INIT("foo"), STR_INIT("Zm9v")},
      {STR_INIT("\xFB\xEF\xFF"), STR_INIT("--__")},
  };
  static const struct str bad[] = {STR_INIT("Z"), STR_INIT("Zg="), STR_INIT("Z+"),
                                   STR_INIT("Zm9v!")};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct buf text, bytes;
    buf_init(&text, &arena, 100);
    buf_init(&bytes, &arena, 100);
    base64_put(&text, rows[i].bytes);
    CHECK_EQUAL(buf_str(&text), rows[i].text);
    CHECK(base64_read(&bytes, rows[i].text));
    CHECK_EQUAL(buf_str(&bytes), rows[i].bytes);
  }
  for (size_t i = 0; i < COUNT(bad); i++) {
    struct buf bytes;
    buf_init(&bytes, &arena, 100);
    CHECK(!base64_read(&bytes, bad[i]));
  }
  arena_drop(&arena);
}

int main(void) {
  test_map();
  test_base64();
  return unit_done();
}
