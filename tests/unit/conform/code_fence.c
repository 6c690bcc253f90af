/* code_fence.c -- tests of wasm/conform/code_fence.c. */
#include "conform/code_fence.h"

#include "limits.h"
#include "unit/unit.h"

#define S40 "                                        "

static const struct {
  struct str text, json;
} cases[] = {
    {STR_INIT("```json\n{\"a\":1}\n```"), STR_INIT("{\"a\":1}")},
    {STR_INIT("```\n[1]\n```\n"), STR_INIT("[1]")},
    {STR_INIT(" \n```json \r\n{}\r\n``` \n\n"), STR_INIT("{}")},
    {STR_INIT("```JSON\n{}```"), STR_INIT("{}")},
    {STR_INIT("```{\"a\":1}```"), STR_INIT("{\"a\":1}")},
    {STR_INIT("```json{}\n```"), STR_INIT("{}")},
    {STR_INIT("```json\n\n{\n  \"a\": 1\n}\n\n```\n"), STR_INIT("\n{\n  \"a\": 1\n}")},
    {STR_INIT("```json\n{\"a\":\"```\"}\n```"), STR_INIT("{\"a\":\"```\"}")},
    {STR_INIT("```json\n{\"a\":\"`` ` ``` x ````y\"}\n```"),
     STR_INIT("{\"a\":\"`` ` ``` x ````y\"}")},
    {STR_INIT("```json\n{}\n```\nThat is it.\n```\nx"), STR_INIT("{}")},
    {STR_INIT("```json\n{}"), STR_INIT("{}")},
    {STR_INIT("```json\n{\"a\":\"`"), STR_INIT("{\"a\":\"`")},
    {STR_INIT("```json\n```"), STR_INIT("")},
    {STR_INIT("```json\n{}" S40 S40 "\n```"), STR_INIT("{}" S40 "                        ")},
    /* no fence */
    {STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"a\":1}"), STR_INIT("{\"a\":1}")},
    {STR_INIT(" \n {\"a\":\"```\"}\n "), STR_INIT(" \n {\"a\":\"```\"}\n ")},
    {STR_INIT("``"), STR_INIT("``")},
    {STR_INIT("```js"), STR_INIT("```js")},
    {STR_INIT("```javascript\nx\n```"), STR_INIT("```javascript\nx\n```")},
    {STR_INIT("```python\nx\n```"), STR_INIT("```python\nx\n```")},
    {STR_INIT("`x`"), STR_INIT("`x`")},
    {STR_INIT("Here:\n```json\n{}\n```"), STR_INIT("Here:\n```json\n{}\n```")},
    {STR_INIT(S40 S40 "```json\n{}\n```"), STR_INIT(S40 S40 "```json\n{}\n```")},
    {STR_INIT("\0```\n"), STR_INIT("\0```\n")},
};

/* A sink that writes down what comes: text as it is, other events as one letter. */
struct notes {
  struct event_sink sink;
  struct buf text;
  int events;
};

static void note(struct event_sink *sink, const struct event *ev) {
  struct notes *n = (struct notes *)sink;
  n->events++;
  if (ev->kind == EVENT_TEXT)
    buf_put(&n->text, ev->text);
  else if (ev->kind != EVENT_FINISH)
    buf_put_byte(&n->text, "BRTFCAXSIYDLUE!"[ev->kind]);
}

static struct arena arena;
static struct notes notes;
static struct code_fence fence;

static void begin(bool active) {
  if (notes.text.arena == NULL)
    buf_init(&notes.text, &arena, MIB);
  buf_reset(&notes.text);
  notes.sink.put = note;
  notes.events = 0;
  code_fence_init(&fence, &notes.sink, active);
}

static void put(enum event_kind kind, struct str text) {
  struct event ev = {.kind = kind, .text = text};
  fence.sink.put(&fence.sink, &ev);
}

static void test_splits(void) {
  for (size_t i = 0; i < COUNT(cases); i++)
    for (size_t one = 0; one <= cases[i].text.n; one++)
      for (size_t two = one; two <= cases[i].text.n; two++) {
        begin(true);
        put(EVENT_TEXT, str_part(cases[i].text, 0, one));
        put(EVENT_TEXT, str_part(cases[i].text, one, two - one));
        put(EVENT_TEXT, str_from(cases[i].text, two));
        put(EVENT_FINISH, STR_NONE);
        CHECK_EQUAL(buf_str(&notes.text), cases[i].json);
      }
}

static void test_bytes(void) {
  for (size_t i = 0; i < COUNT(cases); i++) {
    begin(true);
    for (size_t at = 0; at < cases[i].text.n; at++)
      put(EVENT_TEXT, str_part(cases[i].text, at, 1));
    code_fence_end(&fence);
    CHECK_EQUAL(buf_str(&notes.text), cases[i].json);
  }
}

static void test_inactive(void) {
  for (size_t i = 0; i < COUNT(cases); i++) {
    begin(false);
    put(EVENT_TEXT, cases[i].text);
    CHECK_EQUAL(buf_str(&notes.text), cases[i].text);
  }
}

static void test_delay(void) {
  begin(true);
  put(EVENT_TEXT, STR("{\"a\":"));
  CHECK_STR(buf_str(&notes.text), "{\"a\":");
  CHECK_INT(notes.events, 1);
  put(EVENT_TEXT, STR("1}\n"));
  CHECK_STR(buf_str(&notes.text), "{\"a\":1}\n");
  begin(true);
  put(EVENT_TEXT, STR("```json\n{\"a\":"));
  CHECK_STR(buf_str(&notes.text), "{\"a\":");
  put(EVENT_TEXT, STR("1}\n"));
  CHECK_STR(buf_str(&notes.text), "{\"a\":1}");
  put(EVENT_TEXT, STR("\n"));
  CHECK_STR(buf_str(&notes.text), "{\"a\":1}");
}

static void test_order(void) {
  begin(true);
  put(EVENT_BEGIN, STR_NONE);
  put(EVENT_TEXT, STR("``"));
  put(EVENT_USAGE, STR_NONE);
  put(EVENT_REASONING, STR("x"));
  put(EVENT_TEXT, STR("`\n{} `"));
  put(EVENT_CALL, STR_NONE);
  put(EVENT_TEXT, STR("x"));
  put(EVENT_TEXT, STR("``` "));
  put(EVENT_TROUBLE, STR_NONE);
  CHECK_STR(buf_str(&notes.text), "BUR{} `Cx!");
}

int main(void) {
  test_splits();
  test_bytes();
  test_inactive();
  test_delay();
  test_order();
  arena_drop(&arena);
  return unit_done();
}
