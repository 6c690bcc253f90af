/* constraint.c -- tests of wasm/conform/constraint.c: JSON that is passed on as it comes. */
#include "conform/constraint.h"

#include "limits.h"
#include "unit/unit.h"

static struct arena arena;
static struct buf passed;
static struct constraint constraint;

static void note(struct event_sink *sink, const struct event *ev) {
  (void)sink;
  if (ev->kind == EVENT_TEXT)
    buf_put(&passed, ev->text);
}

static void begin(struct str schema) {
  static struct event_sink sink = {note};
  static struct chat_rules rules;
  static struct request request;
  struct chat_target target = {.rules = &rules};
  request = (struct request){.format = FORMAT_JSON_SCHEMA, .schema = schema};
  arena_drop(&arena);
  buf_init(&passed, &arena, OUTPUT_MAX);
  constraint_init(&constraint, &arena, &request, &target, &sink);
  constraint.early = true;
}

static void put(struct str text) {
  struct event ev = {.kind = EVENT_TEXT, .text = text};
  constraint.sink.put(&constraint.sink, &ev);
}

static void finish(void) {
  struct event ev = {.kind = EVENT_FINISH, .finish = FINISH_STOP};
  constraint.sink.put(&constraint.sink, &ev);
}

#define ROWS "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"a\"]}}"

/* What is held back is never more than a part of what has come. */
static void test_delay(void) {
  static const struct str row = STR_INIT("{\"a\":1234,\"b\":[true,null]},");
  size_t came = 1, late = 0;
  begin(STR(ROWS));
  put(STR("["));
  for (int i = 0; i < 5000; i++) {
    for (size_t n = 0; n < row.n; n += 4) {
      put(str_part(row, n, 4));
      came += str_part(row, n, 4).n;
      late += came - passed.n > came / CONSTRAINT_PART + 2 * row.n;
    }
  }
  CHECK_INT(late, 0);
  put(STR("{\"a\":1}] done"));
  finish();
  CHECK(!constraint.violated);
  CHECK_INT(passed.n, came + 8);
}

/* A string needs no check while it comes. */
static void test_string(void) {
  begin(STR("{\"type\":\"object\"}"));
  put(STR("{\"a\":\"b"));
  for (int i = 0; i < 1000; i++) {
    put(STR("\xE4\xBD\xA0, "));
    CHECK_INT(passed.n, 7 + 5 * (i + 1));
  }
  put(STR("\"}"));
  finish();
  CHECK_INT(passed.n, 5009);
}

/* Prose with many brackets is no reason to try them all. */
static void test_tries(void) {
  begin(STR(ROWS));
  for (int i = 0; i < CONSTRAINT_TRIES_MAX; i++)
    put(STR("{} no "));
  put(STR("[{\"a\":1},"));
  CHECK_INT(passed.n, 0);
  put(STR("{\"a\":2}]"));
  CHECK_INT(passed.n, 0);
}

/* Nothing wrong is passed on, and after a part of it was, nothing behind its end. */
static void test_violated(void) {
  begin(STR(ROWS));
  put(STR("[{\"b\":1}"));
  CHECK_INT(passed.n, 0);
  put(STR(",{\"a\":1}]"));
  finish();
  CHECK(constraint.violated && passed.n == 0 && constraint.passed == 0);
  begin(STR(ROWS));
  put(STR("[{\"a\":1},"));
  CHECK_STR(buf_str(&passed), "[{\"a\":1}");
  put(STR("7] [{\"a\":1}]"));
  finish();
  CHECK(constraint.violated && constraint.passed > 0);
  CHECK_STR(buf_str(&passed), "[{\"a\":1}");
  CHECK_STR(buf_str(&constraint.faults), "$[1]: expected an object\n");
}

/* Where a tool has to be called, text may be in vain. */
static void test_call(void) {
  struct event call = {.kind = EVENT_CALL};
  begin(STR(ROWS));
  constraint.call = true;
  put(STR("[{\"a\":1},"));
  CHECK_INT(passed.n, 0);
  constraint.sink.put(&constraint.sink, &call);
  CHECK_STR(buf_str(&passed), "[{\"a\":1},");
}

int main(void) {
  test_delay();
  test_string();
  test_tries();
  test_violated();
  test_call();
  arena_drop(&arena);
  return unit_done();
}
