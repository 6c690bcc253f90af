/* sse.c -- tests of wasm/text/sse.c. */
#include "text/sse.h"

#include <stdlib.h>
#include <string.h>

#include "base/errors.h"
#include "limits.h"
#include "unit/unit.h"

/* A stream, and what comes out of it: "name|data" for each event, LF after it. */
struct sample {
  struct str stream, events;
  size_t comments;
  bool partial;
};

#define OUT(stream, events)                                                                        \
  { STR_INIT(stream), STR_INIT(events), 0, false }

static const struct sample samples[] = {
    OUT("", ""),
    OUT("data: a\n\n", "|a\n"),
    OUT("data: a\r\n\r\n", "|a\n"),
    OUT("data: a\r\r", "|a\n"),
    OUT("data: a\n\r\ndata: b\r\n\n", "|a\n|b\n"),
    OUT("data:a\n\ndata:  b\n\n", "|a\n| b\n"), /* one space only */
    OUT("event: x\ndata: a\n\ndata: b\n\n", "x|a\n|b\n"),
    OUT("data: a\nevent: x\n\n", "x|a\n"),
    OUT("event: x\nevent: y\ndata: a\n\n", "y|a\n"),
    OUT("event: x\nevent\ndata: a\n\n", "|a\n"),
    OUT("event: x\nevent:\ndata: a\n\n", "|a\n"),
    OUT("event: x\n\ndata: a\n\n", "|a\n"), /* a name does not outlive its event */
    OUT("data: a\ndata: b\n\n", "|a\nb\n"),
    OUT("data: a\ndata\ndata:\ndata: b\n\n", "|a\n\n\nb\n"),
    OUT("data\n\n", "|\n"),
    OUT("data:\n\n", "|\n"),
    OUT("data:\ndata:\n\n", "|\n\n"),
    OUT("\n\n\n", ""),
    OUT("\r\n\r\n", ""),
    OUT("id: 7\nretry: 9\n\n", ""),
    OUT("id: 7\ndata: a\nretry: 9\n\n", "|a\n"),
    OUT("Data: a\n data: b\ndata : c\ndatas: d\nnonsense\n\n", ""),
    OUT("data: x: y:\n\n", "|x: y:\n"),
    OUT("data: [DONE]\n\n", "|[DONE]\n"),
    OUT("\xEF\xBB\xBF"
        "data: a\n\n",
        "|a\n"),
    OUT("\xEF\xBB\xBF\xEF\xBB\xBF"
        "data: a\n\n",
        ""), /* one mark only */
    OUT("data: a\n\n\xEF\xBB\xBF"
        "data: b\n\n",
        "|a\n"),
    OUT("\n\xEF\xBB\xBF"
        "data: b\n\n",
        ""),
    OUT("\xEF\xBB\xBF\n\ndata: a\n\n", "|a\n"),
    OUT("data: \0\xFF\n\n", "|\0\xFF\n"),
    OUT("event: x\ndata: {\"a\":1}\n\nevent: y\ndata: {\"b\":2}\n\n", "x|{\"a\":1}\ny|{\"b\":2}\n"),
    OUT("event: x\r\ndata: 1\r\ndata: 2\r\n\r\n\r\nevent: y\r\ndata: 3\r\n\r\n", "x|1\n2\ny|3\n"),
    /* events parted by one line end: told apart where they are JSON */
    OUT("data: {\"a\":1}\ndata: {}\ndata: [DONE]\n\n", "|{\"a\":1}\n|{}\n|[DONE]\n"),
    OUT("data: {}\r\ndata: {}\r\n\r\n", "|{}\n|{}\n"),
    OUT("event: x\ndata: {}\nevent: y\ndata: 1\n\n", "x|{}\ny|1\n"),
    OUT("event: x\ndata: {}\nevent: x\ndata: {}\n\ndata: {}\n\n", "x|{}\nx|{}\n|{}\n"),
    OUT("data: {\ndata: }\n\n", "|{\n}\n"), /* one JSON on several lines */
    OUT("data: [{}\ndata: ,{}]\n\n", "|[{}\n,{}]\n"),
    OUT("data: {}\ndata:\n\n", "|{}\n\n"),
    OUT("data: {}\ndata: [DONE] \n\n", "|{}\n[DONE] \n"),
    OUT("data: {}\nevent: x\n\n", "x|{}\n"),
    {STR_INIT("data: {}\ndata: {}"), STR_INIT(""), 0, true},
    {STR_INIT("data: {}\ndata: {}\n"), STR_INIT("|{}\n"), 0, true},
    {STR_INIT(": hi\n:\n\n"), STR_INIT(""), 2, false},
    {STR_INIT("data: a\n: hi\ndata: b\n\n"), STR_INIT("|a\nb\n"), 1, false},
    {STR_INIT("data: a"), STR_INIT(""), 0, true},
    {STR_INIT("data: a\n"), STR_INIT(""), 0, true},
    {STR_INIT("data:"), STR_INIT(""), 0, true},
    {STR_INIT("event: x\n"), STR_INIT(""), 0, true},
    {STR_INIT("data: a\n\ndata: b\n"), STR_INIT("|a\n"), 0, true},
    {STR_INIT("data: a\r"), STR_INIT(""), 0, true},
    {STR_INIT("d"), STR_INIT(""), 0, true},
    {STR_INIT("\xEF\xBB"), STR_INIT(""), 0, true},
};

/* What sse_next() says about one piece, put into |out|.  The piece is at the end
 * of what was allocated, and gone afterwards. */
static int feed(struct sse *s, struct buf *out, struct str piece) {
  char *p = malloc(piece.n > 0 ? piece.n : 1);
  if (piece.n > 0)
    memcpy(p, piece.p, piece.n);
  struct sse_event ev;
  int state;
  sse_feed(s, str_of(p, piece.n));
  while ((state = sse_next(s, &ev)) == SSE_EVENT) {
    buf_put(out, ev.name);
    buf_put_byte(out, '|');
    buf_put(out, ev.data);
    buf_put_byte(out, '\n');
  }
  free(p);
  return state;
}

static void check_sample(const struct sample *sample, size_t first, size_t step) {
  struct arena a = {NULL};
  struct sse s;
  struct buf out;
  sse_init(&s, &a);
  buf_init(&out, &a, MIB);
  struct str rest = sample->stream;
  bool good = CHECK_INT(feed(&s, &out, str_part(rest, 0, first)), SSE_MORE);
  for (rest = str_from(rest, first); rest.n > 0; rest = str_from(rest, step))
    good &= CHECK_INT(feed(&s, &out, str_part(rest, 0, step)), SSE_MORE);
  good &= CHECK_EQUAL(buf_str(&out), sample->events);
  good &= CHECK_INT(s.comments, sample->comments);
  good &= CHECK_INT(sse_partial(&s), sample->partial);
  if (!good)
    printf("  of <%.*s> cut at %zu, then %zu\n", (int)sample->stream.n, sample->stream.p, first,
           step);
  arena_drop(&a);
}

static void test_samples(void) {
  for (size_t i = 0; i < COUNT(samples); i++) {
    size_t n = samples[i].stream.n;
    for (size_t first = 0; first <= n; first++)
      check_sample(&samples[i], first, n);
    for (size_t step = 1; step < 4; step++)
      check_sample(&samples[i], 0, step);
  }
}

/* At a clean end of the body, what is left is an event. */
static void test_end(void) {
  static const struct str streams[][2] = {
      {STR_INIT(""), STR_INIT("")},
      {STR_INIT("data: a"), STR_INIT("|a\n")},
      {STR_INIT("data: a\n"), STR_INIT("|a\n")},
      {STR_INIT("data: a\r"), STR_INIT("|a\n")},
      {STR_INIT("data: a\n\n"), STR_INIT("|a\n")},
      {STR_INIT("event: x\ndata: a\ndata: b"), STR_INIT("x|a\nb\n")},
      {STR_INIT("data: {}\ndata: {}"), STR_INIT("|{}\n|{}\n")},
      {STR_INIT("event: x\n: hi"), STR_INIT("")},
  };
  for (size_t i = 0; i < COUNT(streams); i++) {
    for (size_t cut = 0; cut <= streams[i][0].n; cut++) {
      struct arena a = {NULL};
      struct sse s;
      struct sse_event ev;
      struct buf out;
      sse_init(&s, &a);
      buf_init(&out, &a, MIB);
      feed(&s, &out, str_part(streams[i][0], 0, cut));
      feed(&s, &out, str_from(streams[i][0], cut));
      sse_feed_end(&s);
      while (sse_next(&s, &ev) == SSE_EVENT) {
        buf_put(&out, ev.name);
        buf_put_byte(&out, '|');
        buf_put(&out, ev.data);
        buf_put_byte(&out, '\n');
      }
      CHECK_EQUAL(buf_str(&out), streams[i][1]);
      CHECK(!sse_partial(&s));
      arena_drop(&a);
    }
  }
}

static void test_sniff(void) {
  static const struct {
    struct str front;
    enum sse_sniff kind;
  } rows[] = {
      {STR_INIT(""), SSE_SNIFF_MORE},
      {STR_INIT(" \r\n"), SSE_SNIFF_MORE},
      {STR_INIT("\xEF\xBB"), SSE_SNIFF_MORE},
      {STR_INIT("\xEF\xBB\xBF"), SSE_SNIFF_MORE},
      {STR_INIT("\xEF\xBB\xBF{"), SSE_SNIFF_JSON},
      {STR_INIT("\n\n{"), SSE_SNIFF_JSON},
      {STR_INIT("["), SSE_SNIFF_JSON},
      {STR_INIT("dat"), SSE_SNIFF_MORE},
      {STR_INIT("data:"), SSE_SNIFF_EVENTS},
      {STR_INIT("\ndata: {"), SSE_SNIFF_EVENTS},
      {STR_INIT("event: x"), SSE_SNIFF_EVENTS},
      {STR_INIT(": keep-alive"), SSE_SNIFF_EVENTS},
      {STR_INIT("id:1"), SSE_SNIFF_EVENTS},
      {STR_INIT("retry: 3000"), SSE_SNIFF_EVENTS},
      {STR_INIT("database"), SSE_SNIFF_OTHER},
      {STR_INIT("<html>"), SSE_SNIFF_OTHER},
      {STR_INIT("\"text\""), SSE_SNIFF_OTHER},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    CHECK_INT(sse_sniff(rows[i].front), rows[i].kind);
}

/* What lies whole in the piece is not copied. */
static void test_borrow(void) {
  struct arena a = {NULL};
  struct sse s;
  struct sse_event ev;
  sse_init(&s, &a);
  struct str piece = STR("event: x\ndata: abc\n\nevent: y\ndata: d\n\nevent: z\n");
  sse_feed(&s, piece);
  CHECK_INT(sse_next(&s, &ev), SSE_EVENT);
  CHECK(ev.name.p == piece.p + 7 && ev.data.p == piece.p + 15 && ev.data.n == 3);
  CHECK_INT(sse_next(&s, &ev), SSE_EVENT);
  CHECK_STR(ev.name, "y");
  CHECK(a.blocks == NULL);
  CHECK_INT(sse_next(&s, &ev), SSE_MORE);
  CHECK_INT(sse_next(&s, &ev), SSE_MORE);
  CHECK(a.blocks != NULL);
  sse_feed(&s, STR("data: e\n\n"));
  CHECK_INT(sse_next(&s, &ev), SSE_EVENT);
  CHECK_STR(ev.name, "z");
  CHECK_STR(ev.data, "e");
  CHECK(!sse_partial(&s));
  arena_drop(&a);
}

/* Feed "data: " and |n| bytes in pieces, then |end|. */
static int feed_long(struct sse *s, struct buf *out, size_t n, struct str end) {
  static char piece[100 * KIB];
  memset(piece, 'x', sizeof piece);
  int state = feed(s, out, STR("data: "));
  for (; n > 0 && state == SSE_MORE; n -= n < sizeof piece ? n : sizeof piece)
    state = feed(s, out, str_of(piece, n < sizeof piece ? n : sizeof piece));
  return state == SSE_MORE ? feed(s, out, end) : state;
}

static void test_limit(void) {
  struct arena a = {NULL};
  struct sse s;
  struct buf out;
  sse_init(&s, &a);
  buf_init(&out, &a, 2 * SSE_EVENT_MAX);
  CHECK_INT(feed_long(&s, &out, SSE_EVENT_MAX - 6, STR("\n\n")), SSE_MORE);
  CHECK_INT(out.n, SSE_EVENT_MAX - 6 + 2);
  buf_drop(&out);
  CHECK_INT(feed(&s, &out, STR("data: y\n\n")), SSE_MORE); /* counted for each event */
  CHECK_STR(buf_str(&out), "|y\n");
  CHECK(arena_pool_used() < MIB); /* what a large one took is free again */
  CHECK_INT(feed_long(&s, &out, SSE_EVENT_MAX - 5, STR("\n\n")), ERR_LIMIT);
  CHECK_INT(feed(&s, &out, STR("data: y\n\n")), ERR_LIMIT); /* for good */
  CHECK_STR(buf_str(&out), "|y\n");
  arena_drop(&a);

  /* many lines of one event, and the name too */
  sse_init(&s, &a);
  buf_init(&out, &a, MIB);
  int state = feed(&s, &out, STR("event: 12345678\n"));
  size_t kept = 8;
  for (; state == SSE_MORE && kept < 2 * SSE_EVENT_MAX; kept += 16 * KIB)
    state = feed_long(&s, &out, 16 * KIB - 1, STR("\n"));
  CHECK_INT(state, ERR_LIMIT);
  CHECK(kept <= SSE_EVENT_MAX + 16 * KIB && kept > SSE_EVENT_MAX - 16 * KIB);
  arena_drop(&a);

  /* one piece */
  struct str piece = {malloc(SSE_EVENT_MAX + 10), SSE_EVENT_MAX + 10};
  memset((char *)piece.p, '\n', piece.n);
  memset((char *)piece.p, ':', SSE_EVENT_MAX + 1);
  sse_init(&s, &a);
  CHECK_INT(feed(&s, &out, piece), ERR_LIMIT);
  sse_init(&s, &a);
  CHECK_INT(feed(&s, &out, str_from(piece, 1)), SSE_MORE);
  CHECK_INT(s.comments, 1);
  free((char *)piece.p);
  arena_drop(&a);
}

/* Any one taking refused: the error, every time, or the same as ever. */
static void test_memory(void) {
  struct str stream = STR("event: x\ndata: a\ndata: b\n\nevent: yy\ndata: c\n\n");
  for (size_t n = 1, done = 0; !done; n++) {
    struct arena a = {NULL}, other = {NULL};
    struct sse s;
    struct buf out;
    sse_init(&s, &a);
    buf_init(&out, &other, MIB);
    buf_put(&out, STR("\n"));
    int state = SSE_MORE;
    arena_refuse(n, false);
    for (size_t i = 0; i < stream.n && state == SSE_MORE; i++)
      state = feed(&s, &out, str_part(stream, i, 1));
    arena_refuse(0, false);
    if (state == ERR_MEMORY)
      CHECK_INT(feed(&s, &out, STR("\n\n")), ERR_MEMORY);
    else
      CHECK_STR(buf_str(&out), "\nx|a\nb\nyy|c\n");
    done = state == SSE_MORE;
    CHECK(n < 20);
    arena_drop(&a);
    arena_drop(&other);
  }
}

static void test_put(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, KIB);
  sse_put_open(&b, STR("x"));
  buf_put(&b, STR("{}"));
  sse_put_close(&b);
  sse_put_open(&b, STR_NONE);
  buf_put(&b, STR("[]"));
  sse_put_close(&b);
  sse_put_comment(&b, STR("hi"));
  sse_put_comment(&b, STR_NONE);
  sse_put_done(&b);
  CHECK_STR(buf_str(&b), "event: x\ndata: {}\n\ndata: []\n\n: hi\n\n: \n\ndata: [DONE]\n\n");
  CHECK_INT(buf_error(&b), 0);
  static const struct str bad[] = {STR_INIT("a\nb"), STR_INIT("a\rb"), STR_INIT("\n")};
  for (size_t i = 0; i < COUNT(bad); i++) {
    buf_reset(&b);
    sse_put_open(&b, bad[i]);
    CHECK_INT(buf_error(&b), ERR_VALUE);
    buf_reset(&b);
    sse_put_comment(&b, bad[i]);
    CHECK_INT(buf_error(&b), ERR_VALUE);
  }
  arena_drop(&a);
}

int main(void) {
  test_samples();
  test_end();
  test_sniff();
  test_borrow();
  test_limit();
  test_memory();
  test_put();
  return unit_done();
}
