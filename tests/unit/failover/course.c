/* course.c -- tests of wasm/failover/course.c. */
#include "failover/course.h"

#include <string.h>

#include "config/config.h"
#include "unit/unit.h"

static struct config config;

static void open_text(const char *text) {
  CHECK_INT(config_open(&config, str_of(text, strlen(text))), 0);
}

static void give(struct str name) {
  CHECK_INT(config_put_variable(&config, name, STR("secret")), 1);
}

/* ---- the order of attempts ---- */

#define TWO_BY_TWO(more)                                                                           \
  "{\"r\":{" more "\"providers\":["                                                                \
  "{\"provider\":\"openai\",\"model\":\"m0\",\"apiKeys\":[\"A\",\"B\",\"C\"],\"weight\":1},"       \
  "{\"provider\":\"zhipu\",\"model\":\"glm-5.3\",\"apiKeys\":[\"D\",\"A\"],\"weight\":3}]}}"

static void open_two(const char *text) {
  open_text(text);
  give(STR("A"));
  give(STR("B"));
  give(STR("C"));
  give(STR("D"));
}

/* Everything that is left, as "0A 0B 1D ". */
static struct str walk(struct course *c, double now) {
  static char text[256];
  size_t n = 0;
  struct choice choice;
  while (course_next(c, now, &choice)) {
    text[n++] = (char)('0' + (choice.target - c->route->targets));
    text[n++] = choice.key->name.p[0];
    text[n++] = ' ';
  }
  return str_of(text, n);
}

/* The secret of that name at the |i|th of its endpoints, or NULL. */
static struct key *key_at(char name, int i) {
  for (uint32_t k = 0; k < config.keys.count; k++)
    if (config.keys.all[k]->name.p[0] == name && i-- == 0)
      return config.keys.all[k];
  return NULL;
}

/* At all its endpoints. */
static void cool(char name, double until, bool disable) {
  struct verdict v = {.blame = BLAME_KEY, .cooldown = until, .disable = disable};
  struct key *key;
  for (int i = 0; (key = key_at(name, i)) != NULL; i++)
    keys_fail(&config.keys, key, STR_NONE, &v, 0);
}

static void test_order(void) {
  struct course c;
  open_two(TWO_BY_TWO(""));
  course_init(&c, &config, &config.routes[0], 0);
  CHECK(course_possible(&c));
  CHECK_STR(walk(&c, 100), "0A 0B 0C 1D 1A ");
  CHECK_STR(walk(&c, 100), "");
  arena_drop(&config.arena);
}

static void test_missing(void) {
  struct course c;
  open_text(TWO_BY_TWO(""));
  course_init(&c, &config, &config.routes[0], 0);
  CHECK(!course_possible(&c));
  CHECK(course_recovers(&c, 100) < 0);
  CHECK_STR(walk(&c, 100), "");
  give(STR("C"));
  CHECK(course_possible(&c));
  CHECK_STR(walk(&c, 100), "0C ");
  arena_drop(&config.arena);
}

static void test_skip(void) {
  struct course c;
  struct choice choice;
  open_two(TWO_BY_TWO(""));
  course_init(&c, &config, &config.routes[0], 0);
  CHECK(course_next(&c, 100, &choice));
  course_skip(&c, choice.target);
  CHECK_STR(walk(&c, 100), "1D 1A ");
  arena_drop(&config.arena);
}

static void test_cooling(void) {
  struct course c;
  open_two(TWO_BY_TWO(""));
  cool('A', 5000, false);
  cool('D', 3000, false);
  course_init(&c, &config, &config.routes[0], 0);
  /* ready ones first; then once the soonest of the others */
  CHECK_STR(walk(&c, 1000), "0B 0C 1D ");
  CHECK(course_recovers(&c, 1000) == 0);
  cool('B', 9000, false);
  cool('C', 9000, false);
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_STR(walk(&c, 1000), "1D ");
  CHECK(course_recovers(&c, 1000) == 2000);
  cool('D', 100, true); /* disabled: the last to be tried, however soon it is probed */
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_STR(walk(&c, 1000), "0A ");
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_STR(walk(&c, 9000), "0A 0B 0C 1D 1A ");
  arena_drop(&config.arena);
}

/* A key that this request has just seen fail is no last resort. */
static void test_last_resort(void) {
  struct course c;
  struct choice choice;
  open_two(TWO_BY_TWO(""));
  cool('D', 3000, false);
  course_init(&c, &config, &config.routes[0], 0);
  for (int i = 0; i < 3; i++) {
    CHECK(course_next(&c, 1000, &choice));
    cool(choice.key->name.p[0], 1500, false);
  }
  CHECK_STR(walk(&c, 1000), "1A ");
  arena_drop(&config.arena);
}

/* A key that has failed and may be tried again is a probe, until it has answered. */
static void test_probes(void) {
  struct course c;
  open_two(TWO_BY_TWO(""));
  course_init(&c, &config, &config.routes[0], 0);
  CHECK(!course_probes(&c, 1000));
  cool('A', 5000, false);
  CHECK(!course_probes(&c, 1000)); /* it rests: the next is another */
  CHECK(course_probes(&c, 6000));
  CHECK_STR(walk(&c, 6000), "0A 0B 0C 1D 1A "); /* to look ahead uses nothing up */
  keys_succeed(&config.keys, key_at('A', 0), STR("m0"), 6000, 6000);
  course_init(&c, &config, &config.routes[0], 0);
  CHECK(!course_probes(&c, 7000));
  arena_drop(&config.arena);
}

static void test_pair(void) {
  struct course c;
  struct verdict v = {.blame = BLAME_KEY_MODEL, .cooldown = 1e6};
  open_two(TWO_BY_TWO(""));
  keys_fail(&config.keys, key_at('A', 0), STR("m0"), &v, 0);
  course_init(&c, &config, &config.routes[0], 0);
  course_skip(&c, &config.routes[0].targets[0]);
  CHECK_STR(walk(&c, 1000), "1D 1A ");
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_STR(walk(&c, 1000), "0B 0C 1D 1A 0A ");
  arena_drop(&config.arena);
}

static void test_round_robin(void) {
  static const char *const want[] = {"0A 0B 0C 1D 1A ", "0B 0C 0A 1A 1D ", "0C 0A 0B 1D 1A ",
                                     "0A 0B 0C 1A 1D "};
  struct course c;
  open_two(TWO_BY_TWO("\"strategy\":\"round-robin\","));
  for (size_t i = 0; i < COUNT(want); i++) {
    course_init(&c, &config, &config.routes[0], 0);
    CHECK_EQUAL(walk(&c, 100), str_of(want[i], strlen(want[i])));
  }
  config.routes[0].turn = UINT32_MAX;
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_INT(walk(&c, 100).n, 15);
  arena_drop(&config.arena);
  /* a missing secret gives its turn to all the others, not to one of them */
  open_text(TWO_BY_TWO("\"strategy\":\"round-robin\","));
  give(STR("A"));
  give(STR("C"));
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_STR(walk(&c, 100), "0A 0C 1A ");
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_STR(walk(&c, 100), "0C 0A 1A ");
  arena_drop(&config.arena);
}

static void test_weighted(void) {
  struct course c;
  struct choice choice;
  unsigned first[2] = {0, 0};
  open_two(TWO_BY_TWO("\"strategy\":\"weighted\","));
  for (uint32_t i = 0; i < 1000; i++) {
    course_init(&c, &config, &config.routes[0], i * 4294967u);
    CHECK(course_next(&c, 100, &choice));
    first[choice.target - config.routes[0].targets]++;
  }
  CHECK_INT((first[0] + 5) / 10, 25); /* 1 to 3 */
  course_init(&c, &config, &config.routes[0], UINT32_MAX);
  CHECK_STR(walk(&c, 100), "1D 1A 0A 0B 0C ");
  course_init(&c, &config, &config.routes[0], 0);
  CHECK_STR(walk(&c, 100), "0A 0B 0C 1D 1A ");
  config.routes[0].targets[0].weight = config.routes[0].targets[1].weight = 0;
  course_init(&c, &config, &config.routes[0], UINT32_MAX);
  CHECK_STR(walk(&c, 100), "0A 0B 0C 1D 1A ");
  arena_drop(&config.arena);
}

static void test_window(void) {
  struct course c;
  struct choice choice;
  open_text("{\"r\":[{\"provider\":\"openai\",\"model\":\"gpt-4o\",\"apiKeys\":[\"A\"]},"
            "{\"provider\":\"zhipu\",\"model\":\"glm-4.7\",\"apiKeys\":[\"A\"],"
            "\"contextWindow\":1000},"
            "{\"provider\":\"openai\",\"model\":\"own\",\"apiKeys\":[\"A\"]},"
            "{\"provider\":\"openai\",\"model\":\"own2\",\"apiKeys\":[\"A\"],"
            "\"contextWindow\":128000},"
            "{\"provider\":\"openai\",\"model\":\"own3\",\"apiKeys\":[\"A\"],"
            "\"contextWindow\":300000}]}");
  give(STR("A"));
  static const int64_t want[] = {128000, 204800, 0, 128000, 300000};
  for (size_t i = 0; i < COUNT(want); i++)
    CHECK_INT(target_window(&config.routes[0].targets[i]), want[i]);
  course_init(&c, &config, &config.routes[0], 0);
  CHECK(course_next(&c, 0, &choice));
  c.context_over = target_window(choice.target);
  CHECK_STR(walk(&c, 0), "1A 4A ");
  arena_drop(&config.arena);
}

/* A request never has more attempts than there are bits for. */
static void test_ceiling(void) {
  static char text[8192];
  size_t n = 0;
  static const char head[] = "{\"r\":[{\"provider\":\"openai\",\"model\":\"m\",\"apiKeys\":[";
  memcpy(text, head, sizeof head - 1);
  n = sizeof head - 1;
  for (int i = 0; i < 40; i++) {
    char name[] = {i > 0 ? ',' : ' ', '"', 'K', (char)('A' + i % 20), (char)('A' + i / 20), '"'};
    memcpy(text + n, name, sizeof name);
    n += sizeof name;
  }
  memcpy(text + n, "]}]}", 5);
  open_text(text);
  for (uint32_t i = 0; i < config.keys.count; i++)
    give(config.keys.all[i]->name);
  struct course c;
  struct choice choice;
  int count = 0;
  course_init(&c, &config, &config.routes[0], 0);
  while (course_next(&c, 0, &choice))
    count++;
  CHECK_INT(count, ATTEMPTS_CEILING);
  arena_drop(&config.arena);
}

/* Requests that share a hint begin with the same key, and different ones with any. */
static void test_hint(void) {
  struct course c;
  struct choice first, again;
  int different = 0;
  open_two(TWO_BY_TWO("\"strategy\":\"round-robin\","));
  for (char hint = 'a'; hint <= 'z'; hint++) {
    course_init(&c, &config, &config.routes[0], 0);
    course_follow(&c, str_of(&hint, 1));
    CHECK(course_next(&c, 100, &first));
    course_init(&c, &config, &config.routes[0], 0);
    course_follow(&c, str_of(&hint, 1));
    CHECK(course_next(&c, 100, &again));
    CHECK(first.key == again.key);
    different += first.key->name.p[0] != 'A';
  }
  CHECK(different > 9 && different < 26);
  arena_drop(&config.arena);
  open_two(TWO_BY_TWO(""));
  course_init(&c, &config, &config.routes[0], 0);
  course_follow(&c, STR("b"));
  CHECK_STR(walk(&c, 100), "0A 0B 0C 1D 1A "); /* in order it is the first anyway */
  arena_drop(&config.arena);
}

int main(void) {
  test_order();
  test_missing();
  test_skip();
  test_cooling();
  test_last_resort();
  test_probes();
  test_pair();
  test_round_robin();
  test_weighted();
  test_window();
  test_ceiling();
  test_hint();
  return unit_done();
}
