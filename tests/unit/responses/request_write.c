/* request_write.c -- tests of wasm/responses/request_write.c. */
#include <string.h>

#include "chat/request.h"
#include "limits.h"
#include "responses/request.h"
#include "unit/json_text.h"
#include "unit/unit.h"

static struct arena arena;

/* |members| is what the request has beside one user's message, or with an "@"
 * in front, all of it. */
struct row {
  const char *members, *want, *lossy;
  const char *model;
};

#define HI "'messages':[{'role':'user','content':'hi'}]"
#define SAID                                                                                       \
  "'input':[{'type':'message','role':'user','content':[{'type':'input_text','text':'hi'}]}]"
#define TOOL                                                                                       \
  "'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'}"
#define TOLD "'type':'function','name':'f','description':'d','parameters':{'type':'object'}"
#define AUTO ",'tool_choice':'auto'"
#define BARE "{'type':'object','properties':{}}"

static const struct row rows[] = {
    {"", SAID ",'store':false", "", NULL},
    {",'stream':true,'stream_options':{'include_usage':true}", SAID ",'stream':true,'store':false",
     "", NULL},
    /* roles and parts */
    {"@'messages':[{'role':'system','content':'s'},{'role':'developer','content':[{'type':'text',"
     "'text':'d'}]},{'role':'user','content':[{'type':'text','text':'t'},{'type':'image_url',"
     "'image_url':{'url':'u','detail':'low'}},{'type':'image_url','image_url':{'url':'v'}},{'type':"
     "'file','file':{'file_data':'data:x','filename':'n'}},{'type':'file','file':{'file_id':'i'}},"
     "{'type':'file','file':{'file_data':'https://h'}}]}]",
     "'input':[{'type':'message','role':'system','content':[{'type':'input_text','text':'s'}]},"
     "{'type':'message','role':'developer','content':[{'type':'input_text','text':'d'}]},"
     "{'type':'message','role':'user','content':[{'type':'input_text','text':'t'},{'type':"
     "'input_image','image_url':'u','detail':'low'},{'type':'input_image','image_url':'v'},{'type':"
     "'input_file','file_data':'data:x','filename':'n'},{'type':'input_file','file_id':'i'},"
     "{'type':'input_file','file_url':'https://h'}]}],'store':false",
     "", NULL},
    {"@'messages':[{'role':'user','content':[{'type':'input_audio','input_audio':{'data':'x'}},"
     "{'type':'video_url','video_url':{'url':'x'}},{'type':'refusal','refusal':'r'}]}]",
     "'input':[{'type':'message','role':'user','content':[{'type':'input_text','text':'[here was "
     "an input_audio, which this model cannot take]'},{'type':'input_text','text':'[here was an "
     "input_video, which this model cannot take]'},{'type':'input_text','text':'r'}]}],"
     "'store':false",
     "input_audio, input_video", NULL},
    {"@'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'u'}},{'type':"
     "'image_url','image_url':{'url':'u'}}]}]",
     "'input':[{'type':'message','role':'user','content':[{'type':'input_text','text':'[here was "
     "an input_image, which this model cannot take]'},{'type':'input_text','text':'[here was an "
     "input_image, which this model cannot take]'}]}],'store':false",
     "input_image", "gpt-3.5-turbo"},
    /* the assistant's turn, and results */
    {"@'messages':[{'role':'user','content':'q'},{'role':'assistant','content':'','tool_calls':[{"
     "'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},{'id':'c2','type':"
     "'custom','custom':{'name':'p','input':'raw'}},{'id':'c3','type':'function','function':{"
     "'name':'f'}}]},{'role':'tool','tool_call_id':'c1','content':'one'},{'role':'tool',"
     "'tool_call_id':'c2','content':[{'type':'text','text':'two'}]},{'role':'tool','tool_call_id':"
     "'c3','content':[{'type':'text','text':'a'},{'type':'image_url','image_url':{'url':'u'}}]},"
     "{'role':'assistant','content':'fine','reasoning_content':'hm'},{'role':'assistant','content':"
     "[{'type':'refusal','refusal':'no'}]},{'role':'tool','tool_call_id':'c2','content':null}]",
     "'input':[{'type':'message','role':'user','content':[{'type':'input_text','text':'q'}]},"
     "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},{'type':"
     "'custom_tool_call','call_id':'c2','name':'p','input':'raw'},{'type':'function_call',"
     "'call_id':'c3','name':'f','arguments':'{}'},{'type':'function_call_output','call_id':'c1',"
     "'output':'one'},{'type':'custom_tool_call_output','call_id':'c2','output':'two'},{'type':"
     "'function_call_output','call_id':'c3','output':[{'type':'input_text','text':'a'},{'type':"
     "'input_image','image_url':'u'}]},{'type':'message','role':'assistant','content':[{'type':"
     "'output_text','text':'fine'}]},{'type':'message','role':'assistant','content':[{'type':"
     "'refusal','refusal':'no'}]}],'store':false",
     "reasoning_content, function_call_output", NULL},
    /* tools */
    {",'tools':[{" TOOL "}}]", SAID ",'tools':[{" TOLD ",'strict':false}]" AUTO ",'store':false",
     "", NULL},
    {",'tools':[{" TOOL ",'strict':true}},{'type':'function','function':{'name':'g'}}],"
     "'tool_choice':'required','parallel_tool_calls':false",
     SAID ",'tools':[{" TOLD ",'strict':true},{'type':'function','name':'g','parameters':" BARE
          ",'strict':false}],'tool_choice':'required','parallel_tool_calls':false,'store':false",
     "", NULL},
    {",'tools':[{'type':'custom','custom':{'name':'p','description':'d','format':{'type':'grammar',"
     "'grammar':{'syntax':'lark','definition':'start'}}}},{'type':'custom','custom':{'name':'q'}},"
     "{'type':'web_search','x':1}],'tool_choice':{'type':'custom','custom':{'name':'q'}}",
     SAID ",'tools':[{'type':'custom','name':'p','description':'d','format':{'type':'grammar',"
          "'syntax':'lark','definition':'start'}},{'type':'custom','name':'q'},{'type':"
          "'web_search','x':1}],'tool_choice':{'type':'custom','name':'q'},'store':false",
     "", NULL},
    {",'tools':[{" TOOL "}}],'tool_choice':{'type':'function','function':{'name':'f'}}",
     SAID ",'tools':[{" TOLD ",'strict':false}],'tool_choice':{'type':'function','name':'f'},"
          "'store':false",
     "", NULL},
    {",'tools':[{" TOOL "}}],'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':"
     "'required','tools':[{'type':'function','function':{'name':'f'}},{'type':'x'},7]}}",
     SAID ",'tools':[{" TOLD ",'strict':false}],'tool_choice':{'type':'allowed_tools','mode':"
          "'required','tools':[{'type':'function','name':'f'},{'type':'x'},7]},'store':false",
     "", NULL},
    {",'tools':[{" TOOL "}}],'tool_choice':'none'",
     SAID ",'tools':[{" TOLD ",'strict':false}],'tool_choice':'none','store':false", "", NULL},
    {",'tools':[],'tool_choice':'none','parallel_tool_calls':true", SAID ",'store':false", "",
     NULL},
    /* format */
    {",'response_format':{'type':'json_object'},'verbosity':'low'",
     SAID ",'text':{'format':{'type':'json_object'},'verbosity':'low'},'store':false", "", NULL},
    {",'response_format':{'type':'json_schema','json_schema':{'strict':true,'name':'n',"
     "'description':'d','schema':{'a':1}}}",
     SAID ",'text':{'format':{'type':'json_schema','name':'n','schema':{'a':1},'description':'d',"
          "'strict':true}},'store':false",
     "", NULL},
    {",'response_format':{'type':'json_schema','json_schema':{'schema':{}}}",
     SAID ",'text':{'format':{'type':'json_schema','name':'answer','schema':{}}},'store':false", "",
     NULL},
    {",'verbosity':'high','response_format':{'type':'text'}",
     SAID ",'text':{'verbosity':'high'},'store':false", "", NULL},
    /* numbers and words */
    {",'max_tokens':100,'temperature':0.50,'top_p':1.0,'reasoning_effort':'low','user':'me'",
     SAID ",'reasoning':{'effort':'low'},'max_output_tokens':100,'temperature':0.50,'top_p':1.0,"
          "'safety_identifier':'me','store':false",
     "", "my-model"},
    {",'temperature':0.50,'top_p':1.0,'reasoning_effort':'low'",
     SAID ",'reasoning':{'effort':'low'},'store':false", "temperature, top_p", NULL},
    {",'temperature':0.50,'reasoning_effort':'none'",
     SAID ",'reasoning':{'effort':'none'},'temperature':0.50,'store':false", "", NULL},
    {",'max_completion_tokens':5,'temperature':7",
     SAID ",'max_output_tokens':16,'temperature':2,"
          "'store':false",
     "max_completion_tokens, temperature", "my-model"},
    {",'max_tokens':999999,'reasoning_effort':'high'",
     SAID ",'max_output_tokens':16384,'store':"
          "false",
     "reasoning_effort, max_tokens", "gpt-4o"},
    /* extras */
    {",'store':true,'metadata':{'a':'b'},'service_tier':'flex','prompt_cache_key':'k'",
     SAID ",'store':true,'metadata':{'a':'b'},'service_tier':'flex','prompt_cache_key':'k'", "",
     NULL},
    {",'store':null,'seed':1,'n':2,'logit_bias':{'1':2},'stop':'x','logprobs':true,'top_logprobs':"
     "3,'presence_penalty':0.5,'thinking':{'type':'enabled'},'a\\\"\\r\\n: b':1,'\\u00e9':1",
     SAID ",'store':false,'include':['message.output_text.logprobs'],'top_logprobs':3",
     "stop, seed, n, logit_bias, presence_penalty, thinking, a___r_n__b, _u00e9", NULL},
    {",'seed':null,'n':1,'logit_bias':{},'stop':null,'logprobs':false,'presence_penalty':0.0,"
     "'functions':[]",
     SAID ",'store':false", "", NULL},
};

/* The request out of |text|; 0, or negative when a chat client could not have sent it. */
static int read_row(struct request *r, struct json *json, struct str text) {
  struct failure f = {.status = 0};
  size_t where;
  request_init(r, &arena);
  int err = json_parse(json, &arena, text, &where);
  return err ? err : chat_request_read(r, json_root(json), &f);
}

static struct str body_of(const struct row *row) {
  struct buf text;
  struct str members = json_text(&arena, row->members);
  buf_init(&text, &arena, MIB);
  buf_put_byte(&text, '{');
  if (!str_starts(members, STR("@")))
    buf_put(&text, json_text(&arena, HI));
  buf_put(&text, str_starts(members, STR("@")) ? str_from(members, 1) : members);
  buf_put_byte(&text, '}');
  return buf_str(&text);
}

static int write_for(struct buf *out, struct request *r, const char *model) {
  const struct provider *p = provider_find(STR("openai"));
  struct str name = str_of(model, strlen(model));
  struct responses_target target = {&p->chat, provider_model(p, name), name, 0};
  struct failure f = {.status = 0};
  return responses_request_write(out, r, &target, &f);
}

static void test_rows(void) {
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct request r;
    struct json json, again;
    struct buf out, want;
    size_t where;
    const char *model = rows[i].model ? rows[i].model : "gpt-5.2";
    buf_init(&out, &arena, MIB);
    buf_init(&want, &arena, MIB);
    bool good = CHECK_INT(read_row(&r, &json, body_of(&rows[i])), 0);
    good &= CHECK_INT(write_for(&out, &r, model), 0);
    buf_put(&want, STR("{\"model\":\""));
    buf_put(&want, str_of(model, strlen(model)));
    buf_put(&want, STR("\","));
    buf_put(&want, json_text(&arena, rows[i].want));
    buf_put_byte(&want, '}');
    good &= CHECK_EQUAL(buf_str(&out), buf_str(&want));
    good &= CHECK_EQUAL(buf_str(&r.lossy), json_text(&arena, rows[i].lossy));
    good &= CHECK_INT(json_parse(&again, &arena, buf_str(&out), &where), 0);
    if (!good)
      printf("  in row %d\n", (int)i);
    arena_drop(&arena);
  }
}

/* What is written can be read again. */
static void test_again(void) {
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct request r, back;
    struct json json, again;
    struct buf out;
    struct failure f = {.status = 0};
    size_t where;
    buf_init(&out, &arena, MIB);
    request_init(&back, &arena);
    CHECK_INT(read_row(&r, &json, body_of(&rows[i])), 0);
    CHECK_INT(write_for(&out, &r, "gpt-5.2"), 0);
    CHECK_INT(json_parse(&again, &arena, buf_str(&out), &where), 0);
    CHECK_INT(responses_request_read(&back, json_root(&again), &f), 0);
    CHECK_INT(back.tool_choice, r.tool_choice * (r.tools != NULL));
    CHECK_INT(back.format, r.format);
    CHECK_INT(back.stream, r.stream);
    arena_drop(&arena);
  }
}

/* Every value of every row replaced by values of all types: refused by the
 * reader, or written as JSON. */
static void test_hostile(void) {
  static const char *const values[] = {"null", "{}",  "[]",   "7",    "-1e99",
                                       "''",   "'x'", "true", "[{}]", "{'type':{}}"};
  int written = 0;
  for (size_t i = 0; i < COUNT(rows); i++) {
    size_t length = body_of(&rows[i]).n;
    arena_drop(&arena);
    for (size_t at = 0; at < length; at++) {
      struct str text = body_of(&rows[i]);
      if (text.p[at] != ':') {
        arena_drop(&arena);
        continue;
      }
      for (size_t v = 0; v < COUNT(values); v++) {
        struct json json, again;
        struct request r;
        struct buf out, body;
        struct str value;
        size_t where;
        text = body_of(&rows[i]);
        if (json_parse(&json, &arena, text, &where) < 0)
          break;
        /* the value's end: where the text parses when it is cut out */
        buf_init(&body, &arena, MIB);
        buf_init(&out, &arena, MIB);
        value = json_text(&arena, values[v]);
        for (size_t end = at + 2; end < length; end++) {
          if (text.p[end] != ',' && text.p[end] != '}')
            continue;
          buf_reset(&body);
          buf_put(&body, str_part(text, 0, at + 1));
          buf_put(&body, value);
          buf_put(&body, str_from(text, end));
          if (json_parse(&json, &arena, buf_str(&body), &where) == 0)
            break;
        }
        if (read_row(&r, &json, buf_str(&body)) == 0) {
          written++;
          CHECK_INT(write_for(&out, &r, "gpt-5.2"), 0);
          if (!CHECK_INT(json_parse(&again, &arena, buf_str(&out), &where), 0))
            printf("  of %.*s\n  is %.*s\n", (int)body.n, body.p, (int)out.n, out.p);
        }
        arena_drop(&arena);
      }
    }
  }
  CHECK(written > 100);
}

static void test_many(void) {
  struct buf text, out;
  struct request r;
  struct json json;
  buf_init(&text, &arena, 64 * MIB);
  buf_init(&out, &arena, 64 * MIB);
  struct str call = json_text(&arena, ",{'id':'c','type':'custom','custom':{'name':'f'}}");
  struct str result = json_text(&arena, ",{'role':'tool','tool_call_id':'d','content':'x'}");
  buf_put(&text, json_text(&arena, "{'messages':[{'role':'assistant','tool_calls':["));
  for (int i = 0; i < 10000; i++)
    buf_put(&text, str_from(call, i == 0));
  buf_put(&text, json_text(&arena, "]}"));
  for (int i = 0; i < 10000; i++)
    buf_put(&text, result);
  buf_put(&text, STR("]}"));
  CHECK_INT(read_row(&r, &json, buf_str(&text)), 0);
  CHECK_INT(write_for(&out, &r, "gpt-5.2"), 0);
  arena_drop(&arena);
}

/* Any taking refused: all of it, or the error. */
static void test_memory(void) {
  for (size_t i = 0; i < COUNT(rows); i++) {
    int err = ERR_MEMORY;
    for (size_t n = 1; err != 0; n++) {
      struct request r;
      struct json json;
      struct buf out;
      struct arena own = {NULL};
      CHECK_INT(read_row(&r, &json, body_of(&rows[i])), 0);
      buf_init(&out, &own, MIB);
      arena_refuse(n, true);
      err = write_for(&out, &r, "gpt-5.2");
      arena_refuse(0, false);
      CHECK(err == 0 || err == ERR_MEMORY);
      arena_drop(&own);
      arena_drop(&arena);
      CHECK(n < 100);
    }
  }
}

int main(void) {
  test_rows();
  test_again();
  test_hostile();
  test_many();
  test_memory();
  return unit_done();
}
