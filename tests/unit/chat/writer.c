/* writer.c -- tests of wasm/chat/writer.c. */
#include "chat/writer.h"

#include <string.h>

#include "chat/request.h"
#include "limits.h"
#include "unit/json_text.h"
#include "unit/unit.h"

static struct arena arena;
static struct id_source ids;
static struct request request;
static struct chat_writer writer;
static struct buf out;

#define FUNCTION(name) "{'type':'function','function':{'name':'" name "'}}"

/* A client with a function and a custom tool, as the upstream was told them. */
static void start(bool stream, bool usage, struct arena *where) {
  static struct json json;
  static struct failure failure;
  size_t at;
  id_init(&ids, 1);
  request_init(&request, &arena);
  CHECK(
      json_parse(&json, &arena,
                 json_text(&arena, "{'messages':[{'role':'user','content':'x'}],'tools':[" FUNCTION(
                                       "my f") ",{'type':'custom','custom':{'name':'patch'}}]}"),
                 &at) == 0);
  CHECK(chat_request_read(&request, json_root(&json), &failure) == 0);
  request.tools->wire = STR("my_f");
  request.tools->next->wire = STR("patch");
  request.stream = stream;
  request.include_usage = usage;
  buf_init(&out, &arena, 64 * MIB);
  CHECK(buf_room(&out, 16 * KIB) != NULL); /* its memory is not what is refused */
  chat_writer_init(&writer, &out, where, &ids, &request, STR("m"), 7000);
}

static void put(struct event ev) {
  writer.reply.sink.put(&writer.reply.sink, &ev);
}

#define S(literal) STR_INIT(literal)

struct script {
  bool usage;
  const char *chunks; /* what differs from one to the next, one a line */
  const char *whole;  /* of "choices" on */
  struct event events[9];
};

#define FIRST "{'role':'assistant','content':''}"
#define FIRST_CALL "{'role':'assistant','content':null}"
#define BODY(message, finish)                                                                      \
  "[{'index':0,'message':{'role':'assistant'," message                                             \
  "},'logprobs':null,'finish_reason':'" finish "'}]}"

static const struct script scripts[] = {
    {false,
     FIRST "\n{'content':'Hi'}\n{'content':' \\'you\\''}\n!stop\n",
     BODY("'content':'Hi \\'you\\'','refusal':null", "stop"),
     {{.kind = EVENT_TEXT, .text = S("Hi")}, {.kind = EVENT_TEXT, .text = S(" \"you\"")}}},
    {false, FIRST "\n!stop\n", BODY("'content':null,'refusal':null", "stop"), {{.kind = 0}}},
    {false,
     FIRST "\n{'reasoning_content':'Hm'}\n{'refusal':'No'}\n!content_filter\n",
     BODY("'reasoning_content':'Hm','content':null,'refusal':'No'", "content_filter"),
     {{.kind = EVENT_REASONING, .text = S("Hm")},
      {.kind = EVENT_REFUSAL, .text = S("No")},
      {.kind = EVENT_FINISH, .finish = FINISH_FILTER}}},
    {true,
     FIRST "\n{'content':'a'}\n!length\n+{'prompt_tokens':1,'completion_tokens':2,'total_tokens'"
           ":3,'prompt_tokens_details':{'cached_tokens':4},'completion_tokens_details':{"
           "'reasoning_tokens':5}}\n",
     "[{'index':0,'message':{'role':'assistant','content':'a','refusal':null},'logprobs':null,"
     "'finish_reason':'length'}],'usage':{'prompt_tokens':1,'completion_tokens':2,'total_tokens':3,"
     "'prompt_tokens_details':{'cached_tokens':4},'completion_tokens_details':{'reasoning_tokens':"
     "5}}}",
     {{.kind = EVENT_TEXT, .text = S("a")},
      {.kind = EVENT_FINISH, .finish = FINISH_LENGTH},
      {.kind = EVENT_USAGE, .usage = {true, 1, 4, 0, 2, 5, 3}}}},
    {true,
     FIRST "\n{'content':'a'}\n!stop\n",
     BODY("'content':'a','refusal':null", "stop"),
     {{.kind = EVENT_TEXT, .text = S("a")}}},
    /* calls: under the client's name; a custom tool's input wrapped and not */
    {false,
     FIRST_CALL
     "\n{'tool_calls':[{'index':0,'id':'c1','type':'function','function':{'name':'my f',"
     "'arguments':''}}]}\n"
     "{'tool_calls':[{'index':0,'function':{'arguments':'{'}}]}\n"
     "{'tool_calls':[{'index':1,'id':'c2','type':'custom','custom':{'name':'patch','input':''}}]}\n"
     "{'tool_calls':[{'index':0,'function':{'arguments':'}'}}]}\n"
     "{'tool_calls':[{'index':1,'custom':{'input':'a'}}]}\n"
     "{'tool_calls':[{'index':1,'custom':{'input':'\\nb'}}]}\n!tool_calls\n",
     BODY("'content':null,'refusal':null,'tool_calls':[{'id':'c1','type':'function','function':{"
          "'name':'my f','arguments':'{}'}},{'id':'c2','type':'custom','custom':{'name':'patch',"
          "'input':'a\\nb'}}]",
          "tool_calls"),
     {{.kind = EVENT_CALL, .id = S("c1"), .name = S("my_f")},
      {.kind = EVENT_ARGUMENTS, .text = S("{")},
      {.kind = EVENT_CALL, .call = 1, .id = S("c2"), .name = S("patch")},
      {.kind = EVENT_ARGUMENTS, .call = 1, .text = S("{\"input\":")},
      {.kind = EVENT_ARGUMENTS, .text = S("}")},
      {.kind = EVENT_ARGUMENTS, .call = 1, .text = S("\"a\\")},
      {.kind = EVENT_ARGUMENTS, .call = 1, .text = S("nb\"}")},
      {.kind = EVENT_ARGUMENTS, .call = 9, .text = S("of nobody")}}},
    {false,
     FIRST_CALL
     "\n{'tool_calls':[{'index':0,'id':'c','type':'custom','custom':{'name':'patch','input':''}}]}"
     "\n"
     "{'tool_calls':[{'index':0,'custom':{'input':'{\\'input\\':\\'x\\'}'}}]}\n!tool_calls\n",
     BODY("'content':null,'refusal':null,'tool_calls':[{'id':'c','type':'custom','custom':{'name':"
          "'patch','input':'{\\'input\\':\\'x\\'}'}}]",
          "tool_calls"),
     {{.kind = EVENT_CALL, .id = S("c"), .name = S("patch"), .raw = true},
      {.kind = EVENT_ARGUMENTS, .text = S("{\"input\":\"x\"}")},
      {.kind = EVENT_FINISH, .finish = FINISH_STOP}}},
    /* wrapped, but not as it should be: as it came */
    {false,
     FIRST_CALL "\n{'tool_calls':[{'index':0,'id':'c','type':'custom','custom':{'name':'patch','"
                "input':''}}]}\n"
                "{'tool_calls':[{'index':0,'custom':{'input':'*** Begin'}}]}\n!tool_calls\n",
     BODY("'content':null,'refusal':null,'tool_calls':[{'id':'c','type':'custom','custom':{'name':"
          "'patch','input':'*** Begin'}}]",
          "tool_calls"),
     {{.kind = EVENT_CALL, .id = S("c"), .name = S("patch")},
      {.kind = EVENT_ARGUMENTS, .text = S("*** Begin")}}},
    /* a call without an id, of an unknown tool */
    {false,
     FIRST_CALL "\n{'tool_calls':[{'index':0,'id':'call_e55523bfee2a398fb09c24ee09681c17','type':"
                "'function','function':{'name':'x','arguments':''}}]}\n!tool_calls\n",
     BODY("'content':null,'refusal':null,'tool_calls':[{'id':"
          "'call_e55523bfee2a398fb09c24ee09681c17','type':'function','function':{'name':'x',"
          "'arguments':''}}]",
          "tool_calls"),
     {{.kind = EVENT_CALL, .name = S("x")}}},
    /* citations */
    {false,
     FIRST "\n{'content':'a'}\n{'annotations':[{'type':'url_citation','url_citation':{'url':'u',"
           "'start_index':1}}]}\n!stop\n",
     BODY("'content':'a','refusal':null,'annotations':[{'type':'url_citation','url_citation':{"
          "'url':'u','start_index':1}}]",
          "stop"),
     {{.kind = EVENT_TEXT, .text = S("a")},
      {.kind = EVENT_CITATION,
       .text = S("{\"url\":\"u\",\"type\":\"url_citation\",\"start_index\":1}")},
      {.kind = EVENT_CITATION, .text = S("{\"type\":7}")},
      {.kind = EVENT_CITATION, .text = S("[")}}},
};

static struct str after(struct str s, struct str what) {
  size_t at = str_find(s, what);
  return CHECK(at != STR_NOWHERE) ? str_from(s, at + what.n) : STR_NONE;
}

/* The frames as lines: a delta, "!" and a finish_reason, "+" and a usage. */
static struct str digest(struct str frames) {
  static struct buf lines;
  struct str line;
  buf_init(&lines, &arena, 64 * MIB);
  while (str_cut(&frames, '\n', &line)) {
    struct str choices = STR_NONE, last = STR("],\"usage\":null}");
    if (line.n == 0 || str_equal(line, STR("data: [DONE]")))
      continue;
    CHECK(str_starts(line, STR("data: {\"id\":\"chatcmpl-")));
    CHECK(str_find(line,
                   STR("\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"up\",")) !=
          STR_NOWHERE);
    choices = after(line, STR("\"choices\":["));
    if (str_starts(choices, STR("]"))) {
      buf_put_byte(&lines, '+');
      buf_put(&lines, str_part(after(choices, STR("\"usage\":")), 0,
                               after(choices, STR("\"usage\":")).n - 1));
    } else {
      CHECK(str_ends(choices, request.include_usage ? last : STR("}]}")));
      struct str delta = after(choices, STR("{\"index\":0,\"delta\":"));
      size_t end = str_find(delta, STR(",\"finish_reason\":"));
      struct str reason = str_from(delta, end + 17);
      if (str_starts(reason, STR("null"))) {
        buf_put(&lines, str_part(delta, 0, end));
      } else {
        CHECK_EQUAL(str_part(delta, 0, end), STR("{}"));
        buf_put_byte(&lines, '!');
        buf_put(&lines, str_part(reason, 1, str_find_byte(str_from(reason, 1), '"')));
      }
    }
    buf_put_byte(&lines, '\n');
  }
  return buf_str(&lines);
}

static void play(const struct script *s) {
  put((struct event){.kind = EVENT_BEGIN, .id = STR("theirs"), .model = STR("up")});
  for (size_t i = 0; i < COUNT(s->events) && s->events[i].kind != 0; i++)
    put(s->events[i]);
  chat_writer_close(&writer, 9000);
  chat_writer_close(&writer, 9000);
}

static void test_scripts(void) {
  for (size_t i = 0; i < COUNT(scripts); i++) {
    start(true, scripts[i].usage, &arena);
    play(&scripts[i]);
    bool good = CHECK_EQUAL(digest(buf_str(&out)), json_text(&arena, scripts[i].chunks));
    good &= CHECK(str_ends(buf_str(&out), STR("}\n\ndata: [DONE]\n\n")));
    CHECK_INT(chat_writer_error(&writer), 0);
    start(false, scripts[i].usage, &arena);
    play(&scripts[i]);
    good &= CHECK_EQUAL(after(buf_str(&out), STR("\"created\":7,\"model\":\"up\",\"choices\":")),
                        json_text(&arena, scripts[i].whole));
    good &= CHECK(str_starts(buf_str(&out), STR("{\"id\":\"chatcmpl-")));
    if (!good)
      printf("  in script %d\n", (int)i);
    arena_drop(&arena);
  }
}

static void test_fail(void) {
  const struct failure f = {502, STR_INIT("t"), STR_INIT("c"), STR_INIT("p"), STR_INIT("m")};
  for (int stream = 0; stream < 2; stream++) {
    start(stream, true, &arena);
    put((struct event){.kind = EVENT_TEXT, .text = STR("a")});
    chat_writer_fail(&writer, &f);
    chat_writer_fail(&writer, &f);
    chat_writer_close(&writer, 0);
    put((struct event){.kind = EVENT_TEXT, .text = STR("late")});
    const char *error = "{'error':{'message':'m','type':'t','param':'p','code':'c'}}";
    struct str want = json_text(&arena, error);
    if (!stream) {
      CHECK_EQUAL(buf_str(&out), want);
    } else {
      struct str rest = after(buf_str(&out), STR("{\"content\":\"a\"}"));
      rest = after(rest, STR("\n\ndata: "));
      CHECK(str_starts(rest, want));
      CHECK_STR(str_from(rest, want.n), "\n\ndata: [DONE]\n\n");
    }
    arena_drop(&arena);
  }
}

static void test_limits(void) {
  for (int stream = 0; stream < 2; stream++) {
    start(stream, false, &arena);
    for (uint32_t i = 0; i < 10000; i++) {
      if (i == OUTPUT_ITEMS_MAX)
        CHECK_INT(chat_writer_error(&writer), 0);
      put((struct event){.kind = EVENT_CALL, .call = i, .name = STR("f")});
    }
    CHECK_INT(chat_writer_error(&writer), ERR_LIMIT);
    CHECK_INT(writer.call_count, OUTPUT_ITEMS_MAX);
    arena_drop(&arena);
  }
  static char text[MIB];
  memset(text, 'x', sizeof text);
  start(false, false, &arena);
  for (size_t n = 0; n < OUTPUT_MAX; n += sizeof text)
    put((struct event){.kind = n % (2 * MIB) ? EVENT_TEXT : EVENT_REASONING,
                       .text = str_of(text, sizeof text)});
  CHECK_INT(chat_writer_error(&writer), 0);
  put((struct event){.kind = EVENT_TEXT, .text = STR("x")});
  CHECK_INT(chat_writer_error(&writer), ERR_LIMIT);
  arena_drop(&arena);
}

/* Any taking refused: all of it, or an error. */
static void test_memory(void) {
  for (int stream = 0; stream < 2; stream++) {
    for (size_t i = 0; i < COUNT(scripts); i++) {
      int error = ERR_MEMORY;
      for (size_t n = 1; error != 0; n++) {
        struct arena own = {NULL};
        arena_refuse(0, false);
        start(stream, scripts[i].usage, &own);
        arena_refuse(n, true);
        chat_writer_init(&writer, &out, &own, &ids, &request, STR("m"), 7000);
        play(&scripts[i]);
        arena_refuse(0, false);
        error = chat_writer_error(&writer);
        CHECK(error == 0 || error == ERR_MEMORY);
        if (error == 0 && !stream && i != 8)
          CHECK_EQUAL(after(buf_str(&out), STR("\"choices\":")),
                      json_text(&arena, scripts[i].whole));
        arena_drop(&own);
        arena_drop(&arena);
        CHECK(n < 100);
      }
    }
  }
}

int main(void) {
  test_scripts();
  test_fail();
  test_limits();
  test_memory();
  return unit_done();
}
