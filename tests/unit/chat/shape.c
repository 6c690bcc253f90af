/* shape.c -- tests of wasm/chat/shape.c. */
#include "chat/shape.h"

#include <string.h>

#include "unit/unit.h"

static struct str literal_in(struct str chunk, const char *literal) {
  return str_part(chunk, str_find(chunk, str_of(literal, strlen(literal))), strlen(literal));
}

static void knows_nothing_at_first(void) {
  struct chunk_shape shape = {0};
  struct str text;
  CHECK(!chunk_shape_match(&shape, STR("{\"content\":\"a\"}"), &text));
  CHECK(!chunk_shape_match(&shape, STR_NONE, &text));
}

static void finds_what_differs(void) {
  struct chunk_shape shape = {0};
  struct str first = STR("{\"id\":\"chatcmpl-12345\",\"content\":\"a\",\"finish_reason\":null}");
  struct str next = STR("{\"id\":\"chatcmpl-12345\",\"content\":\"bcd\",\"finish_reason\":null}");
  struct str text;
  chunk_shape_learn(&shape, first, literal_in(first, "\"a\""), EVENT_TEXT);
  CHECK(chunk_shape_match(&shape, next, &text) && str_equal(text, STR("\"bcd\"")));
  CHECK(chunk_shape_match(&shape, first, &text) && str_equal(text, STR("\"a\"")));
}

static void sees_every_other_byte(void) {
  struct chunk_shape shape = {0};
  char chunk[] = "{\"id\":\"chatcmpl-12345\",\"content\":\"a\",\"finish_reason\":null}";
  struct str whole = str_of(chunk, sizeof chunk - 1), text;
  struct str literal = literal_in(whole, "\"a\"");
  chunk_shape_learn(&shape, whole, literal, EVENT_TEXT);
  for (size_t i = 0; i < whole.n; i++) {
    bool inside = chunk + i >= literal.p && chunk + i < literal.p + literal.n;
    chunk[i] ^= 1;
    CHECK(chunk_shape_match(&shape, whole, &text) == inside);
    chunk[i] ^= 1;
    CHECK(!chunk_shape_match(&shape, str_of(chunk, i), &text));
  }
}

static void forgets_what_is_too_long(void) {
  struct chunk_shape shape = {0};
  static char chunk[CHUNK_SHAPE_MAX + 8];
  struct str text;
  memset(chunk, ' ', sizeof chunk);
  chunk_shape_learn(&shape, str_of(chunk, 64), str_of(chunk + 3, 2), EVENT_TEXT);
  CHECK(chunk_shape_match(&shape, str_of(chunk, 64), &text));
  chunk_shape_learn(&shape, str_of(chunk, sizeof chunk), str_of(chunk, 2), EVENT_TEXT);
  CHECK(!chunk_shape_match(&shape, str_of(chunk, 64), &text));
}

int main(void) {
  knows_nothing_at_first();
  finds_what_differs();
  sees_every_other_byte();
  forgets_what_is_too_long();
  return unit_done();
}
