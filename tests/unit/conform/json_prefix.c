/* json_prefix.c -- tests of wasm/conform/json_prefix.c. */
#include "conform/json_prefix.h"

#include "text/json.h"
#include "unit/unit.h"

static struct arena arena;

static struct str closed(const struct json_prefix *p, struct str text) {
  struct buf out;
  buf_init(&out, &arena, 64 * KIB);
  json_prefix_put(p, text, &out);
  return buf_str(&out);
}

static const struct {
  struct str text, closed;
} cases[] = {
    {STR_INIT("{"), STR_INIT("{}")},
    {STR_INIT("{\"a"), STR_INIT("{}")},
    {STR_INIT("{\"a\":"), STR_INIT("{}")},
    {STR_INIT("{\"a\":\""), STR_INIT("{\"a\":\"\"}")},
    {STR_INIT("{\"a\":\"x"), STR_INIT("{\"a\":\"x\"}")},
    {STR_INIT("{\"a\":\"x\""), STR_INIT("{\"a\":\"x\"}")},
    {STR_INIT("{\"a\":\"x\",\"b"), STR_INIT("{\"a\":\"x\"}")},
    {STR_INIT("{\"a\":\"\\"), STR_INIT("{\"a\":\"\"}")},
    {STR_INIT("{\"a\":\"\\\""), STR_INIT("{\"a\":\"\\\"\"}")},
    {STR_INIT("{\"a\":\"\\\\\""), STR_INIT("{\"a\":\"\\\\\"}")},
    {STR_INIT("{\"a\":\"\\u00e"), STR_INIT("{\"a\":\"\"}")},
    {STR_INIT("{\"a\":\"\\u00e9u"), STR_INIT("{\"a\":\"\\u00e9u\"}")},
    {STR_INIT("{\"a\":12"), STR_INIT("{}")},
    {STR_INIT("{\"a\":12,"), STR_INIT("{\"a\":12}")},
    {STR_INIT("{\"a\":12 }"), STR_INIT("{\"a\":12 }")},
    {STR_INIT("{\"a\":[[1,{\"b\":tru"), STR_INIT("{\"a\":[[1,{}]]}")},
    {STR_INIT("{\"a\":[\"{\",\"]\",\"k"), STR_INIT("{\"a\":[\"{\",\"]\",\"k\"]}")},
    {STR_INIT("{\"a\":{\"b\":[]},\"c"), STR_INIT("{\"a\":{\"b\":[]}}")},
    {STR_INIT("[{\"a\\\"\":1},\n{\"b"), STR_INIT("[{\"a\\\"\":1},\n{}]")},
    {STR_INIT("[1] and [2"), STR_INIT("[1]")},
};

static void test_cases(void) {
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct json_prefix p = {0}, bytes = {0};
    json_prefix_read(&p, cases[i].text);
    for (size_t n = 0; n <= cases[i].text.n; n++)
      json_prefix_read(&bytes, str_part(cases[i].text, 0, n));
    CHECK_EQUAL(closed(&p, cases[i].text), cases[i].closed);
    CHECK_EQUAL(closed(&bytes, cases[i].text), cases[i].closed);
    CHECK_INT(bytes.read, p.read);
  }
}

/* JSON is closed as JSON wherever it is cut, and at its end as it is. */
static void test_every_cut(void) {
  static const struct str text = STR_INIT(
      " {\"a\" : [ 1.5e3, -2 , \"\\\\\", {}, [], {\"\\\"}\":null}, \"\\ud83d\\ude00 \xC3\xA9\" ],"
      " \"b\":{\"c\":{\"d\":true}}, \"e\":\"\\n\", \"\":[[\"]\"]]} ");
  struct json_prefix p = {0};
  struct json json;
  size_t where;
  for (size_t n = 1; n + 1 < text.n; n++) {
    struct str part = str_part(text, 1, n);
    json_prefix_read(&p, part);
    CHECK_INT(json_parse_lenient(&json, &arena, closed(&p, part), &where), 0);
  }
  CHECK(p.ended);
  CHECK_EQUAL(closed(&p, str_from(text, 1)), str_trim(text));
}

/* What is no JSON, or too deep, is closed as none. */
static void test_nonsense(void) {
  char deep[2 * JSON_DEPTH_MAX];
  struct json_prefix p = {0};
  struct json json;
  size_t where;
  memset(deep, '[', sizeof deep);
  struct str text = str_of(deep, sizeof deep);
  json_prefix_read(&p, text);
  CHECK(p.ended && p.n == 0);
  CHECK(json_parse_lenient(&json, &arena, closed(&p, text), &where) < 0);
  p = (struct json_prefix){0};
  json_prefix_read(&p, STR("{]{}"));
  CHECK(p.ended && p.n == 2);
  CHECK_STR(closed(&p, STR("{]{}")), "{]");
}

int main(void) {
  test_cases();
  test_every_cut();
  test_nonsense();
  arena_drop(&arena);
  return unit_done();
}
