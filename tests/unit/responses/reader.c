/* reader.c -- tests of wasm/responses/reader.c. */
#include "responses/reader.h"

#include <string.h>

#include "limits.h"
#include "unit/json_text.h"
#include "unit/unit.h"

static struct arena arena;
static struct buf seen; /* the events as text, those of one text joined */
static int last;        /* event */
static int troubles;
static int items;

static void see(struct event_sink *sink, const struct event *ev) {
  static const struct str names[] = {
      [EVENT_BEGIN] = STR_INIT(" begin:"),     [EVENT_REASONING] = STR_INIT(" think:"),
      [EVENT_TEXT] = STR_INIT(" text:"),       [EVENT_REFUSAL] = STR_INIT(" refuse:"),
      [EVENT_CALL] = STR_INIT(" call:"),       [EVENT_ARGUMENTS] = STR_INIT(" args:"),
      [EVENT_CITATION] = STR_INIT(" cite:"),   [EVENT_SOURCE] = STR_INIT(" source:"),
      [EVENT_ITEM] = STR_INIT(" |"),           [EVENT_SEALED] = STR_INIT(" sealed:"),
      [EVENT_DETAILS] = STR_INIT(" details:"), [EVENT_LOGPROBS] = STR_INIT(" logprobs:"),
      [EVENT_USAGE] = STR_INIT(" usage:"),     [EVENT_FINISH] = STR_INIT(" finish:"),
      [EVENT_TROUBLE] = STR_INIT(" trouble:"),
  };
  (void)sink;
  if (ev->kind == EVENT_ITEM && items++ == 0) /* the first begins anyway */
    return;
  if ((int)ev->kind != last || ev->kind == EVENT_CALL) {
    buf_put(&seen, names[ev->kind]);
    if (ev->kind == EVENT_CALL || ev->kind == EVENT_ARGUMENTS)
      buf_put_integer(&seen, ev->call);
  }
  last = (int)ev->kind;
  troubles += ev->kind == EVENT_TROUBLE;
  if (ev->kind == EVENT_FINISH)
    buf_put_integer(&seen, ev->finish);
  if (ev->kind == EVENT_USAGE) {
    const int64_t all[] = {ev->usage.input, ev->usage.cached, ev->usage.output, ev->usage.reasoning,
                           ev->usage.total};
    for (size_t i = 0; i < COUNT(all); i++) {
      buf_put_integer(&seen, all[i]);
      buf_put_byte(&seen, ',');
    }
  }
  buf_put(&seen, ev->id);
  if (ev->raw)
    buf_put_byte(&seen, '!');
  buf_put(&seen, ev->kind == EVENT_BEGIN ? ev->model : ev->name);
  buf_put(&seen, ev->text);
  buf_put(&seen, ev->trouble.code);
}

static struct event_sink sink = {see};

static void start(struct responses_reader *reader) {
  buf_init(&seen, &arena, 64 * MIB);
  last = -1;
  troubles = items = 0;
  responses_reader_init(reader, &arena, &sink);
}

static void feed(struct responses_reader *reader, const char *text) {
  struct sse_event ev = {.name = STR_NONE, .data = json_text(&arena, text)};
  responses_read_event(reader, &ev);
}

#define R "'type':'response."
#define CREATED "{" R "created','response':{'id':'r1','model':'m','output':[]}}"
#define ADDED(n, item) "{" R "output_item.added','output_index':" #n ",'item':" item "}"
#define DONE(n, item) "{" R "output_item.done','output_index':" #n ",'item':" item "}"
#define DELTA(kind, n, text) "{" R kind ".delta','output_index':" #n ",'delta':'" text "'}"
#define END(output) "{" R "completed','response':{'status':'completed','output':[" output "]}}"
#define MESSAGE(text) "{'type':'message','content':[{'type':'output_text','text':'" text "'}]}"
#define THOUGHT(text) "{'type':'reasoning','summary':[{'type':'summary_text','text':'" text "'}]}"
#define CALLED(id, args)                                                                           \
  "{'type':'function_call','call_id':'" id "','name':'f','arguments':'" args "'}"
#define CUSTOM(args) "{'type':'custom_tool_call','call_id':'c','name':'p','input':'" args "'}"
#define NOTED                                                                                      \
  "{'type':'message','content':[{'type':'output_text','text':'ab','annotations':[{'a':1},{'a':2}]" \
  "}]}"

static const struct stream {
  const char *want;
  const char *events[12];
} streams[] = {
    /* all four times */
    {" begin:r1m text:Hello finish:0 usage:1,2,3,4,9,",
     {CREATED, ADDED(0, MESSAGE("")), DELTA("output_text", 0, "Hel"), DELTA("output_text", 0, "lo"),
      "{" R "output_text.done','output_index':0,'content_index':0,'text':'Hello'}",
      "{" R "content_part.done','output_index':0,'part':{'type':'output_text','text':'Hello'}}",
      DONE(0, MESSAGE("Hello")),
      "{" R "completed','response':{'output':[" MESSAGE(
          "Hello") "],'usage':{'input_tokens':1,"
                   "'input_tokens_details':{'cached_tokens':2},'output_tokens':3,'output_tokens_"
                   "details':"
                   "{'reasoning_tokens':4},'total_tokens':9}}}"}},
    /* one time, each */
    {" text:Hi finish:0", {"{" R "output_text.done','output_index':0,'text':'Hi'}", END("")}},
    {" text:Hi finish:0",
     {"{" R "content_part.done','part':{'type':'output_text','text':'Hi'}}", END("")}},
    {" text:Hi finish:0", {DONE(0, MESSAGE("Hi")), END("")}},
    {" text:Hi finish:0", {END(MESSAGE("Hi"))}},
    {" text:Hi finish:0", {DELTA("output_text", 0, "Hi"), END("")}},
    /* what was missed is made up for, what differs is not */
    {" text:Hello finish:0", {DELTA("output_text", 0, "He"), DONE(0, MESSAGE("Hello")), END("")}},
    {" text:Hello finish:0", {DELTA("output_text", 0, "He"), END(MESSAGE("Hello"))}},
    {" text:Hallo finish:0", {DELTA("output_text", 0, "Hallo"), END(MESSAGE("Hello!"))}},
    {" text:Hello finish:0", {DELTA("output_text", 0, "Hello"), END(MESSAGE("Hell"))}},
    /* indices that are absent, or differ from the response's order */
    {" | text:Hi finish:0",
     {ADDED(3, MESSAGE("")), DELTA("output_text", 7, "Hi"), END(THOUGHT("") "," MESSAGE("Hi"))}},
    {" call:0cf args:0{} call:1df args:1[] finish:1",
     {"{" R "output_item.added','item':" CALLED("c", "") "}",
      "{" R "function_call_arguments.delta','delta':'{}'}",
      "{" R "output_item.added','item':" CALLED("d", "") "}",
      "{" R "function_call_arguments.delta','delta':'[]'}",
      "{" R "output_item.done','item':" CALLED("d", "[]") "}",
      END(CALLED("c", "{}") "," CALLED("d", "[]"))}},
    /* paragraphs, and messages of their own */
    {" text:a | text:b finish:0",
     {DELTA("output_text", 0, "a"), DELTA("output_text", 1, "b"),
      END(MESSAGE("a") "," MESSAGE("b"))}},
    {" text:a | text:b finish:0", {END(MESSAGE("a") "," MESSAGE("") "," MESSAGE("b"))}},
    {" think:a\n\nb sealed: finish:0",
     {"{" R "reasoning_summary_text.delta','output_index':0,'summary_index':0,'delta':'a'}",
      "{" R "reasoning_summary_text.delta','output_index':0,'summary_index':1,'delta':'b'}",
      DONE(0, "{'type':'reasoning','summary':[{'type':'summary_text','text':'a'},"
              "{'type':'summary_text','text':'b'}]}"),
      END("")}},
    /* thoughts in two forms */
    {" think:why sealed: finish:0",
     {DELTA("reasoning_text", 0, "why"), DELTA("reasoning_summary_text", 0, "y"),
      DONE(0, "{'type':'reasoning','content':[{'type':'reasoning_text','text':'why'}],"
              "'summary':[{'type':'summary_text','text':'y'}]}"),
      END("{'type':'reasoning','content':[{'type':'reasoning_text','text':'why'}],"
          "'summary':[{'type':'summary_text','text':'y'}]}")}},
    {" think:y finish:0",
     {DELTA("reasoning_summary_text", 0, "y"), DELTA("reasoning", 0, "why"),
      END("{'type':'reasoning','content':[{'type':'reasoning_text','text':'why'}],"
          "'summary':[{'type':'summary_text','text':'y'}]}")}},
    {" think:why finish:0", {DELTA("reasoning", 0, "why"), END("")}},
    {" think:y sealed: finish:0", {END(THOUGHT("y"))}},
    /* encrypted reasoning, without a summary and with one that came before */
    {" sealed:e finish:0", {END("{'type':'reasoning','id':'r','encrypted_content':'e'}")}},
    {" think:y sealed:e | text:a finish:0",
     {DELTA("reasoning_summary_text", 0, "y"),
      DONE(0, "{'type':'reasoning','encrypted_content':'e','summary':[{'type':'summary_text',"
              "'text':'y'}]}"),
      DELTA("output_text", 1, "a"), END("{'type':'reasoning','encrypted_content':'f'}")}},
    /* refusals, calls, citations */
    {" refuse:No finish:0",
     {DELTA("refusal", 0, "No"), "{" R "refusal.done','output_index':0,'refusal':'No'}",
      END("{'type':'message','content':[{'type':'refusal','refusal':'No'}]}")}},
    {" call:0cf args:0{} finish:1",
     {ADDED(0, CALLED("c", "")), DELTA("function_call_arguments", 0, "{}"),
      "{" R "function_call_arguments.done','output_index':0,'arguments':'{}'}",
      DONE(0, CALLED("c", "{}")), END(CALLED("c", "{}"))}},
    {" call:0cf args:0{} finish:1", {DONE(0, CALLED("c", "{}")), END("")}},
    {" call:0cf args:0{} call:1df finish:1", {END(CALLED("c", "{}") "," CALLED("d", ""))}},
    {" call:0f args:0{'a':1} finish:1",
     {END("{'type':'function_call','name':'f','arguments':{'a':1}}")}},
    {" call:0c!p args:0*** a finish:1",
     {ADDED(0, CUSTOM("")), DELTA("custom_tool_call_input", 0, "*** "),
      "{" R "custom_tool_call_input.done','output_index':0,'input':'*** a'}",
      DONE(0, CUSTOM("*** a")), END(CUSTOM("*** a"))}},
    {" text:ab cite:{'a':1}{'a':2} finish:0",
     {DELTA("output_text", 0, "ab"),
      "{" R "output_text.annotation.added','output_index':0,'annotation':{'a':1}}", DONE(0, NOTED),
      END(NOTED)}},
    {" text:ab cite:{'a':1}{'a':2} finish:0", {END(NOTED)}},
    /* ends */
    {" text:a finish:2",
     {DELTA("output_text", 0, "a"), "{" R "incomplete','response':{'incomplete_details':{'reason':"
                                    "'max_output_tokens'}}}"}},
    {" finish:3",
     {"{" R "incomplete','response':{'incomplete_details':{'reason':"
      "'content_filter'}}}"}},
    {" finish:2", {"{" R "completed','response':{'status':'incomplete'}}"}},
    {" finish:0", {END(""), DELTA("output_text", 0, "late"), "[DONE]"}},
    {" text:a trouble:upstream_error", {DELTA("output_text", 0, "a")}},
    {" text:a trouble:upstream_error", {DELTA("output_text", 0, "a"), "[DONE]", END("")}},
    {" trouble:upstream_error", {""}},
    {" trouble:upstream_error", {"{'type':"}},
    {" trouble:upstream_error", {"[]"}},
    {" trouble:overloaded",
     {"{" R "failed','response':{'error':{'code':'overloaded','message':'m'}}}"}},
    {" trouble:upstream_error", {"{" R "failed','response':{'error':null}}"}},
    {" trouble:x", {"{'type':'error','error':{'code':'x','message':'m'}}", END("")}},
    {" trouble:x", {"{'type':'error','code':'x','message':'m','sequence_number':2}"}},
    {" trouble:x", {"{'error':{'code':'x','message':'m'}}"}},
    /* wrong types everywhere */
    {" finish:0",
     {"{" R "created','response':7}", "{" R "created','response':{'id':[],'model':{}}}",
      ADDED("x", "[]"), DONE(-1, "{'type':7}"), DELTA("output_text", {}, ""),
      "{" R "output_text.delta','delta':{}}", "{" R "output_text.done','text':[1]}",
      "{" R "function_call_arguments.delta','delta':'lost'}",
      DONE(0, "{'type':'message','content':{'a':{'type':'output_text','text':null}}}"),
      "{" R "output_text.annotation.added','annotation':'x'}",
      "{" R "completed','response':{'output':{'type':'message'},'usage':[],'status':{}}}"}},
    {" trouble:upstream_error", {DONE(0, "{'type':'function_call','name':{},'call_id':[]}")}},
    {" finish:0", {"{'type':{}}", "{}", "{'type':'response.'}", "{'type':'x.delta'}", END("")}},
    {" finish:0", {"{" R "completed'}"}},
};

static void test_streams(void) {
  for (size_t i = 0; i < COUNT(streams); i++) {
    struct responses_reader reader;
    start(&reader);
    for (size_t n = 0; n < COUNT(streams[i].events) && streams[i].events[n] != NULL; n++)
      feed(&reader, streams[i].events[n]);
    responses_read_end(&reader);
    if (!CHECK_EQUAL(buf_str(&seen), json_text(&arena, streams[i].want)))
      printf("  in stream %d\n", (int)i);
    CHECK(reader.over && reader.finished != reader.failed);
    CHECK_INT(troubles, reader.failed);
    responses_reader_close(&reader);
    arena_drop(&arena);
  }
}

static void test_whole(void) {
  static const struct {
    const char *body, *want;
  } cases[] = {
      {"{'id':'r','model':'m','object':'response','status':'completed','error':null,'output':"
       "[" THOUGHT("t") "," MESSAGE("Hi") "," CALLED("c", "{}") "],'usage':{'input_tokens':5,"
                                                                "'output_tokens':6}}",
       " begin:rm think:t sealed: | text:Hi call:0cf args:0{} finish:1 usage:5,0,6,0,11,"},
      {"{'output':[]}", " finish:0"},
      {"{'status':'incomplete','output':[" MESSAGE("H") "]}", " text:H finish:2"},
      {"{'status':'failed','error':{'code':'x','message':'m'},'output':[]}", " trouble:x"},
      {"{'status':'failed','error':null,'output':[]}", " trouble:upstream_error"},
      {"{'status':'queued','output':[]}", " trouble:upstream_error"},
      {"{'status':7,'output':[]}", " trouble:upstream_error"},
      {"{'output':{}}", " trouble:upstream_error"},
      {"{}", " trouble:upstream_error"},
      {"[]", " trouble:upstream_error"},
      {"", " trouble:upstream_error"},
      {"{'output':[1,null,'x',[],{},{'type':'message'},{'type':'message','content':7},{'type':"
       "'reasoning','summary':'x','content':null},{'type':'web_search_call'}]}",
       " |! sealed: finish:0"},
      {"{'output':[{'type':'function_call'}]}", " trouble:upstream_error"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct responses_reader reader;
    start(&reader);
    responses_read_whole(&reader, json_text(&arena, cases[i].body));
    if (!CHECK_EQUAL(buf_str(&seen), json_text(&arena, cases[i].want)))
      printf("  in body %d\n", (int)i);
    responses_reader_close(&reader);
    arena_drop(&arena);
  }
}

/* Other events than the API's are not looked into. */
static void test_names(void) {
  static const struct {
    struct str name;
    const char *want;
  } cases[] = {
      {STR_INIT("ping"), ""},
      {STR_INIT("keepalive"), ""},
      {STR_INIT("message"), " trouble:upstream_error"},
      {STR_INIT("response.x"), " trouble:upstream_error"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct responses_reader reader;
    struct sse_event ev = {.name = cases[i].name, .data = STR("ping")};
    start(&reader);
    responses_read_event(&reader, &ev);
    CHECK_EQUAL(buf_str(&seen), json_text(&arena, cases[i].want));
    responses_reader_close(&reader);
    arena_drop(&arena);
  }
}

/* |n| items of a kind, as done events and then in the response. */
static void read_many(int n, const char *item) {
  struct responses_reader reader;
  struct buf all;
  start(&reader);
  buf_init(&all, &arena, 64 * MIB);
  buf_put(&all, STR("{'type':'response.completed','response':{'output':["));
  for (int i = 0; i < n; i++) {
    char event[200];
    snprintf(event, sizeof event, "{" R "output_item.done','output_index':%d,'item':%s}", i, item);
    feed(&reader, event);
    buf_put(&all, str_of(",", i > 0));
    buf_put(&all, str_of(item, strlen(item)));
  }
  buf_put(&all, STR("]}}"));
  buf_put_byte(&all, 0);
  feed(&reader, all.p);
  responses_read_end(&reader);
  responses_reader_close(&reader);
}

static void test_many(void) {
  read_many(OUTPUT_ITEMS_MAX, CALLED("c", ""));
  CHECK(str_ends(buf_str(&seen), STR(" call:511cf finish:1")));
  arena_drop(&arena);
  read_many(OUTPUT_ITEMS_MAX + 1, CALLED("c", ""));
  CHECK(str_ends(buf_str(&seen), STR(" call:511cf trouble:answer_too_large")));
  arena_drop(&arena);
  read_many(10000, MESSAGE("x"));
  CHECK(str_ends(buf_str(&seen), STR("x trouble:answer_too_large")));
  arena_drop(&arena);
  read_many(10000, MESSAGE(""));
  CHECK(str_ends(buf_str(&seen), STR(" trouble:answer_too_large")));
  arena_drop(&arena);
}

/* Any taking refused: all of it, or trouble that says why. */
static void test_memory(void) {
  bool whole = false;
  for (size_t n = 1; !whole; n++) {
    struct responses_reader reader;
    struct str events[] = {
        json_text(&arena, CREATED), json_text(&arena, DELTA("reasoning_summary_text", 0, "t\\n")),
        json_text(&arena, DELTA("output_text", 1, "a\\n")),
        json_text(&arena, ADDED(2, CALLED("c\\n", ""))),
        json_text(&arena, END(THOUGHT("t\\n") "," NOTED "," CALLED("c\\n", "\\n")))};
    struct arena own = {NULL};
    start(&reader);
    reader.arena = &own;
    CHECK(buf_room(&seen, 4 * KIB) != NULL); /* its memory is not what is refused */
    arena_refuse(n, true);
    for (size_t i = 0; i < COUNT(events); i++) {
      struct sse_event ev = {.name = STR_NONE, .data = events[i]};
      responses_read_event(&reader, &ev);
    }
    arena_refuse(0, false);
    responses_read_end(&reader);
    whole = !reader.failed;
    if (whole)
      CHECK_EQUAL(
          buf_str(&seen),
          json_text(
              &arena,
              " begin:r1m think:t\n | text:a\n call:0c\nf cite:{'a':1}{'a':2} args:0\n finish:1"));
    else
      CHECK(str_ends(buf_str(&seen), STR("trouble:server_is_overloaded")));
    CHECK_INT(troubles, !whole);
    responses_reader_close(&reader);
    arena_drop(&own);
    arena_drop(&arena);
    CHECK(n < 100);
  }
}

int main(void) {
  test_streams();
  test_whole();
  test_names();
  test_many();
  test_memory();
  return unit_done();
}
