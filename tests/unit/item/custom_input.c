/* custom_input.c -- tests of wasm/item/custom_input.c. */
#include "item/custom_input.h"

#include "base/errors.h"
#include "limits.h"
#include "unit/unit.h"

static const struct {
  struct str json, input;
} cases[] = {
    /* wrapped */
    {STR_INIT("{\"input\":\"abc\"}"), STR_INIT("abc")},
    {STR_INIT("{\"input\":\"\"}"), STR_INIT("")},
    {STR_INIT(" \n{ \t\"input\" : \r\n\"a b\" } \n"), STR_INIT("a b")},
    {STR_INIT("{\"input\":\"a\\nb\\t\\\"c\\\"\\\\d\\/e\\b\\f\\r\"}"),
     STR_INIT("a\nb\t\"c\"\\d/e\b\f\r")},
    {STR_INIT("{\"input\":\"\\u0041\\u00e9\\u20AC\"}"), STR_INIT("A\xC3\xA9\xE2\x82\xAC")},
    {STR_INIT("{\"input\":\"\\ud83d\\ude00!\"}"), STR_INIT("\xF0\x9F\x98\x80!")},
    {STR_INIT("{\"input\":\"\xF0\x9F\x98\x80 \xC3\xA9\"}"), STR_INIT("\xF0\x9F\x98\x80 \xC3\xA9")},
    {STR_INIT("{\"input\":\"\\u0000x\"}"), STR_INIT("\0x")},
    {STR_INIT("{\"input\":\"*** Begin Patch\\n+x\\n*** End Patch\"}"),
     STR_INIT("*** Begin Patch\n+x\n*** End Patch")},
    {STR_INIT("{\"input\":\"a\",\"other\":\"b\"}"), STR_INIT("a")},
    /* not quite JSON */
    {STR_INIT("{\"input\":\"a\nb\"}"), STR_INIT("a\nb")},
    {STR_INIT("{\"input\":\"\\d+\\.\"}"), STR_INIT("\\d+\\.")},
    {STR_INIT("{\"input\":\"\\u12\"}"), STR_INIT("\\u12")},
    {STR_INIT("{\"input\":\"\\u\"}"), STR_INIT("\\u")},
    {STR_INIT("{\"input\":\"\\u12\\n\"}"), STR_INIT("\\u12\n")},
    {STR_INIT("{\"input\":\"\\ud83dx\"}"), STR_INIT("\xEF\xBF\xBDx")},
    {STR_INIT("{\"input\":\"\\ud83d\"}"), STR_INIT("\xEF\xBF\xBD")},
    {STR_INIT("{\"input\":\"\\ud83d\\n\"}"), STR_INIT("\xEF\xBF\xBD\n")},
    {STR_INIT("{\"input\":\"\\ud83d\\u0041\"}"), STR_INIT("\xEF\xBF\xBD\x41")},
    {STR_INIT("{\"input\":\"\\ud83d\\u00\"}"), STR_INIT("\xEF\xBF\xBD\\u00")},
    {STR_INIT("{\"input\":\"\\ud83d\\ud83d\\ude00\"}"), STR_INIT("\xEF\xBF\xBD\xF0\x9F\x98\x80")},
    {STR_INIT("{\"input\":\"\\ude00\\ud83d\"}"), STR_INIT("\xEF\xBF\xBD\xEF\xBF\xBD")},
    /* cut */
    {STR_INIT("{\"input\":\"abc"), STR_INIT("abc")},
    {STR_INIT("{\"input\":\"abc\\"), STR_INIT("abc\\")},
    {STR_INIT("{\"input\":\"abc\\u00"), STR_INIT("abc\\u00")},
    {STR_INIT("{\"input\":\"\\ud83d"), STR_INIT("\xEF\xBF\xBD")},
    {STR_INIT("{\"input\":\"\\ud83d\\"), STR_INIT("\xEF\xBF\xBD\\")},
    {STR_INIT("{\"input\":\"\\ud83d\\ude"), STR_INIT("\xEF\xBF\xBD\\ude")},
    {STR_INIT("{\"inp"), STR_INIT("{\"inp")},
    /* not wrapped */
    {STR_INIT(""), STR_INIT("")},
    {STR_INIT("plain \\n text"), STR_INIT("plain \\n text")},
    {STR_INIT("*** Begin Patch"), STR_INIT("*** Begin Patch")},
    {STR_INIT("{}"), STR_INIT("{}")},
    {STR_INIT("{\"patch\":\"x\"}"), STR_INIT("{\"patch\":\"x\"}")},
    {STR_INIT("{\"inputs\":\"x\"}"), STR_INIT("{\"inputs\":\"x\"}")},
    {STR_INIT("{\"input\":1}"), STR_INIT("{\"input\":1}")},
    {STR_INIT("{\"input\":{\"a\":\"\\n\"}}"), STR_INIT("{\"input\":{\"a\":\"\\n\"}}")},
    {STR_INIT("\"text\""), STR_INIT("\"text\"")},
    {STR_INIT("                                        {\"input\":\"x\"}"),
     STR_INIT("                                        {\"input\":\"x\"}")},
    {STR_INIT("\0{\"input\""), STR_INIT("\0{\"input\"")},
};

static struct arena arena;

static void feed_cut(struct custom_input *c, struct str text, size_t one, size_t two,
                     struct buf *out) {
  custom_input_feed(c, str_part(text, 0, one), out);
  custom_input_feed(c, str_part(text, one, two - one), out);
  custom_input_feed(c, str_from(text, two), out);
  custom_input_end(c, out);
  custom_input_feed(c, STR("more"), out);
  custom_input_end(c, out);
}

static void test_splits(void) {
  struct buf out;
  buf_init(&out, &arena, MIB);
  for (size_t i = 0; i < COUNT(cases); i++)
    for (size_t one = 0; one <= cases[i].json.n; one++)
      for (size_t two = one; two <= cases[i].json.n; two++) {
        struct custom_input c = {0};
        buf_reset(&out);
        feed_cut(&c, cases[i].json, one, two, &out);
        CHECK_EQUAL(buf_str(&out), cases[i].input);
      }
}

static void test_bytes(void) {
  struct buf out;
  buf_init(&out, &arena, MIB);
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct custom_input c = {0};
    buf_reset(&out);
    for (size_t at = 0; at < cases[i].json.n; at++)
      custom_input_feed(&c, str_part(cases[i].json, at, 1), &out);
    custom_input_end(&c, &out);
    CHECK_EQUAL(buf_str(&out), cases[i].input);
  }
}

/* What can be said is said at once. */
static void test_delay(void) {
  struct custom_input c = {0};
  struct buf out;
  buf_init(&out, &arena, MIB);
  custom_input_feed(&c, STR("{\"input\":\"ab"), &out);
  CHECK_STR(buf_str(&out), "ab");
  custom_input_feed(&c, STR("c\\n\\u00e"), &out);
  CHECK_STR(buf_str(&out), "abc\n");
  custom_input_feed(&c, STR("9\"}"), &out);
  CHECK_STR(buf_str(&out), "abc\n\xC3\xA9");
}

static void test_raw(void) {
  struct custom_input c = {.place = CUSTOM_INPUT_RAW};
  struct buf out;
  buf_init(&out, &arena, MIB);
  custom_input_feed(&c, STR("{\"input\":\"a\\n"), &out);
  custom_input_feed(&c, STR("b\"}"), &out);
  custom_input_end(&c, &out);
  CHECK_STR(buf_str(&out), "{\"input\":\"a\\nb\"}");
}

static void test_memory(void) {
  for (size_t n = 1, done = 0; !done; n++) {
    struct custom_input c = {0};
    struct buf out;
    buf_init(&out, &arena, MIB);
    arena_refuse(n, true);
    custom_input_feed(&c, STR("{\"input\":\"a\\n\\ud83d\\ude00"), &out);
    custom_input_feed(&c, STR("b\"}"), &out);
    custom_input_end(&c, &out);
    arena_refuse(0, false);
    done = buf_error(&out) == 0;
    CHECK(done || buf_error(&out) == ERR_MEMORY);
    CHECK(n < 5);
    arena_drop(&arena);
  }
}

int main(void) {
  test_splits();
  test_bytes();
  test_delay();
  test_raw();
  test_memory();
  arena_drop(&arena);
  return unit_done();
}
