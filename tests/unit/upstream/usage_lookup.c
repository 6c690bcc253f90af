/* usage_lookup.c -- the request for a stored response, and what is learned from what comes. */
#include "upstream/usage_lookup.h"

#include <string.h>

#include "limits.h"
#include "unit/unit.h"

static struct arena arena;
static struct target target = {.endpoint = STR_INIT("https://up.test/v1")};
static struct key key = {.secret = STR_INIT("secret")};
static struct json body;
static struct ask ask;

/* An attempt whose stream was piped, of a response |id|. */
static struct attempt piped(struct str id) {
  return (struct attempt){.call = {.choice = {&target, &key}, .ask = &ask},
                          .relay = {.on = true, .response_id = id}};
}

static void set_body(struct str text) {
  size_t where;
  CHECK_INT(json_parse(&body, &arena, text, &where), 0);
  ask = (struct ask){.body = json_root(&body), .text = text, .stream = true};
}

static struct usage_lookup opened(void) {
  struct attempt a = piped(STR("resp_1"));
  struct usage_lookup s;
  usage_lookup_open(&s, &arena, &a, 2);
  usage_lookup_called(&s, 1000);
  return s;
}

static void test_request(void) {
  struct usage_lookup s = opened();
  CHECK_STR(buf_str(&s.head), "GET https://up.test/v1/responses/resp_1\n"
                              "accept: application/json\n"
                              "user-agent: ai-worker-proxy\n"
                              "authorization: Bearer secret\n");
  CHECK_INT(s.number, 2);
  CHECK(!s.over);
  CHECK_INT((int64_t)s.deadline, 1000 + USAGE_LOOKUP_WAIT_MS);
}

static void test_who_is_asked(void) {
  struct attempt a = piped(STR("resp_1"));
  CHECK(usage_lookup_may_tell(&a));
  a.call.read_all = true;
  CHECK(!usage_lookup_may_tell(&a));
  a = piped(STR("resp_1"));
  a.call.chat = true;
  CHECK(!usage_lookup_may_tell(&a));
  a = piped(STR("resp_1"));
  a.answer.usage.known = true;
  CHECK(!usage_lookup_may_tell(&a));
  set_body(STR("{\"store\":false}"));
  a = piped(STR("resp_1"));
  CHECK(!usage_lookup_may_tell(&a));
  set_body(STR("{\"store\":null}"));
  CHECK(usage_lookup_may_tell(&a));
}

static void test_ids(void) {
  static char letters[RESPONSE_ID_MAX + 1];
  const struct str odd[] = {STR_INIT(""),    STR_INIT("a/b"),     STR_INIT(".."),
                            STR_INIT("a?b"), STR_INIT("a\nb"),    STR_INIT("a b"),
                            STR_INIT("%2e"), STR_INIT("\xc3\xa9")};
  for (size_t i = 0; i < COUNT(odd); i++) {
    struct attempt a = piped(odd[i]);
    CHECK(!usage_lookup_may_tell(&a));
  }
  memset(letters, 'a', sizeof letters);
  struct attempt a = piped(str_of(letters, RESPONSE_ID_MAX));
  CHECK(usage_lookup_may_tell(&a));
  a.relay.response_id.n++;
  CHECK(!usage_lookup_may_tell(&a));
}

static void test_usage(void) {
  struct usage_lookup s = opened();
  CHECK_INT(usage_lookup_take(&s, PUT_ANSWER_HEAD, STR("200\ncontent-type: application/json\n")),
            0);
  CHECK_INT(usage_lookup_take(&s, PUT_CHUNK, STR("{\"usage\":{\"input_tokens\":1")), 0);
  CHECK_INT(usage_lookup_take(&s, PUT_CHUNK, STR("2,\"output_tokens\":3}}")), 0);
  CHECK(!s.over);
  CHECK_INT(usage_lookup_take(&s, PUT_END, STR_NONE), 0);
  CHECK(s.over);
  CHECK(s.usage.known);
  CHECK_INT(s.usage.input, 12);
  CHECK_INT(s.usage.output, 3);
}

static void test_failures(void) {
  struct usage_lookup s = opened();
  CHECK_INT(usage_lookup_take(&s, PUT_ANSWER_HEAD, STR("404\n")), 0);
  CHECK(s.over);
  s = opened();
  CHECK_INT(usage_lookup_take(&s, PUT_ANSWER_HEAD, STR("nonsense")), 0);
  CHECK(s.over);
  s = opened();
  CHECK_INT(usage_lookup_take(&s, PUT_FAILED, STR("refused")), 0);
  CHECK(s.over);
  s = opened();
  CHECK_INT(usage_lookup_take(&s, PUT_STORED, STR_NONE), ERR_STALE);
  CHECK(!s.over);
  CHECK(!s.usage.known);
}

static void test_limit(void) {
  static char spaces[USAGE_LOOKUP_MAX];
  struct usage_lookup s = opened();
  memset(spaces, ' ', sizeof spaces);
  CHECK_INT(usage_lookup_take(&s, PUT_ANSWER_HEAD, STR("200\n")), 0);
  CHECK_INT(usage_lookup_take(&s, PUT_CHUNK, str_of(spaces, sizeof spaces)), 0);
  CHECK(!s.over);
  CHECK_INT(usage_lookup_take(&s, PUT_CHUNK, STR("{}")), 0);
  CHECK(s.over);
}

int main(void) {
  arena_init(&arena);
  set_body(STR("{}"));
  test_request();
  test_who_is_asked();
  set_body(STR("{}"));
  test_ids();
  test_usage();
  test_failures();
  test_limit();
  arena_drop(&arena);
  return unit_done();
}
