/* scan.c -- vectors in the compiler's own notation: one source for simd128,
 * SSE2 and NEON, so that what is tested natively is what runs in the Worker. */
#include "base/scan.h"

#include <string.h>

enum { LANES = 16, STRIDE = 4 * LANES };

/* clang leaves them calls where small code is asked for. */
#define INLINE __attribute__((always_inline)) static inline

typedef signed char lanes __attribute__((vector_size(16)));

/* What is looked for: |a|, |b|, and bytes below |below| as signed ones, so that
 * one comparison finds control characters and everything beyond ASCII. */
struct wanted {
  lanes a, b, below;
};

INLINE struct wanted wanted_of(char a, char b, signed char below) {
  lanes zero = {0};
  return (struct wanted){zero + (signed char)a, zero + (signed char)b, zero + below};
}

INLINE lanes hits(const char *p, const struct wanted *w) {
  lanes v;
  memcpy(&v, p, sizeof v);
  return (lanes)((v == w->a) | (v == w->b) | (v < w->below));
}

INLINE bool any(lanes v) {
  uint64_t half[2];
  memcpy(half, &v, sizeof half);
  return (half[0] | half[1]) != 0;
}

/* The first lane that is set (all machines in question are little-endian). */
INLINE size_t first(lanes v) {
  uint64_t half[2];
  memcpy(half, &v, sizeof half);
  if (half[0] != 0)
    return (size_t)__builtin_ctzll(half[0]) / 8;
  return half[1] != 0 ? 8 + (size_t)__builtin_ctzll(half[1]) / 8 : LANES;
}

INLINE bool is_hit(char c, char a, char b, signed char below) {
  return c == a || c == b || (signed char)c < below;
}

static size_t scan_short(const char *p, size_t n, char a, char b, signed char below) {
  size_t at = 0;
  while (at < n && !is_hit(p[at], a, b, below))
    at++;
  return at;
}

static size_t scan(const char *p, size_t n, char a, char b, signed char below) {
  if (n < LANES)
    return scan_short(p, n, a, b, below);
  struct wanted w = wanted_of(a, b, below);
  size_t lane = first(hits(p, &w)); /* most ends are near */
  if (lane < LANES)
    return lane;
  size_t at = LANES;
  while (n - at >= STRIDE && !any(hits(p + at, &w) | hits(p + at + LANES, &w) |
                                  hits(p + at + 2 * LANES, &w) | hits(p + at + 3 * LANES, &w)))
    at += STRIDE;
  for (; n - at >= LANES; at += LANES) {
    lane = first(hits(p + at, &w));
    if (lane < LANES)
      return at + lane;
  }
  /* The last lanes once more, for they reach to the end: no hit was before it. */
  lane = first(hits(p + n - LANES, &w));
  return lane < LANES ? n - LANES + lane : n;
}

static size_t scan_copy(char *to, const char *p, size_t n, char a, char b, signed char below) {
  struct wanted w = wanted_of(a, b, below);
  size_t at = 0;
  for (; n - at >= LANES; at += LANES) {
    memcpy(to + at, p + at, LANES);
    size_t lane = first(hits(p + at, &w));
    if (lane < LANES)
      return at + lane;
  }
  for (; at < n && !is_hit(p[at], a, b, below); at++)
    to[at] = p[at];
  return at;
}

size_t scan_until(const char *p, size_t n, char a, char b) {
  return scan(p, n, a, b, -128); /* nothing is below that */
}

size_t scan_text(const char *p, size_t n) {
  size_t at = 0;
  for (;;) {
    at += scan(p + at, n - at, '"', '\\', 0x20);
    if (at == n || (signed char)p[at] >= 0)
      return at;
    do {
      int length = scan_utf8(p + at, n - at);
      if (length < 0)
        return at;
      at += (size_t)length;
    } while (at < n && (signed char)p[at] < 0);
  }
}

size_t scan_copy_until(char *to, const char *p, size_t n, char a, char b) {
  return scan_copy(to, p, n, a, b, -128);
}

size_t scan_copy_text(char *to, const char *p, size_t n) {
  size_t at = 0;
  for (;;) {
    at += scan_copy(to + at, p + at, n - at, '"', '\\', 0x20);
    if (at == n || (signed char)p[at] >= 0)
      return at;
    do {
      int length = scan_utf8(p + at, n - at);
      if (length < 0)
        return at;
      for (int i = 0; i < length; i++, at++)
        to[at] = p[at];
    } while (at < n && (signed char)p[at] < 0);
  }
}

/* The Unicode Standard, table 3-7: after some first bytes not every second one
 * may come, which shuts out overlong forms, surrogates and what is past U+10FFFF. */
int scan_utf8(const char *p, size_t n) {
  unsigned char lead = (unsigned char)p[0];
  if (lead < 0x80)
    return 1;
  int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0)
    return -1;
  unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (int i = 1; i < length; i++) {
    if ((size_t)i == n || (unsigned char)p[i] < low || (unsigned char)p[i] > high)
      return -i;
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

size_t scan_put_utf8(char *to, uint32_t code) {
  if (code < 0x80) {
    to[0] = (char)code;
    return 1;
  }
  if (code >= 0xD800 && code <= 0xDFFF)
    code = 0xFFFD;
  size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; i--) {
    to[i] = (char)(0x80 | (code & 0x3F));
    code >>= 6;
  }
  to[0] = (char)((0xF00 >> length) | code);
  return length;
}

static int32_t hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  char lower = (char)(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

int32_t scan_hex(const char *p, size_t n) {
  int32_t value = 0;
  for (size_t i = 0; i < n; i++) {
    int32_t digit = hex_digit(p[i]);
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}
