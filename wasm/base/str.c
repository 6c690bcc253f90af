/* str.c -- see str.h. */
#include "base/str.h"

#include <string.h>

#include "base/scan.h"

struct str str_of(const char *p, size_t n) {
  return (struct str){p, n};
}

struct str str_literal(const char *literal) {
  size_t n = 0;
  while (literal != NULL && literal[n] != 0)
    n++;
  return str_of(literal, n);
}

bool str_is(struct str s, const char *literal) {
  size_t n = 0;
  while (n < s.n && literal[n] == s.p[n] && literal[n] != 0)
    n++;
  return n == s.n && literal[n] == 0;
}

const void *str_row(struct str s, const void *rows, size_t size, size_t n) {
  for (const char *row = rows; n > 0; n--, row += size)
    if (str_is(s, *(const char *const *)(const void *)row))
      return row;
  return NULL;
}

bool str_equal(struct str a, struct str b) {
  /* memcmp() must not see NULL, not even with length 0. */
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_equal_nocase(struct str a, struct str b) {
  if (a.n != b.n)
    return false;
  for (size_t i = 0; i < a.n; i++)
    if (lower(a.p[i]) != lower(b.p[i]))
      return false;
  return true;
}

bool str_equal_secret(struct str a, struct str b) {
  if (a.n != b.n)
    return false;
  /* volatile, or the compiler may leave the loop at the first difference. */
  volatile unsigned char differ = 0;
  for (size_t i = 0; i < a.n; i++)
    differ = (unsigned char)(differ | (a.p[i] ^ b.p[i]));
  return differ == 0;
}

bool str_starts(struct str s, struct str with) {
  return s.n >= with.n && str_equal(str_of(s.p, with.n), with);
}

bool str_ends(struct str s, struct str with) {
  return s.n >= with.n && str_equal(str_from(s, s.n - with.n), with);
}

size_t str_find(struct str s, struct str what) {
  if (what.n == 0)
    return 0;
  size_t at = scan_find(s.p, s.n, what.p, what.n);
  return at < s.n ? at : STR_NOWHERE;
}

size_t str_find_byte(struct str s, char c) {
  size_t at = scan_until(s.p, s.n, c, c);
  return at < s.n ? at : STR_NOWHERE;
}

struct str str_part(struct str s, size_t at, size_t n) {
  s = str_from(s, at);
  return str_of(s.p, n < s.n ? n : s.n);
}

struct str str_from(struct str s, size_t at) {
  if (at > s.n)
    at = s.n;
  return at == 0 ? s : str_of(s.p + at, s.n - at);
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t str_characters(struct str s) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    n += (s.p[i] & 0xc0) != 0x80;
  return n;
}

struct str str_trim(struct str s) {
  while (s.n > 0 && is_blank(s.p[0]))
    s = str_from(s, 1);
  while (s.n > 0 && is_blank(s.p[s.n - 1]))
    s.n--;
  return s;
}

bool str_cut(struct str *rest, char sep, struct str *piece) {
  if (rest->n == 0)
    return false;
  size_t at = scan_until(rest->p, rest->n, sep, sep);
  *piece = str_of(rest->p, at);
  *rest = str_from(*rest, at + 1);
  return true;
}

bool str_integer(struct str s, int64_t *out) {
  bool negative = str_starts(s, STR("-"));
  s = str_from(s, negative);
  if (s.n == 0)
    return false;
  uint64_t limit = (uint64_t)INT64_MAX + negative, value = 0;
  for (size_t i = 0; i < s.n; i++) {
    unsigned digit = (unsigned char)s.p[i] - '0';
    if (digit > 9 || value > (limit - digit) / 10)
      return false;
    value = value * 10 + digit;
  }
  *out = (int64_t)(negative ? 0 - value : value);
  return true;
}

enum { DISTANCE_MAX = 255 };

static unsigned least(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* One row of the edit-distance table: the distances of |a|'s first |i| bytes to each prefix of |b|.
 * |rows| are this row, the last and the one before. */
static unsigned distance_row(struct str a, struct str b, size_t i, uint8_t *const rows[3]) {
  uint8_t *row = rows[0], *last = rows[1], *before = rows[2];
  unsigned smallest = row[0] = (uint8_t)i;
  for (size_t k = 1; k <= b.n; k++) {
    bool same = a.p[i - 1] == b.p[k - 1];
    unsigned cost = least(least(row[k - 1], last[k]) + 1U, last[k - 1] + !same);
    if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] && a.p[i - 2] == b.p[k - 1])
      cost = least(cost, before[k - 2] + 1U);
    row[k] = (uint8_t)cost;
    smallest = least(smallest, cost);
  }
  return smallest;
}

unsigned str_distance(struct str a, struct str b, unsigned limit) {
  size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
  if (gap > limit)
    return limit + 1;
  if (a.n > DISTANCE_MAX || b.n > DISTANCE_MAX) /* too long for names */
    return str_equal(a, b) ? 0 : limit + 1;
  uint8_t memory[3][DISTANCE_MAX + 1];
  for (size_t k = 0; k <= b.n; k++)
    memory[0][k] = (uint8_t)k;
  for (size_t i = 1; i <= a.n; i++) {
    uint8_t *const rows[3] = {memory[i % 3], memory[(i + 2) % 3], memory[(i + 1) % 3]};
    if (distance_row(a, b, i, rows) > limit)
      return limit + 1;
  }
  return least(memory[a.n % 3][b.n], limit + 1);
}
