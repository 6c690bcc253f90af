/* key_sync.c -- tests of wasm/failover/key_sync.c. */
#include "failover/key_sync.h"

#include <stdio.h>

#include "unit/unit.h"

enum { ONE = 1000 };
static const double start = 1700000000000.0;

#define A "A@1512216013" /* at https://a */

static struct arena arena;
static struct keys keys;
static struct buf lines;

static struct key *key_of(struct str name) {
  struct key *key = keys_find(&keys, name, STR("https://a"));
  CHECK(key != NULL);
  return key;
}

static void forget(void) {
  keys_init(&keys, &arena);
  key_of(STR("A"));
}

static void fail(enum blame blame, double cooldown, double now) {
  struct verdict v = {.blame = blame, .cooldown = cooldown};
  keys_fail(&keys, key_of(STR("A")), STR("m/1"), &v, now);
}

static struct str told(void) {
  buf_reset(&lines);
  key_sync_put(&keys, &lines);
  return buf_str(&lines);
}

/* What the store says of key A, or of it with a model: times from |start|. */
static void hear(const char *name, double until, int failures, double since, double now) {
  char line[200];
  int n = snprintf(line, sizeof line, "health/%s %.0f %d 0 %.0f\n", name, start + until, failures,
                   start + since);
  key_sync_take(&keys, str_of(line, (size_t)n), now);
}

static double rest_of(double now) {
  return keys_until(&keys, key_of(STR("A")), STR("m/1"), now) - now;
}

static void test_telling(void) {
  CHECK(!key_sync_pending(&keys));
  fail(BLAME_KEY, 5 * ONE, start);
  fail(BLAME_KEY_MODEL, 9 * ONE, start);
  CHECK(key_sync_pending(&keys));
  CHECK_STR(told(), "raise health/A@1512216013 1700000005000 1 0 1700000000000\n"
                    "raise health/A@1512216013/m/1 1700000009000 1 0 1700000000000\n");
  CHECK(!key_sync_pending(&keys));
  /* A row that tells of health says when it began, too. */
  keys_succeed(&keys, key_of(STR("A")), STR("m/1"), start + ONE, start + ONE);
  CHECK_STR(told(), "set health/A@1512216013 1700000001000 0 0 1700000001000\n"
                    "set health/A@1512216013/m/1 1700000001000 0 0 1700000001000\n");
}

static void test_question(void) {
  buf_reset(&lines);
  key_sync_put_question(&lines, start);
  CHECK_STR(buf_str(&lines), "drop health/ 1699913600000\nget health/\n");
}

static void test_hearing(void) {
  hear(A, 5 * ONE, 1, 0, start);
  CHECK(rest_of(start) == 5 * ONE);
  hear(A, 8 * ONE, 1, -1, start); /* longer, though older */
  CHECK(rest_of(start) == 8 * ONE);
  CHECK_STR(told(), "raise health/A@1512216013 1700000008000 1 0 1700000000000\n");
  hear(A, 6 * ONE, 1, 1, start); /* newer, but shorter */
  CHECK(rest_of(start) == 8 * ONE);
  CHECK_STR(told(), "raise health/A@1512216013 1700000008000 1 0 1700000000001\n");
  hear(A, 8 * ONE, 1, 1, start); /* what is known */
  CHECK(!key_sync_pending(&keys));
  hear(A, 2, 0, 2, start); /* recovered */
  CHECK(rest_of(start) == 0);
  hear(A, 8 * ONE, 1, 1, start); /* before that */
  CHECK(rest_of(start) == 0 && !key_sync_pending(&keys));
}

/* A row that nobody has touched for long is not news. */
static void test_expiry(void) {
  static const char *const names[] = {A, A "/m/1"};
  for (int i = 0; i < 2; i++) {
    forget();
    hear(names[i], 0, 9, -ONE, start + HEALTH_KEPT + 1);
    fail(i == 0 ? BLAME_KEY : BLAME_KEY_MODEL, 0, start + HEALTH_KEPT + 1);
    CHECK(rest_of(start + HEALTH_KEPT + 1) <= BACKOFF_MIN);
    forget();
    hear(names[i], 0, 9, -ONE, start + HEALTH_KEPT);
    fail(i == 0 ? BLAME_KEY : BLAME_KEY_MODEL, 0, start + HEALTH_KEPT);
    CHECK(rest_of(start + HEALTH_KEPT) > BACKOFF_MAX / 4.0);
    /* As long as it rests it is no old row, however long ago that was said. */
    forget();
    hear(names[i], COOLDOWN_STAMP_MAX, 1, 0, start + 10.0 * HEALTH_KEPT);
    CHECK(rest_of(start + 10.0 * HEALTH_KEPT) > 0);
  }
}

static void test_nonsense(void) {
  key_sync_take(&keys,
                STR("health/A\nhealth/A x 1 0 1\nhealth/A@1512216013 1800000000000 1 0\nhealth/B "
                    "1800000000000 1 0 1700000000000\nhealthy/A 1800000000000 1 0 1700000000000\n"
                    "\nhealth/ 1800000000000 1 0 1700000000000"),
                start);
  CHECK(rest_of(start) == 0);
  CHECK_INT(keys.count, 1);
}

int main(void) {
  static void (*const tests[])(void) = {test_telling, test_question, test_hearing, test_expiry,
                                        test_nonsense};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    buf_init(&lines, &arena, STORE_LINES_MAX);
    forget();
    tests[i]();
    arena_drop(&arena);
  }
  return unit_done();
}
