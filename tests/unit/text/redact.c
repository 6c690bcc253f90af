/* mask.c -- keys that upstreams repeat, whole or cut, and what only looks like one. */
#include "text/redact.h"

#include "unit/unit.h"

static struct arena arena;

static void test_texts(void) {
  static const struct {
    struct str text, secret, masked;
  } rows[] = {
      {STR_INIT("bad key sk-abcdefgh!"), STR_INIT("sk-abcdefgh"), STR_INIT("bad key ***!")},
      {STR_INIT("sk-abcdefgh"), STR_INIT("sk-abcdefgh"), STR_INIT("***")},
      {STR_INIT("sk-abcde..., sk-abcdef"), STR_INIT("sk-abcdefgh"), STR_INIT("***..., ***")},
      {STR_INIT("sk-abcd..."), STR_INIT("sk-abcdefgh"), STR_INIT("sk-abcd...")},
      {STR_INIT("nothing of it"), STR_INIT("sk-abcdefgh"), STR_INIT("nothing of it")},
      /* What services without keys are given is no secret, and part of many a word. */
      {STR_INIT("context_length_exceeded"), STR_INIT("x"), STR_INIT("context_length_exceeded")},
      {STR_INIT("none of them"), STR_INIT("none"), STR_INIT("none of them")},
      {STR_INIT("no key"), STR_INIT(""), STR_INIT("no key")},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    CHECK_EQUAL(redact_secret(rows[i].text, rows[i].secret, &arena), rows[i].masked);
}

int main(void) {
  arena_init(&arena);
  test_texts();
  arena_drop(&arena);
  return unit_done();
}
