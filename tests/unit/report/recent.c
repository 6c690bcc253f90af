/* recent.c -- the last requests: what is kept of them, what the store is told, what is reported. */
#include "report/recent.h"

#include <string.h>

#include "unit/unit.h"

#define NOW 1764284400123.0

static struct arena arena;
static struct recent recent;

static struct str line_of(uint32_t number, uint32_t n) {
  struct buf b;
  buf_init(&b, &arena, RECENT_LINE_MAX);
  buf_put(&b, STR("{\"id\":\"req_"));
  buf_put_integer(&b, number);
  buf_put(&b, STR("\",\"route\":\"a b\",\"outcome\":\"failed\",\"x\":\""));
  while (b.n + 2 < n)
    buf_put_byte(&b, 'x');
  buf_put(&b, STR("\"}"));
  return buf_str(&b);
}

static struct str told_at(double now) {
  struct buf lines;
  buf_init(&lines, &arena, STORE_LINES_MAX);
  recent_put(&recent, &lines, now);
  return buf_str(&lines);
}

static struct str told(void) {
  return told_at(NOW);
}

static struct str report(const char *stored, const char *query) {
  struct buf out;
  buf_init(&out, &arena, MIB);
  recent_put_report(&out, str_of(stored, strlen(stored)), str_of(query, strlen(query)), &arena);
  return buf_str(&out);
}

static void test_told(void) {
  recent = (struct recent){.random = 7};
  CHECK(!recent_pending(&recent));
  CHECK_INT(told().n, 0);
  recent_take(&recent, STR("{\"id\":\"1\"}"), RECENT_ANSWERED, false);
  recent_take(&recent, STR_NONE, RECENT_ANSWERED, false);
  recent_take(&recent, STR("{\"id\":\"2\"}"), RECENT_FAILED, false);
  CHECK(recent_pending(&recent));
  CHECK_STR(told(), "set requests/1764284400123-7 1 {\"id\":\"1\"}\t{\"id\":\"2\"}\n"
                    "keep requests/ 400\n");
  CHECK(!recent_pending(&recent));
}

/* A batch goes on under its key for a minute, or until it is long. */
static void test_batch(void) {
  recent = (struct recent){.random = 7};
  recent_take(&recent, STR("{\"id\":\"1\"}"), RECENT_ANSWERED, false);
  told();
  recent_take(&recent, STR("{\"id\":\"2\"}"), RECENT_ANSWERED, false);
  CHECK_STR(told_at(NOW + RECENT_BATCH_MS),
            "set requests/1764284400123-7 0 {\"id\":\"1\"}\t{\"id\":\"2\"}\n");
  CHECK_INT(told_at(NOW + RECENT_BATCH_MS + 1).n, 0);
  recent_take(&recent, line_of(3, RECENT_BATCH_BYTES), RECENT_ANSWERED, false);
  CHECK(str_starts(told_at(1764284460124.0), STR("set requests/1764284460124-7 0 {")));
  recent_take(&recent, STR("{\"id\":\"4\"}"), RECENT_ANSWERED, false);
  CHECK_STR(told_at(1764284460125.0), "set requests/1764284460125-7 0 {\"id\":\"4\"}\n"
                                      "keep requests/ 400\n");
}

/* Answers may take half of the room, guesses of tokens eight lines, failures the rest. */
static void test_room(void) {
  recent = (struct recent){0};
  for (uint32_t i = 0; i < RECENT_REFUSED_MAX + 5; i++)
    recent_take(&recent, line_of(i, 100), RECENT_REFUSED, false);
  CHECK_INT(recent.left_out, 5);
  for (uint32_t i = 0; i < RECENT_BYTES / KIB; i++)
    recent_take(&recent, line_of(i, KIB), RECENT_ANSWERED, false);
  CHECK(recent.n > RECENT_BYTES / 2 - 2 * KIB && recent.n <= RECENT_BYTES / 2);
  for (uint32_t i = 0; i < RECENT_BYTES / KIB; i++)
    recent_take(&recent, line_of(i, KIB), RECENT_FAILED, false);
  CHECK(recent.n > RECENT_BYTES - 2 * KIB && recent.n <= RECENT_BYTES);
  struct str all = told();
  CHECK(all.n > 0 && str_ends(all, STR("keep requests/ 400\n")));
  recent_take(&recent, line_of(1, RECENT_LINE_MAX), RECENT_FAILED, false);
  CHECK(!recent_pending(&recent));
}

/* Where nobody takes them away, the oldest make room. */
static void test_rolling(void) {
  recent = (struct recent){0};
  for (uint32_t i = 0; i < 1000; i++)
    recent_take(&recent, line_of(i, 500), RECENT_ANSWERED, true);
  struct buf out;
  buf_init(&out, &arena, MIB);
  recent_put_own(&out, &recent, STR("limit=2"), &arena);
  CHECK(str_starts(buf_str(&out), STR("{\"requests\":[{\"id\":\"req_999\"")));
  CHECK(str_find(buf_str(&out), STR("\"req_998\"")) != STR_NOWHERE);
  CHECK(str_find(buf_str(&out), STR("\"req_997\"")) == STR_NOWHERE);
}

static void test_report(void) {
  static const char rows[] =
      "requests/30-1 2 {\"id\":\"c\"}\t{\"id\":\"d\"}\n"
      "health/K 1 2 3\n"
      "requests/20-1 0 {\"id\":\"b\",\"route\":\"r\",\"outcome\":\"failed\"}\n"
      "requests/10-1 1 {\"id\":\"a\",\"route\":\"r/ \",\"outcome\":\"left\"}\n";
  static const char rest[] = "requests/30-1 2 {\"id\":\"c\"}\t{\"id\":\"d\"}\n"
                             "requests/20-1 0 {\"id\":\"b\"}\n";
  CHECK_STR(report("", ""), "{\"requests\":[],\"left_out\":0}");
  CHECK_STR(report(rows, "limit=1"),
            "{\"requests\":[{\"id\":\"d\"}],\"next\":\"30-1:1\",\"left_out\":2}");
  CHECK_STR(report(rest, "limit=1&before=30-1%3A1"),
            "{\"requests\":[{\"id\":\"c\"}],\"next\":\"30-1:0\",\"left_out\":0}");
  CHECK_STR(report(rest, "limit=5&before=30-1:0"),
            "{\"requests\":[{\"id\":\"b\"}],\"left_out\":0}");
  CHECK_STR(
      report(rows, "route=r%2F%20"),
      "{\"requests\":[{\"id\":\"a\",\"route\":\"r/ \",\"outcome\":\"left\"}],\"left_out\":3}");
  CHECK_STR(report(rows, "outcome=failed&limit=0"),
            "{\"requests\":[{\"id\":\"b\",\"route\":\"r\",\"outcome\":\"failed\"}],"
            "\"next\":\"20-1:0\",\"left_out\":2}");
  CHECK_STR(report(rows, "id=c"), "{\"requests\":[{\"id\":\"c\"}],\"left_out\":3}");
  CHECK_STR(report(rows, "id=none"), "{\"requests\":[],\"left_out\":3}");
}

/* What a query says becomes part of a line of the store, so it can be nothing but a key. */
static void test_question(void) {
  static const struct {
    struct str query, line;
  } rows[] = {
      {STR_INIT(""), STR_INIT("last requests/ requests/~ 262144\n")},
      {STR_INIT("before=1764284400123"),
       STR_INIT("last requests/ requests/1764284400123 262144\n")},
      {STR_INIT("before=12-3%3A4"), STR_INIT("last requests/ requests/12-3 262144\n")},
      {STR_INIT("before=1%0Aset%20x%20y"), STR_INIT("last requests/ requests/~ 262144\n")},
      {STR_INIT("before=~"), STR_INIT("last requests/ requests/~ 262144\n")},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct buf lines;
    buf_init(&lines, &arena, KIB);
    recent_put_question(&lines, rows[i].query, &arena);
    CHECK_EQUAL(buf_str(&lines), rows[i].line);
  }
}

int main(void) {
  arena_init(&arena);
  test_told();
  test_batch();
  test_room();
  test_rolling();
  test_report();
  test_question();
  arena_drop(&arena);
  return unit_done();
}
