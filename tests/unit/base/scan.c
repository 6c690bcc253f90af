/* scan.c -- tests of wasm/base/scan.c: every length and place against a loop of bytes. */
#include "base/scan.h"

#include <stdlib.h>
#include <string.h>

#include "unit/unit.h"

enum { LENGTH_MAX = 150 };

/* |got| bytes of |p| have been copied to |to|, and nothing else went wrong. */
static bool copied(const char *to, const char *p, size_t got, size_t want) {
  return got == want && memcmp(to, p, want) == 0;
}

/* A copy whose end is the end of what was allocated, so that ASan sees a vector
 * that reads past it. */
static char *exact(const char *p, size_t n) {
  char *copy = malloc(n > 0 ? n : 1);
  return n > 0 ? memcpy(copy, p, n) : copy;
}

static void test_every_place(void) {
  static const char wanted[] = {'"', '\\', '\n', '\0', '\x1f', '\x80', '\xff'};
  char text[LENGTH_MAX];
  size_t wrong = 0;
  memset(text, 'x', sizeof text);
  for (size_t n = 0; n <= LENGTH_MAX; n++)
    for (size_t at = 0; at <= n; at++)
      for (size_t k = 0; k < sizeof wanted; k++) {
        char *p = exact(text, n), *to = exact(text, n);
        if (at < n)
          p[at] = wanted[k];
        wrong += scan_equal(p, to, n) != (at == n);
        memset(to, 'z', n);
        wrong += !copied(to, p, scan_copy_text(to, p, n), at);
        memset(to, 'z', n);
        wrong += !copied(to, p, scan_copy_until(to, p, n, wanted[k], 'y'), at);
        free(to);
        wrong += scan_text(p, n) != at;
        wrong += scan_until(p, n, wanted[k], wanted[k]) != at;
        wrong += scan_until(p, n, wanted[k], 'y') != at;
        wrong += scan_until(p, n, 'y', wanted[k]) != at;
        free(p);
      }
  CHECK_INT(wrong, 0);
}

static void test_every_byte(void) {
  for (int c = 0; c < 256; c++) {
    char text[32];
    memset(text, c, sizeof text);
    bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
    CHECK_INT(scan_text(text, sizeof text), plain ? 32 : 0);
    CHECK_INT(scan_until(text, sizeof text, (char)(c + 1), (char)(c - 1)), 32);
    CHECK_INT(scan_until(text, sizeof text, (char)c, (char)(c - 1)), 0);
  }
  CHECK_INT(scan_until(NULL, 0, 'a', 'b'), 0);
}

static void test_utf8(void) {
  static const struct {
    const char *text;
    int length; /* what scan_utf8() says */
  } cases[] = {
      {"a", 1},
      {"\x7f", 1},
      {"\xC2\x80", 2},
      {"\xDF\xBF", 2},
      {"\xE0\xA0\x80", 3},
      {"\xED\x9F\xBF", 3},
      {"\xEE\x80\x80", 3},
      {"\xEF\xBF\xBF", 3},
      {"\xF0\x90\x80\x80", 4},
      {"\xF4\x8F\xBF\xBF", 4},
      {"\x80", -1},             /* no first byte */
      {"\xBF", -1},             /* nor this */
      {"\xC0\x80", -1},         /* overlong */
      {"\xC1\xBF", -1},         /* overlong */
      {"\xE0\x9F\xBF", -1},     /* overlong */
      {"\xF0\x8F\xBF\xBF", -1}, /* overlong */
      {"\xED\xA0\x80", -1},     /* a surrogate */
      {"\xED\xBF\xBF", -1},     /* a surrogate */
      {"\xF4\x90\x80\x80", -1}, /* past U+10FFFF */
      {"\xF5\x80\x80\x80", -1}, /* past U+10FFFF */
      {"\xFE", -1},
      {"\xFF", -1},
      {"\xC2", -1},             /* cut */
      {"\xE2\x82", -2},         /* cut */
      {"\xF0\x9F\x98", -3},     /* cut */
      {"\xE2\x82\x41", -2},     /* cut by a letter */
      {"\xF0\x9F\x41\x80", -2}, /* cut by a letter */
      {"\xC2\xC2\x80", -1},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    size_t n = strlen(cases[i].text);
    CHECK_INT(scan_utf8(cases[i].text, n), cases[i].length);
    CHECK_INT(scan_text(cases[i].text, n), cases[i].length < 0 ? 0 : cases[i].length);
    char *to = exact(cases[i].text, n);
    CHECK_INT(scan_copy_text(to, cases[i].text, n), cases[i].length < 0 ? 0 : cases[i].length);
    free(to);
  }
  char copy[13];
  CHECK_INT(scan_copy_text(copy, "gr\xC3\xBC\xC3\x9F dich\xE2\x82", 13), 11);
  CHECK_STR(str_of(copy, 11), "gr\xC3\xBC\xC3\x9F dich");
  CHECK_INT(scan_text("gr\xC3\xBC\xC3\x9F dich\xE2\x82", 13), 11);
}

/* Written, and read again: every code point. */
static void test_put_utf8(void) {
  size_t wrong = 0;
  for (uint32_t code = 0; code <= 0x10FFFF; code++) {
    char text[4];
    size_t n = scan_put_utf8(text, code);
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    wrong += n != (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
    wrong += scan_utf8(text, n) != (int)n;
    wrong += surrogate && memcmp(text, "\xEF\xBF\xBD", 3) != 0;
  }
  CHECK_INT(wrong, 0);
  char text[4];
  CHECK_EQUAL(str_of(text, scan_put_utf8(text, 0x20AC)), STR("\xE2\x82\xAC"));
  CHECK_EQUAL(str_of(text, scan_put_utf8(text, 0x1F600)), STR("\xF0\x9F\x98\x80"));
}

static void test_hex(void) {
  CHECK_INT(scan_hex("0000", 4), 0);
  CHECK_INT(scan_hex("aF09", 4), 0xAF09);
  CHECK_INT(scan_hex("ffff", 4), 0xFFFF);
  CHECK_INT(scan_hex("00g0", 4), -1);
  CHECK_INT(scan_hex("/", 1), -1);
  CHECK_INT(scan_hex(":", 1), -1);
  CHECK_INT(scan_hex("@", 1), -1);
  CHECK_INT(scan_hex("`", 1), -1);
  CHECK_INT(scan_hex("G", 1), -1);
  CHECK_INT(scan_hex("\x10", 1), -1);
}

int main(void) {
  test_every_place();
  test_every_byte();
  test_utf8();
  test_put_utf8();
  test_hex();
  return unit_done();
}
