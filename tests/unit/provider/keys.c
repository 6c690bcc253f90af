/* keys.c -- tests of wasm/provider/keys.c. */
#include "provider/keys.h"

#include <string.h>

#include "unit/unit.h"

static struct arena arena;
static struct keys keys;

static struct key *key_of(struct str name) {
  struct key *key = keys_find(&keys, name, STR("https://a"));
  CHECK(key != NULL);
  return key;
}

static void test_names(void) {
  static const struct {
    struct str name;
    bool allowed, secret;
  } rows[] = {
      {STR_INIT("OPENAI_KEY_1"), true, false},
      {STR_INIT("_k"), true, false},
      {STR_INIT("zhipuKeyForProduction2024"), true, false},
      {STR_INIT("A"), true, false},
      {STR_INIT(""), false, false},
      {STR_INIT("1KEY"), false, false},
      {STR_INIT("OPENAI-KEY"), false, false},
      {STR_INIT("OPENAI KEY"), false, false},
      {STR_INIT("KEY\n"), false, false},
      {STR_INIT("密钥"), false, false},
      {STR_INIT("PROXY_AUTH_TOKEN"), false, false},
      {STR_INIT("Proxy_Auth_Token"), false, false},
      {STR_INIT("CLOUDFLARE_API_TOKEN"), false, false},
      {STR_INIT("cloudflare_x"), false, false},
      {STR_INIT("ROUTES_CONFIG"), false, false},
      {STR_INIT("MAX_BODY_BYTES"), false, false},
      {STR_INIT("sk-proj-abc"), false, true},
      {STR_INIT("  sk-abc"), false, true},
      {STR_INIT("SK-ABC"), false, true},
      {STR_INIT("0123456789abcdef0123456789abcdef.AbCdEf0123456789"), false, true},
      {STR_INIT("a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"), true, true},
      {STR_INIT("Bearer x"), false, true},
      {STR_INIT("gsk_x"), true, true},
      {STR_INIT("AIzaSyA"), true, true},
      {STR_INIT("MY_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"), true, true},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    bool good = CHECK_INT(keys_name_allowed(rows[i].name), rows[i].allowed);
    good &= CHECK_INT(keys_name_secret(rows[i].name), rows[i].secret);
    if (!good)
      printf("  in name %d\n", (int)i);
  }
  char longest[KEY_NAME_MAX + 1];
  memset(longest, 'K', sizeof longest);
  CHECK(keys_name_allowed(str_of(longest, KEY_NAME_MAX)));
  CHECK(!keys_name_allowed(str_of(longest, KEY_NAME_MAX + 1)));
}

static void test_find(void) {
  struct key *a = key_of(STR("A"));
  CHECK(key_of(STR("A")) == a && key_of(STR("B")) != a);
  CHECK_INT(keys.count, 2);
  arena_refuse(1, true);
  CHECK(keys_find(&keys, STR("A"), STR("https://a")) == a &&
        keys_find(&keys, STR("C"), STR("https://a")) == NULL);
  arena_refuse(0, false);
  CHECK_INT(keys.count, 2);
}

static void test_limit(void) {
  static char names[KEYS_MAX + 1][4];
  for (int i = 0; i <= KEYS_MAX; i++) {
    memcpy(names[i],
           (char[]){'K', (char)('0' + i / 100), (char)('0' + i / 10 % 10), (char)('0' + i % 10)},
           4);
    struct key *key = keys_find(&keys, str_of(names[i], 4), STR("https://a"));
    CHECK((key != NULL) == (i < KEYS_MAX));
  }
}

static struct verdict verdict(enum blame blame, double cooldown, bool disable) {
  return (struct verdict){.blame = blame, .cooldown = cooldown, .disable = disable, .jitter = 1};
}

static void test_cooldown(void) {
  struct key *a = key_of(STR("A"));
  struct str m = STR("m"), other = STR("other");
  CHECK(keys_ready(&keys, a, m, 1000) && keys_until(&keys, a, m, 1000) == 1000);
  struct verdict v = verdict(BLAME_KEY, 5000, false);
  keys_fail(&keys, a, m, &v, 1000);
  CHECK(!keys_ready(&keys, a, m, 5999) && !keys_ready(&keys, a, other, 5999));
  CHECK(keys_ready(&keys, a, m, 6000));
  CHECK(keys_until(&keys, a, m, 2000) == 6000);
  v.cooldown = 10;
  keys_fail(&keys, a, m, &v, 2000); /* shorter, later: nothing */
  CHECK(keys_until(&keys, a, m, 2000) == 6000);
  v.cooldown = 9000;
  keys_fail(&keys, a, m, &v, 2000);
  CHECK(keys_until(&keys, a, m, 2000) == 11000);
  keys_succeed(&keys, a, m, 1999, 3000); /* asked before it failed */
  CHECK(keys_until(&keys, a, m, 3000) == 11000);
  keys_succeed(&keys, a, m, 2000, 3000);
  CHECK(keys_ready(&keys, a, m, 2000));
}

static void test_pair(void) {
  struct key *a = key_of(STR("A")), *b = key_of(STR("B"));
  struct str m = STR("m"), other = STR("other");
  struct verdict v = verdict(BLAME_KEY_MODEL, 5000, false);
  keys_fail(&keys, a, m, &v, 1000);
  CHECK(!keys_ready(&keys, a, m, 2000));
  CHECK(keys_ready(&keys, a, other, 2000) && keys_ready(&keys, b, m, 2000));
  keys_succeed(&keys, a, other, 3000, 3000); /* tells nothing of the pair (a, m) */
  CHECK(!keys_ready(&keys, a, m, 2000));
  keys_succeed(&keys, a, m, 999, 3000);
  CHECK(!keys_ready(&keys, a, m, 2000));
  keys_succeed(&keys, a, m, 1000, 3000);
  CHECK(keys_ready(&keys, a, m, 2000));
  v.blame = BLAME_NOBODY;
  keys_fail(&keys, a, m, &v, 1000);
  CHECK(keys_ready(&keys, a, m, 1000));
}

/* A secret at a wrong endpoint is still good at the right one. */
static void test_endpoints(void) {
  struct key *here = key_of(STR("A")), *there = keys_find(&keys, STR("A"), STR("https://b"));
  struct verdict v = verdict(BLAME_KEY, 5000, true);
  CHECK(there != NULL && there != here);
  keys_fail(&keys, there, STR("m"), &v, 1000);
  CHECK(!keys_ready(&keys, there, STR("m"), 2000) && keys_ready(&keys, here, STR("m"), 2000));
  uint32_t number = keys_endpoint_number(STR("https://b"));
  CHECK(keys_health(&keys, STR("A"), number, STR_NONE, 2000) == &there->health);
  CHECK(keys_health(&keys, STR("A"), number + 1, STR_NONE, 2000) == NULL);
}

static void test_disable(void) {
  struct key *a = key_of(STR("A"));
  struct verdict v = verdict(BLAME_KEY, PROBE_INTERVAL, true);
  keys_fail(&keys, a, STR("m"), &v, 1000);
  CHECK(a->health.disabled && !keys_ready(&keys, a, STR("m"), 1000));
  CHECK(keys_ready(&keys, a, STR("m"), 1000 + PROBE_INTERVAL)); /* the probe */
  CHECK(a->health.disabled);
  keys_fail(&keys, a, STR("m"), &v, 1000 + PROBE_INTERVAL);
  CHECK(!keys_ready(&keys, a, STR("m"), 1001 + PROBE_INTERVAL));
  keys_succeed(&keys, a, STR("m"), 1001 + PROBE_INTERVAL, 1002 + PROBE_INTERVAL);
  CHECK(!a->health.disabled && keys_ready(&keys, a, STR("m"), 1000));
}

/* 1 s, 2 s, 4 s ... 5 min; calls that failed together count once. */
static void test_backoff(void) {
  struct key *a = key_of(STR("A"));
  struct verdict v = verdict(BLAME_KEY, 0, false);
  double now = 1000, want = BACKOFF_MIN;
  for (int i = 0; i < 20; i++) {
    keys_fail(&keys, a, STR("m"), &v, now);
    keys_fail(&keys, a, STR("m"), &v, now);
    CHECK_INT((long long)(keys_until(&keys, a, STR("m"), now) - now), (long long)want);
    now = keys_until(&keys, a, STR("m"), now);
    want = want * 2 < BACKOFF_MAX ? want * 2 : BACKOFF_MAX;
  }
  v.jitter = 0;
  keys_fail(&keys, a, STR("m"), &v, now);
  CHECK(keys_until(&keys, a, STR("m"), now) == now + BACKOFF_MAX / 2.0);
}

static void test_forgetting(void) {
  struct key *a = key_of(STR("A"));
  static char names[KEY_MODELS_MAX + 1][2];
  struct verdict v = verdict(BLAME_KEY_MODEL, 1e9, false);
  for (int i = 0; i <= KEY_MODELS_MAX; i++) {
    names[i][0] = (char)(i & 0xFF);
    names[i][1] = (char)(i >> 8);
    if (i == KEY_MODELS_MAX) /* the first is used anew, so the second is forgotten */
      keys_fail(&keys, a, str_of(names[0], 2), &v, 5000);
    keys_fail(&keys, a, str_of(names[i], 2), &v, 1000 + i);
  }
  CHECK_INT(keys.model_count, KEY_MODELS_MAX);
  for (int i = 0; i <= KEY_MODELS_MAX; i++)
    CHECK_INT(keys_ready(&keys, a, str_of(names[i], 2), 5000), i == 1);
}

int main(void) {
  static void (*const tests[])(void) = {test_names,    test_find,    test_limit,
                                        test_cooldown, test_pair,    test_endpoints,
                                        test_disable,  test_backoff, test_forgetting};
  for (size_t i = 0; i < COUNT(tests); i++) {
    keys_init(&keys, &arena);
    tests[i]();
    arena_drop(&arena);
  }
  return unit_done();
}
