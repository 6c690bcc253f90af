/* redact.c -- keys that upstreams repeat: whole, cut, encoded, in pieces; and what only looks like
 * one. */
#include "text/redact.h"

#include <string.h>

#include "limits.h"
#include "unit/unit.h"

static struct arena arena;

#define KEY "sk-Zt7Qp2Lx9Vb4Nm1K"
#define BASE64_1 "c2stWnQ3UXAyTHg5VmI0Tm0x" /* of KEY, without what its end stands for */
#define BASE64_2 "Bearer a2stWnQ3UXAy"      /* no beginning of it */
#define PERCENT "%73%6B%2D%5A%74%37%51%70%32%4C%78%39%56%62%34%4E%6D%31%4B"
#define ESCAPED                                                                                    \
  "\\u0073\\u006b\\u002d\\u005a\\u0074\\u0037\\u0051\\u0070\\u0032\\u004c\\u0078\\u0039"           \
  "\\u0056\\u0062\\u0034\\u004e\\u006d\\u0031\\u004b"

static struct str redact(struct str text, struct str secret, size_t least) {
  return redact_text(redactor_make(&arena, secret), text, least, &arena);
}

static void test_texts(void) {
  static const struct {
    struct str text, secret, redacted;
  } rows[] = {
      {STR_INIT("bad key sk-abcdefgh!"), STR_INIT("sk-abcdefgh"), STR_INIT("bad key ***!")},
      {STR_INIT("sk-abcdefgh"), STR_INIT("sk-abcdefgh"), STR_INIT("***")},
      {STR_INIT("sk-abcde..., sk-abcdef"), STR_INIT("sk-abcdefgh"), STR_INIT("***..., ***")},
      {STR_INIT("sk-abcd..."), STR_INIT("sk-abcdefgh"), STR_INIT("sk-abcd...")},
      {STR_INIT("nothing of it"), STR_INIT("sk-abcdefgh"), STR_INIT("nothing of it")},
      {STR_INIT("...7Qp2Lx9Vb4Nm1K, x"), STR_INIT(KEY), STR_INIT("...***, x")},
      {STR_INIT("{\"k\":\"" BASE64_1 "\"}"), STR_INIT(KEY), STR_INIT("{\"k\":\"***\"}")},
      {STR_INIT("key=" PERCENT "&a=%20"), STR_INIT(KEY), STR_INIT("key=***&a=%20")},
      {STR_INIT("'" ESCAPED "'"), STR_INIT(KEY), STR_INIT("'***'")},
      {STR_INIT(KEY KEY), STR_INIT(KEY), STR_INIT("******")},
      {STR_INIT("\\u00e9t\\u00e9 %20%2D%5A"), STR_INIT(KEY), STR_INIT("\\u00e9t\\u00e9 %20%2D%5A")},
      /* Words in it may be words of any text: only its beginning is looked for. */
      {STR_INIT("status=429;rate_limit, rate_limit"), STR_INIT("status=429;rate_limit"),
       STR_INIT("***, rate_limit")},
      /* What services without keys are given is no secret, and part of many a word. */
      {STR_INIT("context_length_exceeded"), STR_INIT("x"), STR_INIT("context_length_exceeded")},
      {STR_INIT("none of them"), STR_INIT("none"), STR_INIT("none of them")},
      {STR_INIT("no key"), STR_INIT(""), STR_INIT("no key")},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    if (!CHECK_EQUAL(redact(rows[i].text, rows[i].secret, REDACT_MIN), rows[i].redacted))
      printf("  in row %d\n", (int)i);
  }
}

/* However a text is cut, no more of the key is told than what comes before it may be told. */
static void test_pieces(void) {
  static const struct str text = STR_INIT("It is " KEY ", or " PERCENT "; not sk-Zt7, nor " KEY);
  const struct redactor *r = redactor_make(&arena, STR(KEY));
  for (size_t n = 1; n <= text.n; n++) {
    struct redact_stream s;
    struct buf all;
    redact_stream_init(&s, r, &arena);
    buf_init(&all, &arena, KIB);
    for (size_t at = 0; at < text.n; at += n)
      buf_put(&all, redact_stream_take(&s, str_part(text, at, n)));
    buf_put(&all, redact_stream_end(&s));
    struct str told = buf_str(&all);
    for (size_t i = 0; i + REDACT_MIN <= STR(KEY).n; i++)
      CHECK(str_find(told, str_part(STR(KEY), i, REDACT_MIN)) == STR_NOWHERE);
    CHECK(str_find(told, STR("%56%62")) == STR_NOWHERE);
    CHECK(str_find(told, STR("***, or ")) != STR_NOWHERE);
    CHECK(str_find(told, STR("***; not sk-Zt7, nor ")) != STR_NOWHERE);
  }
}

/* What is no part of the key passes at once, byte for byte. */
static void test_others(void) {
  static const struct str text = STR_INIT("A task, a risk, 7Qp2, %73 and sk-Zt7Qp2L are told.");
  const struct redactor *r = redactor_make(&arena, STR(KEY));
  const struct redactor *word = redactor_make(&arena, STR("lm-studio-has-none"));
  struct redact_stream s;
  struct buf all;
  buf_init(&all, &arena, KIB);
  redact_stream_init(&s, r, &arena);
  for (size_t at = 0; at < text.n; at += 3)
    buf_put(&all, redact_stream_take(&s, str_part(text, at, 3)));
  CHECK_EQUAL(buf_str(&all), text);
  redact_stream_init(&s, word, &arena);
  CHECK_EQUAL(redact_stream_take(&s, STR("lm-studio-has-none")), STR("lm-studio-has-none"));
}

int main(void) {
  arena_init(&arena);
  test_texts();
  test_pieces();
  test_others();
  arena_drop(&arena);
  return unit_done();
}
