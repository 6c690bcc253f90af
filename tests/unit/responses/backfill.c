/* backfill.c -- tests of wasm/responses/backfill.c and echo.c. */
#include "responses/backfill.h"

#include "base/errors.h"
#include "limits.h"
#include "responses/echo.h"
#include "unit/json_text.h"
#include "unit/unit.h"

static struct arena arena;

/* The 31, and what stands there when neither request nor answer says more. */
static const struct {
  struct str key;
  const char *otherwise;
} keys[] = {
    {STR_INIT("id"), "null"},
    {STR_INIT("object"), "'response'"},
    {STR_INIT("created_at"), "null"},
    {STR_INIT("completed_at"), "null"},
    {STR_INIT("status"), "null"},
    {STR_INIT("incomplete_details"), "null"},
    {STR_INIT("model"), "null"},
    {STR_INIT("previous_response_id"), "null"},
    {STR_INIT("instructions"), "null"},
    {STR_INIT("output"), "null"},
    {STR_INIT("error"), "null"},
    {STR_INIT("tools"), "[]"},
    {STR_INIT("tool_choice"), "'auto'"},
    {STR_INIT("truncation"), "'disabled'"},
    {STR_INIT("parallel_tool_calls"), "true"},
    {STR_INIT("text"), "{'format':{'type':'text'}}"},
    {STR_INIT("top_p"), "1"},
    {STR_INIT("presence_penalty"), "0"},
    {STR_INIT("frequency_penalty"), "0"},
    {STR_INIT("top_logprobs"), "0"},
    {STR_INIT("temperature"), "1"},
    {STR_INIT("reasoning"), "null"},
    {STR_INIT("usage"), "null"},
    {STR_INIT("max_output_tokens"), "null"},
    {STR_INIT("max_tool_calls"), "null"},
    {STR_INIT("store"), "false"},
    {STR_INIT("background"), "false"},
    {STR_INIT("service_tier"), "'default'"},
    {STR_INIT("metadata"), "{}"},
    {STR_INIT("safety_identifier"), "null"},
    {STR_INIT("prompt_cache_key"), "null"},
};

static struct buf out;

static struct json_value fill(struct json *json, struct str answer, const char *request) {
  struct json asked;
  struct json_value body = json_parsed(&asked, &arena, json_text(&arena, request));
  buf_init(&out, &arena, 64 * MIB);
  CHECK_INT(responses_backfill(&out, answer, body, false, &arena), 0);
  return json_parsed(json, &arena, buf_str(&out));
}

/* Every key by itself, and none of them. */
static void test_lacking(void) {
  static const struct str made = STR_INIT("17");
  for (size_t i = 0; i <= COUNT(keys); i++) {
    struct json json;
    struct buf answer;
    buf_init(&answer, &arena, MIB);
    buf_put(&answer, STR("{\"object\":\"response\""));
    if (i < COUNT(keys) && !str_equal(keys[i].key, STR("object"))) {
      json_put_key(&answer, keys[i].key);
      buf_put(&answer, made);
    }
    buf_put_byte(&answer, '}');
    struct json_value root = fill(&json, buf_str(&answer), "{}");
    CHECK_INT(json_count(root), COUNT(keys));
    for (size_t k = 0; k < COUNT(keys); k++) {
      struct str want = k == i && k != 1 ? made : json_text(&arena, keys[k].otherwise);
      CHECK_EQUAL(json_raw(json_find(root, keys[k].key)), want);
    }
    arena_drop(&arena);
  }
}

/* What came stays as it came: the front and the end of what goes out. */
static void test_bytes(void) {
  static const struct {
    const char *front, *end;
  } cases[] = {
      {"{'object':'response'", "}"},
      {"{'object':'response'", " }"},
      {" \n{ 'other' : {'x': 1.50 } ,\n  'object' : 'response'", "\r\n}\n\n"},
      {"{'object':'response','id':'\\u00e9','more':[{}],'z':0.10", "\n}"},
      {"{'output':[],'x':true", "}"},
      {"{'output':[ ]", "\t}"},
      {"{'object':'response','object':'response','x':null", "}"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct json json;
    struct buf answer;
    buf_init(&answer, &arena, MIB);
    buf_put(&answer, json_text(&arena, cases[i].front));
    buf_put(&answer, json_text(&arena, cases[i].end));
    struct json_value root = fill(&json, buf_str(&answer), "{'model':'m'}");
    bool good = CHECK(str_starts(buf_str(&out), json_text(&arena, cases[i].front)));
    good &= CHECK(str_ends(buf_str(&out), json_text(&arena, cases[i].end)));
    good &= CHECK(json_is(json_find(root, STR("model")), STR("m")));
    if (!good)
      printf("  in case %d: %.*s\n", (int)i, (int)out.n, out.p);
    arena_drop(&arena);
  }
}

/* Clients read the details of usage without a look. */
static void test_usage(void) {
  static const struct {
    const char *usage, *filled;
  } cases[] = {
      {"null", "null"},
      {"{}", "{}"},
      {"{'input_tokens':1 }", "{'input_tokens':1,'input_tokens_details':{'cached_tokens':0,"
                              "'cache_write_tokens':0},'output_tokens_details':"
                              "{'reasoning_tokens':0} }"},
      {"{'input_tokens_details':{'cached_tokens':3}}",
       "{'input_tokens_details':{'cached_tokens':3},'output_tokens_details':"
       "{'reasoning_tokens':0}}"},
      {"{'input_tokens_details':{},'output_tokens_details':{}}",
       "{'input_tokens_details':{},'output_tokens_details':{}}"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct json json;
    struct buf answer;
    buf_init(&answer, &arena, MIB);
    buf_put(&answer, STR("{\"object\":\"response\",\"usage\":"));
    buf_put(&answer, json_text(&arena, cases[i].usage));
    buf_put(&answer, STR(",\"x\":1}"));
    struct json_value root = fill(&json, buf_str(&answer), "{}");
    CHECK_EQUAL(json_raw(json_find(root, STR("usage"))), json_text(&arena, cases[i].filled));
    arena_drop(&arena);
  }
}

/* What is complete, no response or no JSON goes out untouched. */
static void test_untouched(void) {
  static const char *const texts[] = {
      "",
      "{}",
      "[]",
      "{'object':'response'",
      "{'error':{'message':'m'}}",
      "{'object':'list','output':[]}",
      "{'output':{}}",
      "{'object':7,'output':[]}",
      "'response'",
      "[{'object':'response'}]",
      "{'object':{'object':'response'}}",
  };
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct json json;
    fill(&json, json_text(&arena, texts[i]), "{}");
    CHECK_EQUAL(buf_str(&out), json_text(&arena, texts[i]));
    arena_drop(&arena);
  }
  struct json json, again;
  fill(&json, STR("{\"object\":\"response\"}"), "{}");
  struct str whole = arena_copy(&arena, buf_str(&out));
  fill(&again, whole, "{'temperature':0.3}");
  CHECK_EQUAL(buf_str(&out), whole);
  arena_drop(&arena);
}

static void test_echo(void) {
  static const struct {
    const char *request;
    struct str key;
    const char *want;
  } cases[] = {
      {"{'temperature':0.50}", STR_INIT("temperature"), "0.50"},
      {"{'temperature':'hot'}", STR_INIT("temperature"), "1"},
      {"{'instructions':'be\\n'}", STR_INIT("instructions"), "'be\\n'"},
      {"{'metadata':{'a':'b'}}", STR_INIT("metadata"), "{'a':'b'}"},
      {"{'metadata':[]}", STR_INIT("metadata"), "{}"},
      {"{'model':'m'}", STR_INIT("model"), "'m'"},
      {"{'tool_choice':{'type':'x'}}", STR_INIT("tool_choice"), "{'type':'x'}"},
      {"{'tool_choice':null}", STR_INIT("tool_choice"), "'auto'"},
      {"{'tools':[{'type':'function','name':'f'},{'type':'web_search'}]}", STR_INIT("tools"),
       "[{'type':'function','name':'f','description':null,'parameters':null,'strict':null},"
       "{'type':'web_search'}]"},
      {"{'tools':{'a':7}}", STR_INIT("tools"), "[7]"},
      {"{'tools':7}", STR_INIT("tools"), "[]"},
      {"{'text':{'verbosity':'low'}}", STR_INIT("text"),
       "{'format':{'type':'text'},'verbosity':'low'}"},
      {"{'text':{'format':{'type':'json_schema','name':'n','schema':{}}}}", STR_INIT("text"),
       "{'format':{'type':'json_schema','name':'n','description':null,'schema':{},'strict':false}"
       "}"},
      {"{'text':7}", STR_INIT("text"), "{'format':{'type':'text'}}"},
      {"{'reasoning':{'effort':'low'}}", STR_INIT("reasoning"), "{'effort':'low','summary':null}"},
      {"{'reasoning':7}", STR_INIT("reasoning"), "null"},
      {"{'usage':{'input_tokens':1},'output':[1],'status':'completed'}", STR_INIT("usage"), "null"},
      {"[]", STR_INIT("store"), "false"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct json json;
    struct json_value root = fill(&json, STR("{\"object\":\"response\"}"), cases[i].request);
    if (!CHECK_EQUAL(json_raw(json_find(root, cases[i].key)), json_text(&arena, cases[i].want)))
      printf("  in case %d\n", (int)i);
    CHECK_INT(json_count(root), COUNT(keys));
    arena_drop(&arena);
  }
}

static void test_many(void) {
  struct json json;
  struct buf answer;
  buf_init(&answer, &arena, 64 * MIB);
  buf_put(&answer, STR("{\"output\":[7"));
  for (int i = 0; i < 10000; i++)
    buf_put(&answer, STR(",{\"type\":\"message\"}"));
  buf_put(&answer, STR("]}"));
  CHECK_INT(json_count(fill(&json, buf_str(&answer), "{}")), COUNT(keys));
  arena_drop(&arena);
}

/* Any taking refused: all of it, or the error. */
static void test_memory(void) {
  int err = ERR_MEMORY;
  for (size_t n = 1; err != 0; n++) {
    struct json asked;
    struct arena own = {NULL};
    struct json_value body = json_parsed(&asked, &arena, json_text(&arena, "{'model':'m'}"));
    buf_init(&out, &own, MIB);
    arena_refuse(n, true);
    err = responses_backfill(&out, STR("{\"object\":\"response\"}"), body, false, &own);
    arena_refuse(0, false);
    CHECK(err == 0 || err == ERR_MEMORY);
    arena_drop(&own);
    arena_drop(&arena);
    CHECK(n < 30);
  }
  struct json asked;
  struct json_value body = json_parsed(&asked, &arena, STR("{}"));
  buf_init(&out, &arena, 40);
  CHECK_INT(responses_backfill(&out, STR("{\"object\":\"response\"}"), body, false, &arena),
            ERR_LIMIT);
  arena_drop(&arena);
}

int main(void) {
  test_lacking();
  test_bytes();
  test_usage();
  test_untouched();
  test_echo();
  test_many();
  test_memory();
  return unit_done();
}
