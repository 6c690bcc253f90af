/* json.c -- tests of wasm/text/json.c, json_read.c and json_write.c. */
#include "text/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/errors.h"
#include "limits.h"
#include "unit/unit.h"

static struct arena arena;

/* ---- what is accepted, and where the fault is if not ---- */

struct verdict {
  struct str text;
  int error;
  size_t where;
};

#define GOOD(text)                                                                                 \
  { STR_INIT(text), 0, 0 }
#define BAD(text, where)                                                                           \
  { STR_INIT(text), ERR_JSON_SYNTAX, where }
#define X20 "xxxxxxxxxxxxxxxxxxxx"
#define X80 X20 X20 X20 X20 /* long enough to be stepped over */

static const struct verdict verdicts[] = {
    /* roots */
    GOOD("{}"),
    GOOD("[]"),
    GOOD("\"\""),
    GOOD(" \t\r\n{ \t\r\n} \t\r\n"),
    GOOD("\"" X80 "\""),
    GOOD(" \"" X80 "\" "),
    BAD("", 0),
    BAD(" ", 1),
    BAD("1", 0), /* no request and no answer is that */
    BAD("true", 0),
    BAD("null ", 0),
    BAD("-", 0),
    BAD("x", 0),
    BAD("{}{}", 2),
    BAD("[] []", 3),
    BAD("{},", 2),
    BAD("[]]", 2),
    BAD("\"\"\"\"", 2),
    BAD("\"a\" x", 4),
    BAD("\"" X80 "\"\"\"", 82),
    BAD("{} \0", 3),
    BAD("\0{}", 0),
    BAD("\xEF\xBB\xBF{}", 0), /* RFC 8259: a sender must not add a BOM */
    BAD("\v{}", 0),
    BAD("\f{}", 0),
    BAD("\xC2\xA0{}", 0),
    BAD("{}\xE2\x80\xA8", 2),
    BAD("//\n{}", 0),
    BAD("{}/**/", 2),
    BAD("{} #", 3),

    /* arrays */
    GOOD("[1,2]"),
    GOOD("[ 1 , [ ] , { } ]"),
    GOOD("[[],[[]],[[[]]]]"),
    BAD("[", 1),
    BAD("[1", 2),
    BAD("[1,", 3),
    BAD("[1,]", 3),
    BAD("[,1]", 1),
    BAD("[,]", 1),
    BAD("[1,,2]", 3),
    BAD("[1 2]", 3),
    BAD("[\"a\" \"b\"]", 5),
    BAD("[\"a\"\"b\"]", 4),
    BAD("[[] []]", 4),
    BAD("[[][]]", 3),
    BAD("[1:2]", 2),
    BAD("[\"a\":1]", 4),
    BAD("[1}", 2),
    BAD("[}", 1),
    BAD("]", 0),
    BAD("[1;2]", 2),
    BAD("[x]", 1),
    BAD("['a']", 1),
    BAD("[1]x", 3),
    BAD("[[]", 3),
    BAD("[1\0]", 2),
    BAD("[1\x7f]", 2),
    BAD("[1\xff]", 2),

    /* objects */
    GOOD("{\"a\":1}"),
    GOOD("{ \"a\" : 1 , \"b\" : 2 }"),
    GOOD("{\"a\":{\"b\":{}},\"c\":[]}"),
    GOOD("{\"\":\"\"}"),
    GOOD("{\"a\":1,\"a\":2}"),
    GOOD("{\"" X80 "\":\"" X80 "\",\"" X80 "\":1}"),
    BAD("{", 1),
    BAD("{\"a\"", 4),
    BAD("{\"a\":", 5),
    BAD("{\"a\":1", 6),
    BAD("{\"a\":1,", 7),
    BAD("{\"a\":1,}", 7),
    BAD("{,}", 1),
    BAD("{,\"a\":1}", 1),
    BAD("{\"a\"}", 4),
    BAD("{\"a\":}", 5),
    BAD("{\"a\" 1}", 5),
    BAD("{\"a\" \"b\"}", 5),
    BAD("{\"a\",\"b\":1}", 4),
    BAD("{\"a\"::1}", 5),
    BAD("{\"a\":1:2}", 6),
    BAD("{\"a\":1 \"b\":2}", 7),
    BAD("{\"a\":1,,\"b\":2}", 7),
    BAD("{\"a\":\"b\" \"c\"}", 9),
    BAD("{\"a\":\"b\":\"c\"}", 8),
    BAD("{1:2}", 1),
    BAD("{a:1}", 1),
    BAD("{null:1}", 1),
    BAD("{[]:1}", 1),
    BAD("{{}:1}", 1),
    BAD("{'a':1}", 1),
    BAD("{:1}", 1),
    BAD("{\"a\":1]", 6),
    BAD("{]", 1),
    BAD("}", 0),
    BAD("{\"a\":{\"b\":1}", 12),
    BAD("{\"a\":[1}", 7),
    BAD("{\"a\":1;\"b\":2}", 6),
    BAD("{\"" X80 "\"}", 83),
    BAD("{\"" X80 "\" \"" X80 "\"}", 84),
    BAD("{\"" X80 "\":\"" X80 "\":1}", 166),

    /* numbers */
    GOOD("[0,-0,1,-1,10,-10,1234567890]"),
    GOOD("[0.0,-0.5,1.25,10.01]"),
    GOOD("[0e0,1e1,1E1,1e+1,1e-1,1.5e10,1E-05,0e007]"),
    GOOD("[123456789012345678901234567890.123456789e+400]"),
    GOOD("[1 ,1\t,1\n,1\r]"),
    BAD("[01]", 2),
    BAD("[-01]", 3),
    BAD("[00]", 2),
    BAD("[-]", 2),
    BAD("[-", 2),
    BAD("[--1]", 2),
    BAD("[+1]", 1),
    BAD("[.5]", 1),
    BAD("[-.5]", 2),
    BAD("[1.]", 3),
    BAD("[1.", 3),
    BAD("[1.e1]", 3),
    BAD("[1.5.5]", 4),
    BAD("[1e]", 3),
    BAD("[1e", 3),
    BAD("[1e+]", 4),
    BAD("[1e+", 4),
    BAD("[1e++1]", 4),
    BAD("[1e1.5]", 4),
    BAD("[1ee1]", 3),
    BAD("[1 e1]", 3),
    BAD("[- 1]", 2),
    BAD("[0x10]", 2),
    BAD("[1x]", 2),
    BAD("[1_000]", 2),
    BAD("[1\"a\"]", 2),
    BAD("[1[]]", 2),
    BAD("[Infinity]", 1),
    BAD("[-Infinity]", 2),
    BAD("[NaN]", 1),
    BAD("[\xEF\xBC\x91]", 1), /* a fullwidth digit */

    /* words */
    GOOD("[true,false,null]"),
    GOOD("{\"a\":true,\"b\":false,\"c\":null}"),
    BAD("[tru]", 4),
    BAD("[tru", 4),
    BAD("[t]", 2),
    BAD("[trux]", 4),
    BAD("[truee]", 5),
    BAD("[True]", 1),
    BAD("[TRUE]", 1),
    BAD("[nul]", 4),
    BAD("[nulll]", 5),
    BAD("[nil]", 2),
    BAD("[fals]", 5),
    BAD("[false1]", 6),
    BAD("[truefalse]", 5),
    BAD("[true\"\"]", 5),
    BAD("[undefined]", 1),

    /* strings */
    GOOD("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    GOOD("[\"\\u0000\\u001f\\u00e9\\uABCD\\uabcd\"]"),
    GOOD("[\"\x7f\"]"),
    GOOD("[\"\\\\\",\"\\\\\\\"\"]"),
    GOOD("[\"{[,:]}\",\"//\"]"),
    GOOD("[\"\xE2\x80\xA8\xE2\x80\xA9\"]"),
    GOOD("[\"" X80 "\\n" X80 "\\u0041\"]"),
    BAD("[\"", 2),
    BAD("[\"a", 3),
    BAD("[\"a]", 4),
    BAD("[\"\\", 3),
    BAD("[\"\\\"]", 5),
    BAD("[\"\\a\"]", 3),
    BAD("[\"\\x41\"]", 3),
    BAD("[\"\\'\"]", 3),
    BAD("[\"\\0\"]", 3),
    BAD("[\"\\\n\"]", 3),
    BAD("[\"\\U0041\"]", 3),
    BAD("[\"\\\xC3\xA9\"]", 3),
    BAD("[\"\\u\"]", 4),
    BAD("[\"\\u", 4),
    BAD("[\"\\u1\"]", 5),
    BAD("[\"\\u12\"]", 6),
    BAD("[\"\\u123\"]", 7),
    BAD("[\"\\u123", 7),
    BAD("[\"\\u123g\"]", 7),
    BAD("[\"\\u 123\"]", 4),
    BAD("[\"\\u+123\"]", 4),
    BAD("[\"\\u{41}\"]", 4),
    BAD("[\"\n\"]", 2),
    BAD("[\"\t\"]", 2),
    BAD("[\"a\x1f\"]", 3),
    BAD("[\"a\0b\"]", 3),
    BAD("[\"" X80 "\n\"]", 82),
    BAD("[\"" X80 "\0\"]", 82),
    BAD("[\"" X80 "\\x\"]", 83),
    BAD("[\"" X80 "", 82),
    BAD("[\"" X80 "\\\"", 84),
    BAD("[\"a\"x]", 4),
    BAD("{\"\\x\":1}", 3),

    /* UTF-8; the fault is where the broken sequence begins */
    GOOD("[\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\"]"),
    GOOD("{\"\xE6\x97\xA5\xE6\x9C\xAC\":1}"),
    {STR_INIT("[\"a\x80\"]"), ERR_JSON_UTF8, 3},
    {STR_INIT("[\"a\xC3\"]"), ERR_JSON_UTF8, 3},
    {STR_INIT("[\"\xE2\x82\"]"), ERR_JSON_UTF8, 2},
    {STR_INIT("[\"\xC0\xAF\"]"), ERR_JSON_UTF8, 2},
    {STR_INIT("[\"\xE0\x80\xAF\"]"), ERR_JSON_UTF8, 2},
    {STR_INIT("[\"\xED\xA0\x80\"]"), ERR_JSON_UTF8, 2},
    {STR_INIT("[\"\xED\xA0\xBD\xED\xB8\x80\"]"), ERR_JSON_UTF8, 2},
    {STR_INIT("[\"\xF4\x90\x80\x80\"]"), ERR_JSON_UTF8, 2},
    {STR_INIT("[\"\xFF\"]"), ERR_JSON_UTF8, 2},
    {STR_INIT("[\"" X80 "\xE9\"]"), ERR_JSON_UTF8, 82},
    {STR_INIT("[\"\xF0\x9F\x98"), ERR_JSON_UTF8, 2},
    {STR_INIT("{\"\xFF\":1}"), ERR_JSON_UTF8, 2},

    /* surrogates; the fault is the escape that stands alone */
    GOOD("[\"\\ud83d\\ude00\\uD83D\\uDE00\"]"),
    GOOD("[\"\\ud800\\udc00\\udbff\\udfff\\ud7ff\\ue000\"]"),
    {STR_INIT("[\"\\ud83d\"]"), ERR_JSON_SURROGATE, 2},
    {STR_INIT("[\"a\\ude00\"]"), ERR_JSON_SURROGATE, 3},
    {STR_INIT("[\"\\ude00\\ud83d\"]"), ERR_JSON_SURROGATE, 2},
    {STR_INIT("[\"\\ud83d\\ud83d\\ude00\"]"), ERR_JSON_SURROGATE, 2},
    {STR_INIT("[\"\\ud83d\\ude00\\ude00\"]"), ERR_JSON_SURROGATE, 14},
    {STR_INIT("[\"\\ud83dx\"]"), ERR_JSON_SURROGATE, 2},
    {STR_INIT("[\"\\ud83d\\n\"]"), ERR_JSON_SURROGATE, 2},
    {STR_INIT("[\"\\ud83d\\u0041\"]"), ERR_JSON_SURROGATE, 2},
    {STR_INIT("[\"\\ud83d\\u00"), ERR_JSON_SURROGATE, 2},
    {STR_INIT("{\"\\udc00\":1}"), ERR_JSON_SURROGATE, 2},

    /* the first fault counts */
    BAD("[1 2, \"\xFF\"]", 3),
    BAD("[1 2, \"\\ud800\"]", 3),
    {STR_INIT("[\"\xFF\", 1 2]"), ERR_JSON_UTF8, 2},
};

/* At the very end of what was allocated, so that ASan sees a step too far. */
static struct str exact(struct str s) {
  char *p = malloc(s.n > 0 ? s.n : 1);
  if (s.n > 0)
    memcpy(p, s.p, s.n);
  return str_of(p, s.n);
}

static int parse(struct json *json, struct str text, size_t *where) {
  return json_parse(json, &arena, text, where);
}

static void check_verdict(const struct verdict *v) {
  struct json json = {STR_NONE, NULL, 77};
  size_t where = 12345;
  struct str text = exact(v->text);
  bool good = CHECK_INT(parse(&json, text, &where), v->error);
  good &= CHECK_INT(where, v->error == 0 ? 12345 : v->where);
  if (v->error != 0)
    good &= CHECK(json.count == 77); /* untouched */
  if (!good)
    printf("  of <%.*s>\n", (int)v->text.n, v->text.p);
  free((char *)text.p);
  arena_drop(&arena);
}

static void test_verdicts(void) {
  for (size_t i = 0; i < COUNT(verdicts); i++)
    check_verdict(&verdicts[i]);
  struct json json;
  size_t where = 1;
  CHECK_INT(parse(&json, STR_NONE, &where), ERR_JSON_SYNTAX);
  CHECK_INT(where, 0);
}

/* A good text that is cut anywhere is refused, at its end. */
static void test_cut(void) {
  static const char text[] =
      "{\"a\":[1,-2.5e+3,true,false,null,\"b\\n\\u00e9\",\"" X80 "\"],\"c\":{\"d\":{}}}";
  struct json json;
  size_t where;
  CHECK_INT(parse(&json, str_of(text, sizeof text - 1), &where), 0);
  for (size_t n = 0; n < sizeof text - 1; n++) {
    struct str cut = exact(str_of(text, n));
    CHECK_INT(parse(&json, cut, &where), ERR_JSON_SYNTAX);
    CHECK_INT(where, n);
    free((char *)cut.p);
  }
  arena_drop(&arena);
}

static void test_lenient(void) {
  struct json json;
  size_t where = 0;
  struct str out = STR_NONE;
  struct str text = STR("[\"a\\ud83db\",\"\\ude00\",\"\\ud83d\\ud83d\\ude00\",\"\\ud83d\\u0041\"]");
  CHECK_INT(json_parse_lenient(&json, &arena, text, &where), 0);
  struct json_value v = json_first(json_root(&json));
  CHECK(json_string(v, &arena, &out));
  CHECK_STR(out, "a\xEF\xBF\xBD"
                 "b");
  CHECK(json_is(v, STR("a\xEF\xBF\xBD"
                       "b")));
  CHECK(json_string(v = json_next(v), &arena, &out));
  CHECK_STR(out, "\xEF\xBF\xBD");
  CHECK(json_string(v = json_next(v), &arena, &out));
  CHECK_STR(out, "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  CHECK(json_string(v = json_next(v), &arena, &out));
  CHECK_STR(out, "\xEF\xBF\xBD"
                 "A");
  CHECK_INT(json_parse_lenient(&json, &arena, STR("[\"a\xFF\xE2\x82\", \"\xED\xA0\x80\"]"), &where),
            0);
  CHECK(json_string(v = json_first(json_root(&json)), &arena, &out));
  CHECK_STR(out, "a\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(json_is(v, out) && !json_is(v, STR("a\xFF\xE2\x82")));
  CHECK_INT(json_parse_lenient(&json, &arena,
                               STR("{\"\xFF\": \"\xFF" X80 "\\n\xFF\\u00e9\", \"k\": 1}"), &where),
            0);
  CHECK(json_string(v = json_first(json_root(&json)), &arena, &out));
  CHECK_STR(out, "\xEF\xBF\xBD" X80 "\n\xEF\xBF\xBD\xC3\xA9");
  CHECK_INT(json_type(json_find(json_root(&json), STR("k"))), JSON_NUMBER);
  CHECK_INT(json_parse_lenient(&json, &arena, STR("[\"\xE2\x82"), &where), ERR_JSON_SYNTAX);
  CHECK_INT(json_parse_lenient(&json, &arena, STR("[\xFF]"), &where), ERR_JSON_SYNTAX);
  CHECK_INT(json_parse_lenient(&json, &arena, STR("[\"\\ud800"), &where), ERR_JSON_SYNTAX);
  CHECK_INT(where, 8);
  arena_drop(&arena);
}

static void test_pieces(void) {
  struct json json;
  struct str out;
  size_t where;
  uint32_t half = 0;
  static const struct {
    struct str text; /* an array of the pieces of a text */
    struct str contents[4];
    uint32_t half; /* at the end */
  } cases[] = {
      {STR_INIT("[\"a\\ud83d\",\"\\ude00b\"]"),
       {STR_INIT("a"), STR_INIT("\xF0\x9F\x98\x80"
                                "b")},
       0},
      {STR_INIT("[\"\\uD83D\",\"\",\"\\uDE00\\ud83d\",\"\\ude00\"]"),
       {STR_INIT(""), STR_INIT(""), STR_INIT("\xF0\x9F\x98\x80"), STR_INIT("\xF0\x9F\x98\x80")},
       0},
      {STR_INIT("[\"\\ud83d\",\"b\"]"),
       {STR_INIT(""), STR_INIT("\xEF\xBF\xBD"
                               "b")},
       0},
      {STR_INIT("[\"\\ud83d\\ud83d\",\"\\ude00\"]"),
       {STR_INIT("\xEF\xBF\xBD"), STR_INIT("\xF0\x9F\x98\x80")},
       0},
      {STR_INIT("[\"\\ud83d\",\"\\ud83d\"]"), {STR_INIT(""), STR_INIT("\xEF\xBF\xBD")}, 0xD83D},
      {STR_INIT("[\"\\ude00\",\"\\ude00\"]"),
       {STR_INIT("\xEF\xBF\xBD"), STR_INIT("\xEF\xBF\xBD")},
       0},
      {STR_INIT("[\"\\\\ud83d\",\"\\ude00\"]"), {STR_INIT("\\ud83d"), STR_INIT("\xEF\xBF\xBD")}, 0},
      {STR_INIT("[\"\\\\\\ud83d\",\"\\ude00\\n\xFF\"]"),
       {STR_INIT("\\"), STR_INIT("\xF0\x9F\x98\x80\n\xEF\xBF\xBD")},
       0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    half = 0;
    CHECK_INT(json_parse_lenient(&json, &arena, cases[i].text, &where), 0);
    size_t n = 0;
    for (struct json_value v = json_first(json_root(&json)); json_type(v) != JSON_NONE;
         v = json_next(v)) {
      CHECK(json_string_piece(v, &arena, &half, &out));
      CHECK_EQUAL(out, cases[i].contents[n++]);
    }
    CHECK_INT(half, cases[i].half);
  }
  half = 0xD83D;
  CHECK(!json_string_piece(JSON_ABSENT, &arena, &half, &out));
  CHECK_INT(half, 0xD83D);
  arena_drop(&arena);
}

/* |n| times |piece|, and once |middle|, and |n| times |end|. */
static struct str nested(const char *piece, const char *middle, const char *end, size_t n) {
  struct buf b;
  buf_init(&b, &arena, 64 * MIB);
  for (size_t i = 0; i < n; i++)
    buf_put(&b, str_of(piece, strlen(piece)));
  buf_put(&b, str_of(middle, strlen(middle)));
  for (size_t i = 0; i < n; i++)
    buf_put(&b, str_of(end, strlen(end)));
  return buf_str(&b);
}

static void test_depth(void) {
  struct json json;
  size_t where = 0;
  CHECK_INT(parse(&json, nested("[", "", "]", JSON_DEPTH_MAX), &where), 0);
  CHECK_INT(parse(&json, nested("[", "", "]", JSON_DEPTH_MAX + 1), &where), ERR_JSON_DEPTH);
  CHECK_INT(where, JSON_DEPTH_MAX);
  CHECK_INT(parse(&json, nested("{\"a\":", "1", "}", JSON_DEPTH_MAX), &where), 0);
  CHECK_INT(parse(&json, nested("{\"a\":", "1", "}", JSON_DEPTH_MAX + 1), &where), ERR_JSON_DEPTH);
  CHECK_INT(where, 5 * JSON_DEPTH_MAX);
  CHECK_INT(parse(&json, nested("[", "", "", 5 * MIB), &where), ERR_JSON_DEPTH);
  CHECK_INT(parse(&json, nested("[", "\"" X80 "\"", "]", JSON_DEPTH_MAX), &where), 0);
  arena_drop(&arena);
}

static void test_values(void) {
  struct json json;
  size_t where = 0;
  /* the array and its elements */
  CHECK_INT(parse(&json, nested("[", "0", "", 1), &where), ERR_JSON_SYNTAX);
  struct buf b;
  buf_init(&b, &arena, 4 * MIB);
  json_put_open(&b, '[');
  for (size_t i = 1; i < JSON_VALUES_MAX; i++)
    json_put_integer(&b, 7);
  buf_put_byte(&b, ']');
  CHECK_INT(parse(&json, buf_str(&b), &where), 0);
  CHECK_INT(json_count(json_root(&json)), JSON_VALUES_MAX - 1);
  b.n--;
  size_t end = b.n;
  buf_put(&b, STR(",{}]"));
  CHECK_INT(parse(&json, buf_str(&b), &where), ERR_JSON_VALUES);
  CHECK_INT(where, end + 1);
  b.n = end;
  buf_put(&b, STR(",\"\"]"));
  CHECK_INT(parse(&json, buf_str(&b), &where), ERR_JSON_VALUES);
  CHECK_INT(where, end + 1);
  b.n = end;
  buf_put(&b, STR(",null]"));
  CHECK_INT(parse(&json, buf_str(&b), &where), ERR_JSON_VALUES);
  b.n = end;
  buf_put(&b, STR(",1]"));
  CHECK_INT(parse(&json, buf_str(&b), &where), ERR_JSON_VALUES);
  arena_drop(&arena);
}

/* ---- looking at values ---- */

static struct json_value root_of(struct json *json, struct str text) {
  size_t where;
  CHECK_INT(parse(json, text, &where), 0);
  return json_root(json);
}

static void test_walk(void) {
  struct json json;
  struct json_value root = root_of(
      &json, STR("{\"a\":[1,[2,[]],{\"x\":{}}],\"b\":{\"c\":\"d\",\"e\":[[]]},\"f\":null}"));
  CHECK_INT(json_type(root), JSON_OBJECT);
  CHECK_INT(json_count(root), 3);
  struct json_value a = json_first(root);
  CHECK_STR(json_key(a), "a");
  CHECK_INT(json_type(a), JSON_ARRAY);
  CHECK_INT(json_count(a), 3);
  struct json_value element = json_next(json_first(a));
  CHECK_STR(json_raw(element), "[2,[]]");
  CHECK_INT(json_type(json_next(json_next(element))), JSON_NONE);
  CHECK_INT(json_key(element).n, 0);
  CHECK_INT(json_type(json_next(json_next(json_first(element)))), JSON_NONE);
  struct json_value b = json_next(a);
  CHECK_STR(json_key(b), "b");
  CHECK_STR(json_raw(json_find(b, STR("e"))), "[[]]");
  CHECK_INT(json_type(json_next(json_find(b, STR("e")))), JSON_NONE);
  struct json_value f = json_next(b);
  CHECK_STR(json_key(f), "f");
  CHECK_INT(json_type(f), JSON_NULL);
  CHECK(json_absent(f));
  CHECK_INT(json_type(json_next(f)), JSON_NONE);
  CHECK_INT(json_type(json_next(root)), JSON_NONE);
  CHECK_INT(json_key(root).n, 0);
  CHECK_INT(json_type(json_first(json_find(json_first(json_find(root, STR("b"))), STR("")))),
            JSON_NONE);
  CHECK_INT(json_where(json_find(b, STR("c"))), 34);
  CHECK_INT(json_where(root), 0);
  arena_drop(&arena);
}

static void test_absent(void) {
  struct json_value none = JSON_ABSENT;
  struct str s = STR("same");
  int64_t i = 5;
  double d = 5;
  CHECK_INT(json_type(none), JSON_NONE);
  CHECK(json_absent(none));
  CHECK_INT(json_type(json_find(none, STR("a"))), JSON_NONE);
  CHECK_INT(json_type(json_first(json_next(none))), JSON_NONE);
  CHECK_INT(json_count(none), 0);
  CHECK_INT(json_key(none).n, 0);
  CHECK(!json_key_is(none, STR("")));
  CHECK(!json_string(none, &arena, &s) && !json_integer(none, &i) && !json_number(none, &d));
  CHECK(!json_is(none, STR("")));
  CHECK(json_bool(none, true) && !json_bool(none, false));
  CHECK_INT(json_raw(none).n, 0);
  CHECK_INT(json_where(none), 0);
  CHECK_STR(s, "same");
  CHECK(i == 5 && d == 5);
}

static void test_types(void) {
  struct json json;
  struct json_value v =
      json_first(root_of(&json, STR("[null,true,false,-1,\"s\",[],{},\"" X80 "\"]")));
  static const enum json_type types[] = {JSON_NULL,   JSON_BOOL,  JSON_BOOL,   JSON_NUMBER,
                                         JSON_STRING, JSON_ARRAY, JSON_OBJECT, JSON_STRING};
  for (size_t i = 0; i < COUNT(types); i++, v = json_next(v)) {
    struct str s = STR("same");
    CHECK_INT(json_type(v), types[i]);
    CHECK_INT(json_absent(v), types[i] == JSON_NULL);
    CHECK_INT(json_string(v, &arena, &s), types[i] == JSON_STRING);
    CHECK(types[i] == JSON_STRING || str_equal(s, STR("same")));
    CHECK_INT(json_bool(v, true), i != 2);
    CHECK_INT(json_bool(v, false), i == 1);
    CHECK_INT(json_type(json_find(v, STR("a"))), JSON_NONE);
    CHECK_INT(json_type(json_first(v)), JSON_NONE);
  }
  arena_drop(&arena);
}

static void test_find(void) {
  struct json json;
  struct json_value root = root_of(
      &json, STR("{\"a\":1,\"b\":{\"a\":5},\"a\":2,\"\\u0061b\":3,\"a\\\\n\":4,\"a\\n\":6,\"\":7,"
                 "\"\\ud83d\\ude00\":8,\"" X80 "\":9,\"" X80 "\\n\":10}"));
  static const struct {
    struct str key, raw;
  } cases[] = {
      {STR_INIT("a"), STR_INIT("2")}, /* the last one */
      {STR_INIT("ab"), STR_INIT("3")},
      {STR_INIT("a\\n"), STR_INIT("4")},
      {STR_INIT("a\n"), STR_INIT("6")},
      {STR_INIT(""), STR_INIT("7")},
      {STR_INIT("\xF0\x9F\x98\x80"), STR_INIT("8")},
      {STR_INIT(X80), STR_INIT("9")},
      {STR_INIT(X80 "\n"), STR_INIT("10")},
      {STR_INIT("\\u0061b"), STR_INIT("")},
      {STR_INIT("a\\\\n"), STR_INIT("")},
      {STR_INIT("c"), STR_INIT("")},
      {STR_INIT(X80 "x"), STR_INIT("")},
      {STR_INIT(X80 "\\n"), STR_INIT("")},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    CHECK_EQUAL(json_raw(json_find(root, cases[i].key)), cases[i].raw);
  CHECK_STR(json_key(json_find(root, STR("a\n"))), "a\\n");
  CHECK(json_key_is(json_find(root, STR("a\n")), STR("a\n")));
  arena_drop(&arena);
}

static void test_string(void) {
  static const struct {
    struct str source, content;
  } cases[] = {
      {STR_INIT(""), STR_INIT("")},
      {STR_INIT("plain"), STR_INIT("plain")},
      {STR_INIT(X80), STR_INIT(X80)},
      {STR_INIT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), STR_INIT("\"\\/\b\f\n\r\t")},
      {STR_INIT("a\\nb"), STR_INIT("a\nb")},
      {STR_INIT("\\u0000\\u0041\\u00e9\\u20ac"), STR_INIT("\0A\xC3\xA9\xE2\x82\xAC")},
      {STR_INIT("\\ud83d\\ude00!"), STR_INIT("\xF0\x9F\x98\x80!")},
      {STR_INIT("\\udbff\\udfff"), STR_INIT("\xF4\x8F\xBF\xBF")},
      {STR_INIT(X80 "\\n" X80 "\\\\"), STR_INIT(X80 "\n" X80 "\\")},
      {STR_INIT("\xC3\xA9\\n\xE2\x82\xAC"), STR_INIT("\xC3\xA9\n\xE2\x82\xAC")},
      {STR_INIT("\\\\n"), STR_INIT("\\n")},
      {STR_INIT("\\\\\\\\\\\\u0041"), STR_INIT("\\\\\\u0041")},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct buf b;
    buf_init(&b, &arena, KIB);
    buf_put(&b, STR("[\""));
    buf_put(&b, cases[i].source);
    buf_put(&b, STR("\"]"));
    struct json json;
    struct json_value v = json_first(root_of(&json, buf_str(&b)));
    struct str got = STR_NONE;
    CHECK(json_string(v, &arena, &got));
    CHECK_EQUAL(got, cases[i].content);
    CHECK(json_is(v, cases[i].content));
    bool same = str_equal(cases[i].source, cases[i].content);
    CHECK_INT(json_is(v, cases[i].source), same);
    CHECK_INT(got.p == buf_str(&b).p + 2, same); /* borrowed */
    CHECK_STR(str_part(json_raw(v), 0, 1), "\"");
    CHECK_INT(json_raw(v).n, cases[i].source.n + 2);
  }
  arena_drop(&arena);
}

static void test_string_memory(void) {
  struct json json;
  struct json_value v = json_first(root_of(&json, STR("[\"a\\n\",\"b\"]")));
  struct str s = STR("same");
  arena_refuse(1, true);
  CHECK(!json_string(v, &arena, &s));
  CHECK_STR(s, "same");
  CHECK(json_string(json_next(v), &arena, &s));
  arena_refuse(0, false);
  arena_drop(&arena);
}

static void test_integer(void) {
  static const struct {
    const char *text;
    bool good;
    int64_t value;
  } cases[] = {
      {"0", true, 0},
      {"-0", true, 0},
      {"42", true, 42},
      {"-42", true, -42},
      {"1.0", true, 1},
      {"1e3", true, 1000},
      {"1.5e1", true, 15},
      {"1200e-2", true, 12},
      {"0e999999999999", true, 0},
      {"0.000", true, 0},
      {"100000000000000000000e-15", true, 100000},
      {"0.00000000000000000000000001e26", true, 1},
      {"9223372036854775807", true, INT64_MAX},
      {"-9223372036854775808", true, INT64_MIN},
      {"9223372036854775808", false, 0},
      {"-9223372036854775809", false, 0},
      {"922337203685477580.7e1", true, INT64_MAX},
      {"1e18", true, 1000000000000000000},
      {"1e19", false, 0},
      {"1e99999999999999999999", false, 0},
      {"1e-99999999999999999999", false, 0},
      {"0.5", false, 0},
      {"1e-1", false, 0},
      {"18446744073709551616", false, 0},
      {"10000000000000000000000001", false, 0},
      {"12345678901234567890123", false, 0},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct json json;
    struct json_value v = json_first(root_of(&json, nested("[", cases[i].text, "]", 1)));
    int64_t value = 77;
    CHECK_INT(json_integer(v, &value), cases[i].good);
    if (!CHECK_INT(value, cases[i].good ? cases[i].value : 77))
      printf("  of %s\n", cases[i].text);
  }
  arena_drop(&arena);
}

static void test_number(void) {
  static const char *const exact_cases[] = {
      "0",      "1",       "-1",       "0.1",     "0.7",   "1.5",  "2.675",    "3.14159",
      "1e22",   "1e-22",   "123456.5", "0.0001",  "1.0",   "100",  "1E+2",     "9007199254740993",
      "0.95",   "1000000", "4e-7",     "0.30000", "-0.05", "65e1", "1.7e308",  "0.000e5",
      "120e-1", "8.25",    "0.33",     "5e-1",    "17e+3", "0e0",  "0.2e0005", "2147483648",
  };
  for (size_t i = 0; i < COUNT(exact_cases); i++) {
    struct json json;
    struct json_value v = json_first(root_of(&json, nested("[", exact_cases[i], "]", 1)));
    double value = 77, want = strtod(exact_cases[i], NULL);
    CHECK(json_number(v, &value));
    double error = value - want;
    if (!CHECK(error == 0 || (want > 1e300 && error / want < 1e-12 && error / want > -1e-12)))
      printf("  %.17g is not %s\n", value, exact_cases[i]);
  }
  static const char *const near_cases[] = {
      "1.7976931348623e308",
      "2.2250738585072014e-308",
      "1e-320",
      "123456789012345678901234567890",
      "0.1234567890123456789012345678901234567890",
      "1e100",
      "1e-100",
      "3.3333333333333333333333333333",
      "123456789012345678901234567890e-300",
      "1000000000000000000000000000000000000000000000000000000000000e-60",
  };
  for (size_t i = 0; i < COUNT(near_cases); i++) {
    struct json json;
    struct json_value v = json_first(root_of(&json, nested("[", near_cases[i], "]", 1)));
    double value = 77, want = strtod(near_cases[i], NULL);
    bool got = json_number(v, &value);
    double error = want != 0 ? (value - want) / want : value;
    if (!CHECK(got && error < 1e-3 && error > -1e-3 &&
               (want < 1e-300 || (error < 1e-14 && error > -1e-14))))
      printf("  %.17g is not %s\n", value, near_cases[i]);
  }
  struct json json;
  struct json_value v = json_first(root_of(&json, STR("[1e400,-1e309,1e99999999999999]")));
  double value = 77;
  for (; json_type(v) == JSON_NUMBER; v = json_next(v))
    CHECK(!json_number(v, &value) && value == 77);
  v = json_first(root_of(&json, STR("[1e-400,1e-99999999999999]")));
  for (; json_type(v) == JSON_NUMBER; v = json_next(v))
    CHECK(json_number(v, &value) && value == 0);
  arena_drop(&arena);
}

static void test_position(void) {
  uint32_t line = 0, column = 0;
  struct str text = STR("{\n  \"a\": 1\r\n}");
  json_position(text, 0, &line, &column);
  CHECK(line == 1 && column == 1);
  json_position(text, 1, &line, &column);
  CHECK(line == 1 && column == 2);
  json_position(text, 2, &line, &column);
  CHECK(line == 2 && column == 1);
  json_position(text, 7, &line, &column);
  CHECK(line == 2 && column == 6);
  json_position(text, text.n, &line, &column);
  CHECK(line == 3 && column == 2);
  json_position(STR("\xE8\xB7\xAF\xF0\x9F\x98\x80x"), 7, &line, &column);
  CHECK(line == 1 && column == 4); /* as editors count: one, and two */
  json_position(STR_NONE, 0, &line, &column);
  CHECK(line == 1 && column == 1);
}

/* ---- writing ---- */

static struct buf out;

static struct buf *fresh(void) {
  buf_init(&out, &arena, 64 * MIB);
  return &out;
}

static void test_put(void) {
  struct buf *b = fresh();
  json_put_open(b, '{');
  json_put_key(b, STR("a"));
  json_put_open(b, '[');
  json_put_close(b, ']');
  json_put_key(b, STR("b\n"));
  json_put_open(b, '{');
  json_put_close(b, '}');
  json_put_key(b, STR("c"));
  json_put_open(b, '[');
  json_put_integer(b, -1);
  json_put_number(b, 0.5);
  json_put_bool(b, true);
  json_put_bool(b, false);
  json_put_null(b);
  json_put_string(b, STR(""));
  json_put_open(b, '[');
  json_put_string(b, STR("x"));
  json_put_close(b, ']');
  json_put_open(b, '{');
  json_put_close(b, '}');
  json_put_raw(b, STR("{\"raw\": 1}"));
  json_put_raw(b, STR_NONE);
  json_put_quote(b);
  json_put_text(b, STR("one "));
  json_put_text(b, STR(""));
  json_put_text(b, STR("\"two\""));
  json_put_unquote(b);
  json_put_quote(b);
  json_put_unquote(b);
  json_put_close(b, ']');
  json_put_key(b, STR("d"));
  json_put_null(b);
  struct json json;
  size_t where = 0;
  CHECK_INT(json_parse(&json, &arena, STR("{\"k\\n\" : [ 1.50 ], \"l\": \"\\u0041\"}"), &where), 0);
  json_put_member(b, json_first(json_root(&json)));
  json_put_member(b, json_find(json_root(&json), STR("l")));
  json_put_close(b, '}');
  CHECK_STR(buf_str(b), "{\"a\":[],\"b\\n\":{},\"c\":[-1,0.5,true,false,null,\"\",[\"x\"],{},"
                        "{\"raw\": 1},null,\"one \\\"two\\\"\",\"\"],\"d\":null,"
                        "\"k\\n\":[ 1.50 ],\"l\":\"\\u0041\"}");
  arena_drop(&arena);
}

static void test_put_string(void) {
  static const struct {
    struct str content, source;
  } cases[] = {
      {STR_INIT(""), STR_INIT("\"\"")},
      {STR_INIT("\"\\/\b\f\n\r\t"), STR_INIT("\"\\\"\\\\/\\b\\f\\n\\r\\t\"")},
      {STR_INIT("\0\x01\x0B\x1F\x7F"), STR_INIT("\"\\u0000\\u0001\\u000b\\u001f\x7F\"")},
      {STR_INIT("\xE2\x80\xA8\xE2\x80\xA9"), STR_INIT("\"\xE2\x80\xA8\xE2\x80\xA9\"")},
      {STR_INIT("\xF0\x9F\x98\x80\xC3\xA9"), STR_INIT("\"\xF0\x9F\x98\x80\xC3\xA9\"")},
      {STR_INIT("a\x80z"), STR_INIT("\"a\xEF\xBF\xBDz\"")},
      {STR_INIT("a\xE2\x82z"), STR_INIT("\"a\xEF\xBF\xBDz\"")}, /* one for what was cut */
      {STR_INIT("\xE2\x82"), STR_INIT("\"\xEF\xBF\xBD\"")},
      {STR_INIT("\xED\xA0\x80"), STR_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"")},
      {STR_INIT("\xC0\xAF"), STR_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\"")},
      {STR_INIT(X80 "\n" X80), STR_INIT("\"" X80 "\\n" X80 "\"")},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    json_put_string(fresh(), cases[i].content);
    CHECK_EQUAL(buf_str(&out), cases[i].source);
  }
  arena_drop(&arena);
}

static void test_put_number(void) {
  static const struct {
    double value;
    const char *text;
  } cases[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1, "-1"},
      {0.1, "0.1"},
      {0.7, "0.7"},
      {1.5, "1.5"},
      {-0.05, "-0.05"},
      {0.000001, "0.000001"},
      {0.0000004, "0"},
      {-0.0000004, "0"},
      {0.9999996, "1"},
      {-1.9999996, "-2"},
      {2.675, "2.675"},
      {123456.789012, "123456.789012"},
      {100, "100"},
      {1e6, "1000000"},
      {9007199254740992.0, "9007199254740992"},
      {1e18, "1000000000000000000"},
      {1e21, "1000000000000000000000"},
      {1.0 / 0.0, "null"},
      {-1.0 / 0.0, "null"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    json_put_number(fresh(), cases[i].value);
    CHECK_EQUAL(buf_str(&out), str_of(cases[i].text, strlen(cases[i].text)));
  }
  json_put_number(fresh(), 1.7e308);
  CHECK_INT(out.n, 309);
  arena_drop(&arena);
}

/* A writer does not see that the buffer is full. */
static void test_put_limit(void) {
  struct buf b;
  buf_init(&b, &arena, 5);
  json_put_string(&b, STR("\n\n\n\n"));
  json_put_integer(&b, 1);
  CHECK_INT(buf_error(&b), ERR_LIMIT);
  CHECK(b.n <= 5);
  arena_drop(&arena);
}

/* ---- both ways ---- */

static void rewrite(struct buf *b, struct json_value v) {
  enum json_type type = json_type(v);
  struct str s;
  if (type == JSON_STRING && json_string(v, &arena, &s)) {
    json_put_string(b, s);
  } else if (type == JSON_ARRAY || type == JSON_OBJECT) {
    json_put_open(b, type == JSON_ARRAY ? '[' : '{');
    for (struct json_value c = json_first(v); json_type(c) != JSON_NONE; c = json_next(c)) {
      if (type == JSON_OBJECT) {
        json_put_string(b, json_key(c)); /* without escapes, in these texts */
        buf_put_byte(b, ':');
      }
      rewrite(b, c);
    }
    json_put_close(b, type == JSON_ARRAY ? ']' : '}');
  } else {
    json_put_raw(b, json_raw(v));
  }
}

static void test_rewrite(void) {
  static const struct str texts[] = {
      STR_INIT("{}"),
      STR_INIT("\"a\""),
      STR_INIT("[[[]],[{},[]],{\"a\":{}}]"),
      STR_INIT(
          "{\"a\":{\"b\":{\"c\":[1,2,{\"d\":[]}]},\"e\":0.50},\"f\":-1e+05,\"g\":[true,null]}"),
      STR_INIT("[\"" X80 "\",{\"" X80 "\":\"" X80 "\",\"k\":\"" X80 "\\n\"},\"" X80 "\"]"),
      STR_INIT("{\"" X80 "\":{\"" X80 "\":[\"" X80 "\"]},\"" X80 "\":12,\"x\":\"" X80 "\"}"),
  };
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct json json;
    rewrite(fresh(), root_of(&json, texts[i]));
    CHECK_EQUAL(buf_str(&out), texts[i]);
    arena_drop(&arena);
  }
}

/* Any one taking refused: an error, or the same as ever. */
static void test_memory(void) {
  struct buf *b = fresh();
  json_put_open(b, '[');
  for (int i = 0; i < 3000; i++) {
    json_put_string(b, STR(X80 "\n"));
    json_put_integer(b, i);
  }
  json_put_close(b, ']');
  size_t n = 1;
  for (int e = ERR_MEMORY; e != 0; n++) {
    struct arena own = {NULL};
    struct json json = {STR_NONE, NULL, 0};
    size_t where;
    arena_refuse(n, true);
    e = json_parse(&json, &own, buf_str(b), &where);
    arena_refuse(0, false);
    CHECK(e == 0 || e == ERR_MEMORY);
    CHECK(e == 0 || json.count == 0);
    if (e == 0)
      CHECK_INT(json_count(json_root(&json)), 6000);
    arena_drop(&own);
  }
  CHECK(n > 3 && n < 40);
  arena_drop(&arena);
}

/* Whatever |raw| has between its tokens, it is put on one line. */
static void test_one_line(void) {
  static const struct {
    struct str raw, want;
  } rows[] = {
      {STR_INIT("{\"a\": [1, 2]}"), STR_INIT("{\"a\": [1, 2]}")},
      {STR_INIT("{\n  \"a b\": [\r\n\t1,\n 2 ],\n \"c\" : \"d \\\" \\\\\"\n}"),
       STR_INIT("{\"a b\":[1,2],\"c\":\"d \\\" \\\\\"}")},
      {STR_INIT("[\ntrue\n]"), STR_INIT("[true]")},
      {STR_INIT("\"a\nb\rc\""), STR_INIT("\"a\\nb\\rc\"")}, /* an upstream's */
      {STR_INIT("\n\"a"), STR_INIT("\"a")},
      {STR_INIT("\n\"a\\"), STR_INIT("\"a\\")},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct buf b;
    buf_init(&b, &arena, 1000);
    json_put_raw(&b, rows[i].raw);
    CHECK_EQUAL(buf_str(&b), rows[i].want);
  }
}

int main(void) {
  test_one_line();
  test_verdicts();
  test_cut();
  test_lenient();
  test_pieces();
  test_depth();
  test_values();
  test_walk();
  test_absent();
  test_types();
  test_find();
  test_string();
  test_string_memory();
  test_integer();
  test_number();
  test_position();
  test_put();
  test_put_string();
  test_put_number();
  test_put_limit();
  test_rewrite();
  test_memory();
  return unit_done();
}
