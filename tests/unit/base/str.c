/* str.c -- tests of wasm/base/str.c. */
#include "base/str.h"

#include <string.h>

#include "unit/unit.h"

static void test_equal(void) {
  CHECK(str_equal(STR("a"), STR("a")));
  CHECK(!str_equal(STR("a"), STR("A")));
  CHECK(!str_equal(STR("a"), STR("ab")));
  CHECK(str_equal(STR_NONE, STR("")));
  CHECK(str_equal(STR_NONE, STR_NONE));
  CHECK(str_equal_nocase(STR("Content-TYPE"), STR("content-type")));
  CHECK(!str_equal_nocase(STR("["), STR("{"))); /* differ in the bit of case alone */
  CHECK(!str_equal_nocase(STR("a"), STR("")));
  CHECK(str_equal_nocase(STR_NONE, STR("")));
  CHECK(str_equal_secret(STR("secret"), STR("secret")));
  CHECK(!str_equal_secret(STR("secret"), STR("secreT")));
  CHECK(!str_equal_secret(STR("secret"), STR("Xecret")));
  CHECK(!str_equal_secret(STR("secret"), STR("secre")));
  CHECK(str_equal_secret(STR_NONE, STR("")));
}

static void test_ends(void) {
  CHECK(str_starts(STR("Bearer x"), STR("Bearer ")));
  CHECK(!str_starts(STR("Bear"), STR("Bearer ")));
  CHECK(str_starts(STR("x"), STR("")) && str_starts(STR_NONE, STR_NONE));
  CHECK(str_ends(STR("a.json"), STR(".json")));
  CHECK(!str_ends(STR("json"), STR(".json")));
  CHECK(!str_ends(STR("a.jsonx"), STR(".json")));
  CHECK(str_ends(STR_NONE, STR("")));
}

static void test_find(void) {
  CHECK_INT(str_find(STR("hello world"), STR("world")), 6);
  CHECK_INT(str_find(STR("aaab"), STR("aab")), 1);
  CHECK_INT(str_find(STR("ab"), STR("abc")), STR_NOWHERE);
  CHECK_INT(str_find(STR("abab"), STR("abc")), STR_NOWHERE);
  CHECK_INT(str_find(STR("ab"), STR("")), 0);
  CHECK_INT(str_find(STR_NONE, STR("a")), STR_NOWHERE);
  CHECK_INT(str_find(STR_NONE, STR("")), 0);
  CHECK_INT(str_find_byte(STR("abc"), 'c'), 2);
  CHECK_INT(str_find_byte(STR("abc"), 'd'), STR_NOWHERE);
  CHECK_INT(str_find_byte(STR_NONE, 'd'), STR_NOWHERE);
}

static void test_part(void) {
  CHECK_STR(str_part(STR("hello"), 1, 3), "ell");
  CHECK_STR(str_part(STR("hello"), 3, 9), "lo");
  CHECK_STR(str_part(STR("hello"), 9, 9), "");
  CHECK_STR(str_part(STR("hello"), 1, (size_t)-1), "ello");
  CHECK_STR(str_from(STR("hello"), 2), "llo");
  CHECK_STR(str_from(STR("hello"), 6), "");
  CHECK_STR(str_from(STR_NONE, 1), "");
}

static void test_trim(void) {
  CHECK_STR(str_trim(STR(" \t\r\n a b \n")), "a b");
  CHECK_STR(str_trim(STR(" \t ")), "");
  CHECK_STR(str_trim(STR_NONE), "");
  CHECK_STR(str_trim(STR("\va")), "\va");
}

static void test_cut(void) {
  struct str rest = STR("a,,b,"), piece = STR_NONE;
  CHECK(str_cut(&rest, ',', &piece));
  CHECK_STR(piece, "a");
  CHECK(str_cut(&rest, ',', &piece));
  CHECK_STR(piece, "");
  CHECK(str_cut(&rest, ',', &piece));
  CHECK_STR(piece, "b");
  CHECK(!str_cut(&rest, ',', &piece));
  CHECK_STR(piece, "b");
  rest = STR("whole");
  CHECK(str_cut(&rest, ',', &piece));
  CHECK_STR(piece, "whole");
  CHECK_INT(rest.n, 0);
  rest = STR_NONE;
  CHECK(!str_cut(&rest, ',', &piece));
}

static void test_integer(void) {
  static const struct {
    const char *text;
    int64_t value;
    bool good;
  } cases[] = {
      {"0", 0, true},
      {"007", 7, true},
      {"-1", -1, true},
      {"-0", 0, true},
      {"9223372036854775807", INT64_MAX, true},
      {"-9223372036854775808", INT64_MIN, true},
      {"9223372036854775808", 0, false},
      {"-9223372036854775809", 0, false},
      {"18446744073709551616", 0, false},
      {"99999999999999999999999", 0, false},
      {"", 0, false},
      {"-", 0, false},
      {"--1", 0, false},
      {"+1", 0, false},
      {" 1", 0, false},
      {"1 ", 0, false},
      {"1.0", 0, false},
      {"1e3", 0, false},
      {"/", 0, false},
      {":", 0, false},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    int64_t value = 42;
    CHECK_INT(str_integer(str_of(cases[i].text, strlen(cases[i].text)), &value), cases[i].good);
    CHECK_INT(value, cases[i].good ? cases[i].value : 42);
  }
}

static void test_distance(void) {
  CHECK_INT(str_distance(STR("kitten"), STR("sitting"), 9), 3);
  CHECK_INT(str_distance(STR("gpt-4o"), STR("gpt-4o"), 2), 0);
  CHECK_INT(str_distance(STR("gpt-4o"), STR("gtp-4o"), 2), 1);
  CHECK_INT(str_distance(STR("ca"), STR("abc"), 9), 3); /* no piece is edited twice */
  CHECK_INT(str_distance(STR("gpt-4o"), STR("gpt-4o-mini"), 3), 4);
  CHECK_INT(str_distance(STR("abcdef"), STR("ghijkl"), 3), 4);
  CHECK_INT(str_distance(STR("abc"), STR("xyz"), 0), 1);
  CHECK_INT(str_distance(STR(""), STR("abc"), 5), 3);
  CHECK_INT(str_distance(STR("abc"), STR_NONE, 5), 3);
  CHECK_INT(str_distance(STR_NONE, STR_NONE, 5), 0);
  char longest[256], longer[256];
  memset(longest, 'a', sizeof longest);
  memset(longer, 'b', sizeof longer);
  CHECK_INT(str_distance(str_of(longest, 255), str_of(longer, 255), 300), 255);
  CHECK_INT(str_distance(str_of(longest, 256), str_of(longer, 256), 300), 301);
  CHECK_INT(str_distance(str_of(longest, 256), str_of(longest, 256), 300), 0);
}

int main(void) {
  test_equal();
  test_ends();
  test_find();
  test_part();
  test_trim();
  test_cut();
  test_integer();
  test_distance();
  return unit_done();
}
