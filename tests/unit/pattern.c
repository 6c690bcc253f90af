/* pattern.c -- tests of wasm/pattern.c. */
#include "pattern.h"

#include "errors.h"
#include "limits.h"
#include "unit.h"

enum { BUDGET = 1000 * 1000 };

static struct arena arena;

static int match(struct str pattern, struct str text) {
  uint32_t budget = BUDGET;
  return pattern_match(pattern, text, &arena, &budget);
}

struct sample {
  struct str pattern, yes, no;
};

/* |no| empty: there is none. */
#define SAMPLE(pattern, yes, no)                                                                   \
  { STR_INIT(pattern), STR_INIT(yes), STR_INIT(no) }

static const struct sample samples[] = {
    SAMPLE("", "", ""),
    SAMPLE("b", "abc", "ac"),
    SAMPLE("^b", "bc", "abc"),
    SAMPLE("b$", "ab", "abc"),
    SAMPLE("^$", "", "x"),
    SAMPLE("^abc$", "abc", "abcd"),
    SAMPLE("a|^b|c$", "xa", "xb"),
    SAMPLE("^(a|b|cd)$", "cd", "c"),
    SAMPLE("^(?:a|b)+$", "abba", "abca"),
    SAMPLE("^(a|)$", "", "b"),
    SAMPLE("^(|a)b$", "ab", "aab"),
    SAMPLE("^a*$", "aaa", "aab"),
    SAMPLE("^a+$", "a", "b"),
    SAMPLE("^a?b$", "ab", "aab"),
    SAMPLE("^a{3}$", "aaa", "aa"),
    SAMPLE("^a{2,}$", "aaaa", "a"),
    SAMPLE("^a{2,3}$", "aaa", "aaaa"),
    SAMPLE("^a{0}$", "", "a"),
    SAMPLE("^a{0,1}b{1,1}$", "b", "aab"),
    SAMPLE("^(ab){2}$", "abab", "ababab"),
    SAMPLE("^((a{2}){2}|b){2}$", "baaaa", "aaaaaa"),
    SAMPLE("^(a*)*$", "aaa", "b"),
    SAMPLE("^(a*)+b$", "aab", "aac"),
    SAMPLE("^(){3}()*x$", "x", "y"),
    SAMPLE("^a+?b*?c??$", "aabbc", "bc"),
    SAMPLE("^.$", "\xF0\x9F\x98\x80", "\n"),
    SAMPLE("^.{2}$", "\xC3\xA9x", "\xC3\xA9"),
    SAMPLE("^\\d\\D$", "1a", "11"),
    SAMPLE("^\\w+$", "aZ_09", "a-b"),
    SAMPLE("^\\W+$", "- \xC3\xA9", "-a"),
    SAMPLE("^\\s\\S$", " x", "xx"),
    SAMPLE("^\\s+$", "\t\n\xC2\xA0\xE2\x80\xA8\xE3\x80\x80", "\xC2\xA1"),
    SAMPLE("^[abc]+$", "cab", "abd"),
    SAMPLE("^[^abc]+$", "xyz\n", "xyza"),
    SAMPLE("^[a-c\\d_-]+$", "b7-_", "d"),
    SAMPLE("^[-a]+$", "a-", "b"),
    SAMPLE("^[a-]+$", "a-", "b"),
    SAMPLE("^[\\]\\\\^]+$", "]\\^", "["),
    SAMPLE("^[[]$", "[", "]"),
    SAMPLE("^[\xC3\xA0-\xC3\xBF]$", "\xC3\xA9", "e"),
    SAMPLE("^[\\s\\S]{3}$", "a\nb", "a"),
    SAMPLE("^[^]$", "x", ""),
    SAMPLE("^x[]|^y", "y", "x"),
    SAMPLE("^[\\u0041-\\x43]$", "B", "D"),
    SAMPLE("^\\u00e9\\x41\\t\\.\\/\\-\\$$",
           "\xC3\xA9"
           "A\t./-$",
           "x"),
    SAMPLE("^\\{\\}}]$", "{}}]", "{"),
    SAMPLE("^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", "a.b@example.org", "a@b"),
    SAMPLE("^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
           "123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-c456-426614174000"),
    SAMPLE("^(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$", "2026-11-23", "2026-13-23"),
    SAMPLE("^(\\+\\d{1,3}[- ]?)?\\d{10}$", "+49 1234567890", "123"),
    SAMPLE("^#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})$", "#Abc", "#abcd"),
    SAMPLE("^[a-zA-Z0-9]{1,500}$", "x", ""),
    SAMPLE("a{2}{2}", "x", ""), /* no such thing: accepted */
    SAMPLE("(", "x", ""),
    SAMPLE(")", "x", ""),
    SAMPLE("(a))", "x", ""),
    SAMPLE("[a", "x", ""),
    SAMPLE("[b-a]", "x", ""),
    SAMPLE("^[\\d-z]+$", "1-z", "x"),
    SAMPLE("[a-\\d]", "x", ""),
    SAMPLE("\\", "x", ""),
    SAMPLE("[\\", "x", ""),
    SAMPLE("*", "x", ""),
    SAMPLE("a**", "x", ""),
    SAMPLE("a{", "x", ""),
    SAMPLE("a{,2}", "x", ""),
    SAMPLE("a{3,2}", "x", ""),
    SAMPLE("a{99999999999999999999}", "x", ""),
    SAMPLE("a{1,99999999999999999999}", "x", ""),
    SAMPLE("((a{100}){100}){100}", "x", ""),
    SAMPLE("(?=a)b", "x", ""),
    SAMPLE("(?<n>a)", "x", ""),
    SAMPLE("(a)\\1", "x", ""),
    SAMPLE("\\bx", "y", ""),
    SAMPLE("\\p{L}", "x", ""),
    SAMPLE("\\u{1F600}", "x", ""),
    SAMPLE("\\ud83d\\ude00", "x", ""),
    SAMPLE("\\x4", "x", ""),
    SAMPLE("\\xzz", "x", ""),
    SAMPLE("((((((((((((((((((a))))))))))))))))))", "x", ""),
};

static void test_samples(void) {
  for (size_t i = 0; i < COUNT(samples); i++) {
    const struct sample *s = &samples[i];
    if (!CHECK_INT(match(s->pattern, s->yes), 1))
      printf("  %s of %s\n", s->pattern.p, s->yes.p);
    if (s->no.n > 0 && !CHECK_INT(match(s->pattern, s->no), 0))
      printf("  %s of %s\n", s->pattern.p, s->no.p);
    arena_drop(&arena);
  }
}

/* Every piece of every pattern: no fault in memory, whatever it says. */
static void test_pieces(void) {
  for (size_t i = 0; i < COUNT(samples); i++)
    for (size_t from = 0; from <= samples[i].pattern.n; from++)
      for (size_t n = 0; n <= samples[i].pattern.n - from; n++)
        CHECK(match(str_part(samples[i].pattern, from, n), samples[i].yes) >= 0);
  arena_drop(&arena);
}

static struct str repeated(size_t n, struct str piece) {
  struct buf b;
  buf_init(&b, &arena, MIB);
  while (n-- > 0)
    buf_put(&b, piece);
  return buf_str(&b);
}

static void test_work(void) {
  uint32_t budget = BUDGET;
  struct str text = repeated(3000, STR("a"));
  CHECK_INT(pattern_match(STR("^(a+)+$"), text, &arena, &budget), 1);
  budget = BUDGET;
  CHECK_INT(pattern_match(STR("^(a|aa)+b$"), text, &arena, &budget), 0);
  CHECK(budget > BUDGET / 2);
  budget = 1000; /* spent: yes */
  CHECK_INT(pattern_match(STR("^(a|aa)+b$"), text, &arena, &budget), 1);
  CHECK_INT(budget, 0);
  CHECK_INT(pattern_match(STR("b"), text, &arena, &budget), 1);
  budget = BUDGET; /* a class of many words costs as much */
  CHECK_INT(pattern_match(repeated(1, repeated(500, STR("[abcdefghijklmnopqrstuvwxyz]"))), text,
                          &arena, &budget),
            1);
  CHECK_INT(match(repeated(PATTERN_OPS_MAX, STR("a")), text), 1);
  CHECK_INT(match(repeated(PATTERN_OPS_MAX + 1, STR("b")), text), 1); /* too long */
  CHECK_INT(match(repeated(PATTERN_OPS_MAX, STR("b")), text), 0);
  arena_drop(&arena);
}

static void test_memory(void) {
  uint32_t budget = BUDGET;
  arena_refuse(1, false);
  CHECK_INT(pattern_match(STR("a"), STR("a"), &arena, &budget), ERR_MEMORY);
  arena_refuse(0, false);
  size_t used = arena_pool_used();
  for (int i = 0; i < 100; i++)
    CHECK_INT(match(STR("a"), STR("a")), 1);
  CHECK(arena_pool_used() <= used + 64 * KIB);
  arena_drop(&arena);
}

int main(void) {
  test_samples();
  test_pieces();
  test_work();
  test_memory();
  return unit_done();
}
