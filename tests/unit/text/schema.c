/* schema.c -- tests of wasm/text/schema.c and schema_run.c. */
#include "text/schema.h"

#include "limits.h"

#include <string.h>

#include "base/errors.h"
#include "unit/unit.h"

static struct arena arena;

/* Values stand in an array, so that scalars can be roots too. */
static struct json_value value_of(const char *before, struct str text, const char *after) {
  struct buf b;
  struct json json = {STR_NONE, NULL, 0};
  size_t where;
  buf_init(&b, &arena, 64 * MIB);
  buf_put(&b, str_of(before, strlen(before)));
  buf_put(&b, text);
  buf_put(&b, str_of(after, strlen(after)));
  if (!CHECK_INT(json_parse(&json, &arena, buf_str(&b), &where), 0))
    printf("  of %.*s at %zu\n", (int)text.n, text.p, where);
  return json_first(json_root(&json));
}

static int run(struct str schema, struct str value, struct buf *faults) {
  buf_init(faults, &arena, 64 * KIB);
  return schema_check(value_of("[", value, "]"), value_of("[", schema, "]"), NULL, &arena, faults);
}

struct sample {
  struct str schema, value, faults;
};

#define VALID(schema, value)                                                                       \
  { STR_INIT(schema), STR_INIT(value), STR_INIT("") }
#define FAULTY(schema, value, faults)                                                              \
  { STR_INIT(schema), STR_INIT(value), STR_INIT(faults "\n") }
#define TREE                                                                                       \
  "{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},\"kids\":{\"type\":"          \
  "\"array\",\"items\":{\"$ref\":\"#\"}}},\"required\":[\"v\"],\"additionalProperties\":false}"
#define LIST                                                                                       \
  "{\"$ref\":\"#/$defs/node\",\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":{\"next\":"  \
  "{\"anyOf\":[{\"$ref\":\"#/$defs/node\"},{\"type\":\"null\"}]}},\"required\":[\"next\"]}}}"
#define KINDS                                                                                      \
  "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\"}},\"required\":"    \
  "[\"a\"]},{\"type\":\"null\"}]}"

static const struct sample samples[] = {
    /* booleans, nothing, nonsense */
    VALID("true", "1"),
    FAULTY("false", "1", "$: is not allowed"),
    VALID("{}", "null"),
    VALID("[]", "1"),
    VALID("null", "1"),
    VALID("\"x\"", "1"),
    VALID("{\"type\":1,\"enum\":2,\"required\":3,\"properties\":4,\"items\":5,\"anyOf\":6,"
          "\"$ref\":7,\"pattern\":8,\"minimum\":\"9\",\"minLength\":null,\"allOf\":{}}",
          "{\"a\":[]}"),
    VALID("{\"type\":1,\"items\":5,\"$ref\":\"x#y\"}", "[1]"),
    VALID("{\"format\":\"date\",\"title\":1,\"x-any\":[],\"not\":{}}", "\"x\""),

    /* type */
    VALID("{\"type\":\"string\"}", "\"\""),
    FAULTY("{\"type\":\"string\"}", "1", "$: expected a string"),
    FAULTY("{\"type\":\"number\"}", "\"1\"", "$: expected a number"),
    FAULTY("{\"type\":\"object\"}", "[]", "$: expected an object"),
    FAULTY("{\"type\":\"array\"}", "{}", "$: expected an array"),
    FAULTY("{\"type\":\"boolean\"}", "null", "$: expected true or false"),
    FAULTY("{\"type\":\"null\"}", "false", "$: expected null"),
    VALID("{\"type\":\"integer\"}", "3"),
    VALID("{\"type\":\"integer\"}", "1.0"),
    VALID("{\"type\":\"integer\"}", "-0"),
    VALID("{\"type\":\"integer\"}", "1e3"),
    VALID("{\"type\":\"integer\"}", "1e30"),
    VALID("{\"type\":\"integer\"}", "-1e400"),
    VALID("{\"type\":\"number\"}", "1"),
    VALID("{\"type\":\"number\"}", "1e400"),
    FAULTY("{\"type\":\"integer\"}", "1.5", "$: expected an integer"),
    FAULTY("{\"type\":\"integer\"}", "1e-400", "$: expected an integer"),
    VALID("{\"type\":[\"string\",\"null\"]}", "null"),
    FAULTY("{\"type\":[\"string\",\"null\"]}", "1",
           "$: does not obey \"type\":[\"string\",\"null\"]"),
    FAULTY("{\"type\":[]}", "1", "$: does not obey \"type\":[]"),
    VALID("{\"type\":\"date\"}", "1"),
    VALID("{\"type\":\"str\\u0069ng\"}", "\"x\""),

    /* objects */
    VALID("{\"properties\":{\"a\":{\"type\":\"number\"}}}", "{\"a\":1,\"b\":2}"),
    VALID("{\"properties\":{\"a\":{\"type\":\"number\"}}}", "{}"),
    VALID("{\"properties\":{\"a\":{\"type\":\"number\"}}}", "[\"a\"]"),
    FAULTY("{\"properties\":{\"a\":{\"type\":\"number\"},\"b\":false}}", "{\"b\":1,\"a\":\"x\"}",
           "$.a: expected a number\n$.b: is not allowed"),
    FAULTY("{\"required\":[\"a\",\"b\",\"c\"]}", "{\"b\":1}",
           "$: misses the property \"a\"\n$: misses the property \"c\""),
    VALID("{\"required\":[\"a\",1,null]}", "{\"\\u0061\":1}"),
    VALID("{\"properties\":{\"\\u0061\":{\"type\":\"number\"}},\"additionalProperties\":false}",
          "{\"a\":1}"),
    FAULTY("{\"properties\":{\"a\":{\"type\":\"number\"}},\"additionalProperties\":false}",
           "{\"\\u0061\":\"1\"}", "$.\\u0061: expected a number"),
    FAULTY("{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"a\":1,\"x y\":2}",
           "$.x y: is not allowed"),
    FAULTY("{\"additionalProperties\":false}", "{\"a\":1}", "$.a: is not allowed"),
    FAULTY("{\"additionalProperties\":{\"type\":\"string\"}}", "{\"a\":\"x\",\"b\":1}",
           "$.b: expected a string"),
    VALID("{\"additionalProperties\":true}", "{\"a\":1}"),
    VALID("{\"patternProperties\":{\"^x\":{}},\"additionalProperties\":false}", "{\"x1\":1}"),
    FAULTY("{\"minProperties\":1}", "{}", "$: does not obey \"minProperties\":1"),
    FAULTY("{\"maxProperties\":1}", "{\"a\":1,\"b\":1}", "$: does not obey \"maxProperties\":1"),
    VALID("{\"properties\":{\"a\":{\"type\":\"number\"}}}", "{\"a\":\"x\",\"a\":1}"), /* last */
    FAULTY("{\"properties\":{\"a\":{\"type\":\"number\"}}}", "{\"a\":1,\"a\":\"x\"}",
           "$.a: expected a number"),

    /* arrays */
    FAULTY("{\"properties\":{\"items\":{\"items\":{\"properties\":{\"price\":{\"type\":"
           "\"number\"}}}}}}",
           "{\"items\":[{},{\"price\":1},{\"price\":\"1\"}]}",
           "$.items[2].price: expected a number"),
    FAULTY("{\"items\":false}", "[1,2]", "$[0]: is not allowed\n$[1]: is not allowed"),
    VALID("{\"items\":false}", "[]"),
    FAULTY("{\"prefixItems\":[{\"type\":\"string\"},true],\"items\":{\"type\":\"null\"}}",
           "[1,2,3,null]", "$[0]: expected a string\n$[2]: expected null"),
    FAULTY("{\"items\":[{\"type\":\"string\"}]}", "[1,2]", "$[0]: expected a string"),
    VALID("{\"prefixItems\":[{\"type\":\"string\"},true]}", "[\"x\"]"),
    FAULTY("{\"minItems\":2}", "[1]", "$: does not obey \"minItems\":2"),
    FAULTY("{\"maxItems\":2}", "[1,2,3]", "$: does not obey \"maxItems\":2"),
    VALID("{\"minItems\":2,\"maxItems\":2}", "[1,2]"),

    /* strings */
    VALID("{\"minLength\":3,\"maxLength\":3}", "\"abc\""),
    VALID("{\"minLength\":3,\"maxLength\":3}", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""),
    VALID("{\"minLength\":2,\"maxLength\":2}", "\"\\u00e9\\ud83d\\ude00\""),
    FAULTY("{\"minLength\":4}", "\"abc\"", "$: does not obey \"minLength\":4"),
    FAULTY("{\"maxLength\": 2}", "\"abc\"", "$: does not obey \"maxLength\": 2"),
    VALID("{\"minLength\":4}", "[]"),
    VALID("{\"minLength\":2.0}", "\"ab\""),
    VALID("{\"pattern\":\"^a+$\"}", "\"b\""), /* said to the upstream, not looked at here */

    /* numbers */
    VALID("{\"minimum\":1,\"maximum\":1}", "1.0"),
    FAULTY("{\"minimum\":1}", "0.99", "$: does not obey \"minimum\":1"),
    FAULTY("{\"maximum\":1e0}", "1.01", "$: does not obey \"maximum\":1e0"),
    FAULTY("{\"exclusiveMinimum\":1}", "1", "$: does not obey \"exclusiveMinimum\":1"),
    FAULTY("{\"exclusiveMaximum\":1}", "1", "$: does not obey \"exclusiveMaximum\":1"),
    VALID("{\"exclusiveMinimum\":true,\"minimum\":1}", "1"),
    FAULTY("{\"minimum\":9007199254740993}", "9007199254740992",
           "$: does not obey \"minimum\":9007199254740993"),
    FAULTY("{\"maximum\":1e308}", "1e999", "$: does not obey \"maximum\":1e308"),
    FAULTY("{\"minimum\":-1e308}", "-1e999", "$: does not obey \"minimum\":-1e308"),
    VALID("{\"multipleOf\":2}", "-4"),
    VALID("{\"multipleOf\":0.1}", "0.3"),
    VALID("{\"multipleOf\":0.01}", "19.99"),
    VALID("{\"multipleOf\":0.5}", "3"),
    VALID("{\"multipleOf\":0}", "3"),
    VALID("{\"multipleOf\":-1}", "-9223372036854775808"),
    VALID("{\"multipleOf\":2}", "0"),
    VALID("{\"multipleOf\":0.3}", "1e300"),
    FAULTY("{\"multipleOf\":2}", "3", "$: does not obey \"multipleOf\":2"),
    FAULTY("{\"multipleOf\":0.1}", "0.35", "$: does not obey \"multipleOf\":0.1"),
    FAULTY("{\"multipleOf\":2}", "0.5", "$: does not obey \"multipleOf\":2"),

    /* enum and const: values, not texts */
    VALID("{\"enum\":[1,\"a\",null]}", "null"),
    VALID("{\"enum\":[\"\\u0061\"]}", "\"a\""),
    VALID("{\"enum\":[\"a\"]}", "\"\\u0061\""),
    VALID("{\"const\":1.0}", "1"),
    VALID("{\"const\":0.10}", "1e-1"),
    VALID("{\"const\":{\"a\":1,\"b\":[2,{}]}}", "{\"b\":[2.0,{}],\"\\u0061\":1}"),
    VALID("{\"const\":{\"\\u0061\":1}}", "{\"a\":2,\"a\":1}"),
    VALID("{\"const\":false}", "false"),
    FAULTY("{\"const\":false}", "true", "$: does not obey \"const\":false"),
    FAULTY("{\"const\":false}", "0", "$: does not obey \"const\":false"),
    FAULTY("{\"const\":{\"a\":1}}", "{\"a\":1,\"b\":2}", "$: does not obey \"const\":{\"a\":1}"),
    FAULTY("{\"const\":{\"a\":1,\"b\":2}}", "{\"a\":1}",
           "$: does not obey \"const\":{\"a\":1,\"b\":2}"),
    FAULTY("{\"const\":[1,2]}", "[2,1]", "$: does not obey \"const\":[1,2]"),
    FAULTY("{\"const\":[1]}", "[1,1]", "$: does not obey \"const\":[1]"),
    FAULTY("{\"const\":[]}", "[1]", "$: does not obey \"const\":[]"),
    FAULTY("{\"enum\":[\"a\",\n\"b\"]}", "\"A\"", "$: does not obey \"enum\":[\"a\", \"b\"]"),
    FAULTY("{\"enum\":[]}", "1", "$: does not obey \"enum\":[]"),
    FAULTY("{\"const\":9007199254740993}", "9007199254740992",
           "$: does not obey \"const\":9007199254740993"),

    /* several schemas */
    VALID(KINDS, "null"),
    VALID(KINDS, "{\"a\":1}"),
    FAULTY(KINDS, "{\"a\":\"x\"}", "$.a: expected a number"),
    FAULTY(KINDS, "{}", "$: misses the property \"a\""),
    FAULTY("{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1",
           "$: does not obey \"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]"),
    FAULTY("{\"anyOf\":[]}", "1", "$: does not obey \"anyOf\":[]"),
    VALID("{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "null"),
    FAULTY("{\"oneOf\":[{\"type\":\"number\"},{\"minimum\":1}]}", "1",
           "$: does not obey \"oneOf\":[{\"type\":\"number\"},{\"minimum\":1}]"),
    FAULTY("{\"allOf\":[{\"type\":\"number\"},{\"minimum\":1},{\"maximum\":-1}]}", "0",
           "$: does not obey \"minimum\":1\n$: does not obey \"maximum\":-1"),
    FAULTY("{\"items\":{\"anyOf\":[" KINDS ",{\"type\":\"string\"}]}}", "[\"x\",{\"a\":[]},null]",
           "$[1].a: expected a number"),

    /* references */
    VALID(TREE, "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]},{\"v\":3}]}"),
    FAULTY(TREE, "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[{\"w\":1}]}]}",
           "$.kids[0].kids[0]: misses the property \"v\"\n$.kids[0].kids[0].w: is not allowed"),
    VALID(LIST, "{\"next\":{\"next\":{\"next\":null}}}"),
    FAULTY(LIST, "{\"next\":{\"next\":{}}}", "$.next.next: misses the property \"next\""),
    FAULTY("{\"$ref\":\"#/definitions/a~1b%20~0c\",\"definitions\":{\"a/b ~c\":{\"type\":"
           "\"null\"}}}",
           "1", "$: expected null"),
    FAULTY("{\"$ref\":\"#/%24defs/~01\",\"$defs\":{\"~1\":false}}", "1", "$: is not allowed"),
    FAULTY("{\"$ref\":\"#/allOf/1\",\"allOf\":[true,{\"type\":\"null\"}]}", "1",
           "$: expected null\n$: expected null"),
    FAULTY("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":false}}", "1",
           "$: is not allowed"),
    VALID("{\"$ref\":\"#\"}", "1"),
    VALID("{\"anyOf\":[{\"$ref\":\"#\"}]}", "1"),
    VALID("{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", "1"),
    VALID("{\"$ref\":\"#/a\",\"a\":{\"$ref\":\"#/b\"},\"b\":{\"$ref\":\"#/a\"}}", "1"),
    FAULTY("{\"$ref\":\"#\",\"type\":\"null\"}", "1", "$: expected null"),
    VALID("{\"$ref\":\"#/none/at/all\"}", "1"),
    VALID("{\"$ref\":\"http://example.com/x\"}", "1"),
    VALID("{\"$ref\":\"#/allOf/-1\",\"allOf\":[]}", "1"),
    VALID("{\"$ref\":\"#/allOf/99\",\"allOf\":[]}", "1"),
    VALID("{\"$ref\":\"#/%zz/%\"}", "1"),
};

static void test_samples(void) {
  for (size_t i = 0; i < COUNT(samples); i++) {
    struct buf faults;
    int got = run(samples[i].schema, samples[i].value, &faults);
    struct str want = samples[i].faults;
    bool good = CHECK_INT(got, want.n > 0);
    if (!CHECK_EQUAL(buf_str(&faults), want) || !good)
      printf("  %s of %s\n", samples[i].schema.p, samples[i].value.p);
    arena_drop(&arena);
  }
}

/* ---- values whose end is still to come ---- */

/* |value| is cut at its '|'; what is behind that closes it. */
static const struct {
  struct str schema, value;
  bool allowed;
} cuts[] = {
    {STR_INIT(TREE), STR_INIT("{|}"), true},
    {STR_INIT(TREE), STR_INIT("{}|"), false},
    {STR_INIT(TREE), STR_INIT("{\"v\":\"|\"}"), false},
    {STR_INIT(TREE), STR_INIT("{\"x\":1|}"), false},
    {STR_INIT(TREE), STR_INIT("{\"kids\":[{\"v\":1},{|}]}"), true},
    {STR_INIT(TREE), STR_INIT("{\"kids\":[{},{|}]}"), false},
    {STR_INIT(KINDS), STR_INIT("{|}"), true},
    {STR_INIT(KINDS), STR_INIT("{\"a\":\"|\"}"), false},
    {STR_INIT("{\"minItems\":2}"), STR_INIT("[1|]"), true},
    {STR_INIT("{\"minItems\":2}"), STR_INIT("[1]|"), false},
    {STR_INIT("{\"maxItems\":1}"), STR_INIT("[1,2|]"), false},
    {STR_INIT("{\"minProperties\":1}"), STR_INIT("{|}"), true},
    {STR_INIT("{\"minLength\":2}"), STR_INIT("\"a|\""), true},
    {STR_INIT("{\"minLength\":2}"), STR_INIT("\"a\"|"), false},
    {STR_INIT("{\"enum\":[\"ab\"]}"), STR_INIT("\"a|\""), false},
};

static void test_cuts(void) {
  for (size_t i = 0; i < COUNT(cuts); i++) {
    size_t at = str_find_byte(cuts[i].value, '|');
    struct buf whole, faults;
    buf_init(&whole, &arena, KIB);
    buf_init(&faults, &arena, KIB);
    buf_put(&whole, str_part(cuts[i].value, 0, at));
    buf_put(&whole, str_from(cuts[i].value, at + 1));
    struct json_value value = value_of("[", buf_str(&whole), "]");
    struct json_value schema = value_of("[", cuts[i].schema, "]");
    if (!CHECK_INT(schema_check(value, schema, json_raw(value).p + at, &arena, &faults),
                   !cuts[i].allowed))
      printf("  %s of %s\n", cuts[i].schema.p, cuts[i].value.p);
    arena_drop(&arena);
  }
}

/* ---- limits ---- */

/* |n| times |piece|. */
static void put_times(struct buf *b, size_t n, struct str piece) {
  while (n-- > 0)
    buf_put(b, piece);
}

static struct str times(size_t n, struct str before, struct str piece, struct str after) {
  struct buf b;
  buf_init(&b, &arena, 64 * MIB);
  put_times(&b, n, before);
  buf_put(&b, piece);
  put_times(&b, n, after);
  return buf_str(&b);
}

static size_t count_lines(struct str s) {
  size_t n = 0;
  struct str line;
  while (str_cut(&s, '\n', &line))
    n++;
  return n;
}

static void test_lines(void) {
  struct buf faults;
  struct str value = times(1, STR("[1"), times(100, STR(",1"), STR_NONE, STR_NONE), STR("]"));
  CHECK_INT(run(STR("{\"items\":{\"type\":\"null\"}}"), value, &faults), 1);
  CHECK_INT(count_lines(buf_str(&faults)), SCHEMA_FAULTS_MAX);
  arena_drop(&arena);

  /* a long line ends at a character's end, and a full buffer is no error */
  struct str word = times(100, STR("\xE2\x82\xAC"), STR_NONE, STR_NONE);
  struct str schema = times(1, STR("{\"const\":\""), word, STR("\"}"));
  CHECK_INT(run(schema, STR("1"), &faults), 1);
  CHECK(str_ends(buf_str(&faults), STR("\xE2\x82\xAC...\n")));
  CHECK(faults.n < SCHEMA_QUOTE_MAX + 40);
  buf_init(&faults, &arena, 10);
  CHECK_INT(
      schema_check(value_of("[", STR("1"), "]"), value_of("[", schema, "]"), NULL, &arena, &faults),
      1);
  CHECK_INT(buf_error(&faults), ERR_LIMIT);
  arena_drop(&arena);
}

/* Work and depth end somewhere, and quietly; what was seen to be wrong stays so. */
static void test_work(void) {
  struct buf faults;
  size_t deep = JSON_DEPTH_MAX - 2;
  struct str list = times(deep, STR("{\"next\":"), STR("null"), STR("}"));
  CHECK_INT(run(STR(LIST), list, &faults), 0);
  struct str arrays = times(deep, STR("["), STR("1"), STR("]"));
  CHECK_INT(run(STR("{\"items\":{\"$ref\":\"#\"}}"), arrays, &faults), 0);
  CHECK_INT(run(STR("{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}"), arrays, &faults), 1);
  CHECK(str_ends(buf_str(&faults), STR("[0]: expected an array\n")));
  struct str nested = times(JSON_DEPTH_MAX / 2 - 2, STR("{\"allOf\":["), STR("true"), STR("]}"));
  CHECK_INT(run(nested, STR("1"), &faults), 0);
  CHECK_INT(run(times(deep, STR("["), STR("1"), STR("]")), arrays, &faults), 0);

  /* each level doubles the work */
  struct str twice = STR("{\"anyOf\":[{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[1,"
                         "\"x\"]},{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[1,"
                         "\"y\"]}]}");
  CHECK_INT(run(twice, list, &faults), 0);
  CHECK_INT(run(STR("{\"allOf\":[{\"type\":\"object\"},{\"items\":{\"$ref\":\"#\"}},{\"items\":{"
                    "\"$ref\":\"#\"}}]}"),
                arrays, &faults),
            1);
  arena_drop(&arena);

  /* equality of large objects: not for ever */
  struct buf b;
  buf_init(&b, &arena, 64 * MIB);
  json_put_open(&b, '{');
  for (int i = 0; i < 50000; i++) {
    buf_put(&b, i > 0 ? STR(",\"k") : STR("\"k"));
    buf_put_integer(&b, i);
    buf_put(&b, STR("\":0"));
  }
  json_put_close(&b, '}');
  CHECK_INT(run(times(1, STR("{\"const\":"), buf_str(&b), STR("}")), buf_str(&b), &faults), 0);
  arena_drop(&arena);
}

/* Any one taking refused: the error, or the same as ever. */
static void test_memory(void) {
  struct str schema =
      STR("{\"properties\":{\"\\u0061\":{\"type\":\"string\",\"minLength\":2},\"b\":{\"$ref\":"
          "\"#/$defs/\\u0078\"}},\"$defs\":{\"x\":{\"enum\":[\"\\u0079\"]}},\"type\":\"object\","
          "\"required\":[\"\\u0063\"],\"const\":1}");
  struct str value = STR("{\"a\":\"\\u0031\",\"b\":\"\\u007a\"}");
  struct arena own = {NULL};
  size_t n = 1;
  for (int got = ERR_MEMORY; got != 1; n++) {
    struct json_value v = value_of("[", value, "]"), s = value_of("[", schema, "]");
    struct buf faults;
    buf_init(&faults, &own, 64 * KIB);
    arena_refuse(n, false);
    got = schema_check(v, s, NULL, &own, &faults);
    arena_refuse(0, false);
    CHECK(got == 1 || got == ERR_MEMORY);
    if (got == 1)
      CHECK_INT(count_lines(buf_str(&faults)), 4);
    arena_drop(&own);
    CHECK(n < 60);
  }
  CHECK(n > 8);
  arena_drop(&arena);
}

/* Scratch that is not given back would end in a large answer. */
static void test_scratch(void) {
  struct buf faults;
  struct str word = times(1, STR("\"\\n"), times(1000, STR("x"), STR_NONE, STR_NONE), STR("\""));
  struct str more = times(1, STR(","), word, STR_NONE);
  struct str all =
      times(1, STR("["), times(1, word, times(500, more, STR_NONE, STR_NONE), STR("")), STR("]"));
  struct json_value v = value_of("[", all, "]");
  struct json_value s = value_of("[",
                                 STR("{\"items\":{\"minLength\":2,\"enum\":"
                                     "[\"\\u0041\",\"\\u0042\"]}}"),
                                 "]");
  struct arena own = {NULL};
  size_t used = arena_pool_used();
  buf_init(&faults, &own, 64 * KIB);
  CHECK_INT(schema_check(v, s, NULL, &own, &faults), 1);
  CHECK(arena_pool_used() - used <= 128 * KIB);
  arena_drop(&own);
  arena_drop(&arena);
}

int main(void) {
  test_samples();
  test_cuts();
  test_lines();
  test_work();
  test_memory();
  test_scratch();
  arena_drop(&arena);
  CHECK_INT(arena_pool_used(), 0);
  return unit_done();
}
