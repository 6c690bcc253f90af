/* think_tags.c -- tests of wasm/conform/think_tags.c. */
#include "conform/think_tags.h"

#include "limits.h"
#include "unit/unit.h"

/* What comes out: thoughts in (), text as it is. */
struct sample {
  struct str text, out;
};

/* The same wherever it is cut. */
static const struct sample samples[] = {
    {STR_INIT(""), STR_INIT("")},
    {STR_INIT("Hello"), STR_INIT("Hello")},
    {STR_INIT("<think>a b</think>Hi"), STR_INIT("(a b)Hi")},
    {STR_INIT("\n <think>\nthe thought\n</think>\n\nHi\n"), STR_INIT("(the thought\n)Hi\n")},
    {STR_INIT("<think></think>Hi"), STR_INIT("Hi")},
    {STR_INIT("<think>\n\n</think>\n\nHi"), STR_INIT("Hi")},
    {STR_INIT("<think>cut"), STR_INIT("(cut)")},
    {STR_INIT("<think>cut</thi"), STR_INIT("(cut</thi)")},
    {STR_INIT("<think>a<b></thing><think><|begin_of_box|></think>x"),
     STR_INIT("(a<b></thing><think><|begin_of_box|>)x")},
    {STR_INIT("<think>a</think>x</think>y<think>z"), STR_INIT("(a)x</think>y<think>z")},
    {STR_INIT("</think>\n\nHi"), STR_INIT("Hi")},
    {STR_INIT("\n</think>Hi"), STR_INIT("Hi")},
    {STR_INIT("The answer is <|begin_of_box|>42<|end_of_box|>."), STR_INIT("The answer is 42.")},
    {STR_INIT("<|begin_of_box|>42<|end_of_box|>"), STR_INIT("42")},
    {STR_INIT("<think>a</think><|begin_of_box|>42<|end_of_box|>"), STR_INIT("(a)42")},
    {STR_INIT("<|begin_of_box|><|begin_of_box|>x<|end_of_box|><|end_of_box|>"), STR_INIT("x")},
    {STR_INIT("a<b and <<think> <|begin_of_<|begin_of_box|>x"),
     STR_INIT("a<b and <<think> <|begin_of_x")},
    {STR_INIT("<thin>"), STR_INIT("<thin>")},
    {STR_INIT("<<think>"), STR_INIT("<<think>")},
    {STR_INIT("<"), STR_INIT("<")},
    {STR_INIT("x<|end_of_box"), STR_INIT("x<|end_of_box")},
    {STR_INIT("x</<|end_of_box|>think>"), STR_INIT("x</think>")},
    {STR_INIT(" \n "), STR_INIT(" \n ")},
    {STR_INIT("    code"), STR_INIT("    code")},
    {STR_INIT("                                        <think>x"),
     STR_INIT("                                        <think>x")},
    {STR_INIT("\0<think>"), STR_INIT("\0<think>")},
};

/* In one piece. */
static const struct sample wholes[] = {
    {STR_INIT("a thought</think>\n\nHi</think>"), STR_INIT("(a thought)Hi</think>")},
    {STR_INIT("a <b> thought</think>Hi"), STR_INIT("(a <b> thought)Hi")},
    {STR_INIT("<|begin_of_box|></think>x"), STR_INIT("x")},
};

struct notes {
  struct event_sink sink;
  struct buf text;
  enum event_kind last;
  int events;
};

/* Neighbours of a kind are one. */
static void turn(struct notes *n, enum event_kind kind) {
  if (n->last == EVENT_REASONING && kind != EVENT_REASONING)
    buf_put_byte(&n->text, ')');
  if (n->last != EVENT_REASONING && kind == EVENT_REASONING)
    buf_put_byte(&n->text, '(');
  n->last = kind;
}

static void note(struct event_sink *sink, const struct event *ev) {
  struct notes *n = (struct notes *)sink;
  n->events++;
  if (ev->kind != EVENT_USAGE)
    turn(n, ev->kind);
  buf_put(&n->text, ev->text);
}

static struct arena arena;
static struct notes notes;
static struct think_tags markers;

static void begin(bool active) {
  if (notes.text.arena == NULL)
    buf_init(&notes.text, &arena, MIB);
  buf_reset(&notes.text);
  notes.sink.put = note;
  notes.last = EVENT_BEGIN;
  notes.events = 0;
  think_tags_init(&markers, &notes.sink, active);
}

static void put(enum event_kind kind, struct str text) {
  struct event ev = {.kind = kind, .text = text};
  markers.sink.put(&markers.sink, &ev);
}

static void test_splits(void) {
  for (size_t i = 0; i < COUNT(samples); i++)
    for (size_t one = 0; one <= samples[i].text.n; one++)
      for (size_t two = one; two <= samples[i].text.n; two++) {
        begin(true);
        put(EVENT_TEXT, str_part(samples[i].text, 0, one));
        put(EVENT_TEXT, str_part(samples[i].text, one, two - one));
        put(EVENT_USAGE, STR_NONE);
        put(EVENT_TEXT, str_from(samples[i].text, two));
        put(EVENT_FINISH, STR_NONE);
        if (!CHECK_EQUAL(buf_str(&notes.text), samples[i].out))
          printf("  cut at %zu and %zu\n", one, two);
      }
}

static void test_bytes(void) {
  for (size_t i = 0; i < COUNT(samples); i++) {
    begin(true);
    for (size_t at = 0; at < samples[i].text.n; at++)
      put(EVENT_TEXT, str_part(samples[i].text, at, 1));
    think_tags_end(&markers);
    turn(&notes, EVENT_FINISH);
    CHECK_EQUAL(buf_str(&notes.text), samples[i].out);
  }
}

static void test_whole(void) {
  for (size_t i = 0; i < COUNT(wholes); i++) {
    begin(true);
    put(EVENT_TEXT, wholes[i].text);
    put(EVENT_FINISH, STR_NONE);
    CHECK_EQUAL(buf_str(&notes.text), wholes[i].out);
  }
}

static void test_inactive(void) {
  for (size_t i = 0; i < COUNT(samples); i++) {
    begin(false);
    put(EVENT_TEXT, samples[i].text);
    CHECK_EQUAL(buf_str(&notes.text), samples[i].text);
  }
}

/* Text that was passed on stays text. */
static void test_late(void) {
  begin(true);
  put(EVENT_TEXT, STR("said"));
  CHECK_STR(buf_str(&notes.text), "said");
  put(EVENT_TEXT, STR(" more</think>\n\nHi"));
  CHECK_STR(buf_str(&notes.text), "said more\n\nHi");
  put(EVENT_TEXT, STR("</think>"));
  CHECK_STR(buf_str(&notes.text), "said more\n\nHi</think>");
}

/* A delta stays one delta unless a mark is in it. */
static void test_deltas(void) {
  begin(true);
  put(EVENT_TEXT, STR("<div><p>a < b</p></div>"));
  CHECK_INT(notes.events, 1);
  put(EVENT_TEXT, STR("x<"));
  CHECK_STR(buf_str(&notes.text), "<div><p>a < b</p></div>x");
  put(EVENT_TEXT, STR("br>"));
  CHECK_STR(buf_str(&notes.text), "<div><p>a < b</p></div>x<br>");
}

/* A run of what could begin a mark is one delta, and what was held of it one more. */
static void test_run(void) {
  enum { RUN = 100 * KIB };
  static char run[RUN];
  for (size_t i = 0; i < RUN; i++)
    run[i] = '<';
  begin(true);
  for (int deltas = 0; deltas < 3; deltas++)
    put(EVENT_TEXT, str_of(run, RUN));
  put(EVENT_FINISH, STR_NONE);
  CHECK_INT(notes.text.n, 3 * RUN);
  CHECK_INT(notes.events, 3 + 2 + 1 + 1); /* the deltas, what was held of two, the last, FINISH */
}

static void test_order(void) {
  begin(true);
  put(EVENT_REASONING, STR("<think>"));
  put(EVENT_TEXT, STR("x<"));
  put(EVENT_CALL, STR("[call]"));
  put(EVENT_ARGUMENTS, STR("<|end_of_box|>"));
  put(EVENT_TEXT, STR("<|"));
  put(EVENT_TROUBLE, STR("[trouble]"));
  CHECK_STR(buf_str(&notes.text), "(<think>)x<[call]<|end_of_box|><|[trouble]");
}

int main(void) {
  test_splits();
  test_bytes();
  test_whole();
  test_inactive();
  test_late();
  test_deltas();
  test_run();
  test_order();
  arena_drop(&arena);
  return unit_done();
}
