/* scan.c -- see scan.h.
 *
 * Written with the compiler's vector extensions: one source for simd128, SSE2 and NEON, so that the
 * native tests run the code that the Worker runs.
 */
#include "base/scan.h"

#include <string.h>

enum { LANES = 16, STRIDE = 4 * LANES };

/* With -Oz clang would not inline them. */
#define INLINE __attribute__((always_inline)) static inline

typedef signed char lanes __attribute__((vector_size(16)));

/* The bytes to find: |a|, |b|, and all below |below|, compared as signed bytes, so that one
 * comparison finds control characters and non-ASCII bytes. */
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

/* A bit mask of the lanes that are set, the first lane lowest. */
INLINE uint32_t mask_of(lanes v) {
#if defined(__wasm_simd128__)
  return (uint32_t)__builtin_wasm_bitmask_i8x16(v);
#elif defined(__SSE2__)
  typedef char bytes __attribute__((vector_size(16)));
  return (uint32_t)__builtin_ia32_pmovmskb128((bytes)v);
#else
  uint32_t mask = 0;
  for (int i = 0; i < LANES; i++)
    mask |= (uint32_t)(v[i] != 0) << i;
  return mask;
#endif
}

INLINE bool any(lanes v) {
  return mask_of(v) != 0;
}

/* The first lane that is set. */
INLINE size_t first(lanes v) {
  return (size_t)__builtin_ctz(mask_of(v) | 1u << LANES);
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
  size_t lane = first(hits(p, &w)); /* most strings are short */
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
  /* The last vector, which overlaps the one before: the overlap has no hit. */
  lane = first(hits(p + n - LANES, &w));
  return lane < LANES ? n - LANES + lane : n;
}

enum { HALF = LANES / 2 };

/* Is a byte of |v| one that hits() would find?  Also where only the one after such a byte
 * is another: then it is looked at byte by byte. */
INLINE bool word_hits(uint64_t v, char a, char b, signed char below) {
  const uint64_t ones = 0x0101010101010101, tops = ones * 0x80;
  uint64_t va = v ^ ones * (unsigned char)a, vb = v ^ ones * (unsigned char)b;
  uint64_t found = ((va - ones) & ~va) | ((vb - ones) & ~vb);
  if (below > 0)
    found |= (v - ones * (unsigned char)below) | v;
  return (found & tops) != 0;
}

/* All of |n| bytes, HALF to LANES, by two words that overlap; false if there is a hit. */
INLINE bool copy_words(char *to, const char *p, size_t n, char a, char b, signed char below) {
  uint64_t head, tail;
  memcpy(&head, p, HALF);
  memcpy(&tail, p + n - HALF, HALF);
  if (word_hits(head, a, b, below) || word_hits(tail, a, b, below))
    return false;
  memcpy(to, &head, HALF);
  memcpy(to + n - HALF, &tail, HALF);
  return true;
}

static size_t scan_copy(char *to, const char *p, size_t n, char a, char b, signed char below) {
  if (n >= HALF && n < LANES && copy_words(to, p, n, a, b, below))
    return n;
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
  return scan(p, n, a, b, -128); /* no byte is below -128 */
}

INLINE bool is_continuation(char c) {
  return ((unsigned char)c & 0xC0) == 0x80;
}

/* As scan_utf8(), with a fast path for two-byte sequences and the three-byte sequences whose second
 * byte has no restriction. */
INLINE int utf8_length(const char *p, size_t n) {
  unsigned char lead = (unsigned char)p[0];
  if (n >= 3 && is_continuation(p[1])) {
    if (lead > 0xE0 && lead < 0xF0 && lead != 0xED && is_continuation(p[2]))
      return 3;
    if (lead >= 0xC2 && lead < 0xE0)
      return 2;
  }
  return scan_utf8(p, n);
}

size_t scan_text(const char *p, size_t n) {
  size_t at = 0;
  for (;;) {
    at += scan(p + at, n - at, '"', '\\', 0x20);
    if (at == n || (signed char)p[at] >= 0)
      return at;
    do {
      int length = utf8_length(p + at, n - at);
      if (length < 0)
        return at;
      at += (size_t)length;
    } while (at < n && (signed char)p[at] < 0);
  }
}

/* Can |c| follow a backslash, other than as the start of \\uXXXX? */
INLINE bool is_named_escape(char c) {
  return c == 'n' || c == '"' || c == '\\' || c == '/' || c == 't' || c == 'r' || c == 'b' ||
         c == 'f';
}

/* Step over the character or escape at |*at|; false when it ends the string. */
INLINE bool pass_in_string(const char *p, size_t n, size_t *at, bool *escaped) {
  if ((signed char)p[*at] < 0) {
    do {
      int length = utf8_length(p + *at, n - *at);
      if (length < 0)
        return false;
      *at += (size_t)length;
    } while (*at < n && (signed char)p[*at] < 0);
    return true;
  }
  if (p[*at] != '\\' || n - *at < 2 || !is_named_escape(p[*at + 1]))
    return false;
  *at += 2;
  *escaped = true;
  return true;
}

/* The end or the next escape is mostly near: 16 bytes are examined first, not 64. */
size_t scan_string(const char *p, size_t n, bool *escaped) {
  struct wanted w = wanted_of('"', '\\', 0x20);
  size_t at = 0;
  while (n - at >= LANES) {
    uint32_t mask = mask_of(hits(p + at, &w));
    if (mask != 0) {
      at += (size_t)__builtin_ctz(mask);
      if (p[at] == '"' || !pass_in_string(p, n, &at, escaped))
        return at;
      continue;
    }
    at += LANES;
    while (n - at >= STRIDE && !any(hits(p + at, &w) | hits(p + at + LANES, &w) |
                                    hits(p + at + 2 * LANES, &w) | hits(p + at + 3 * LANES, &w)))
      at += STRIDE;
  }
  while (at < n) {
    if (!is_hit(p[at], '"', '\\', 0x20))
      at++;
    else if (!pass_in_string(p, n, &at, escaped))
      return at;
  }
  return at;
}

/* The lanes where |a| is followed by |b|. */
INLINE lanes pair_hits(const char *p, const struct wanted *w) {
  lanes v, next;
  memcpy(&v, p, sizeof v);
  memcpy(&next, p + 1, sizeof next);
  return (lanes)((v == w->a) & (next == w->b));
}

/* The rest is compared only where the first two bytes of |what| match. */
size_t scan_find(const char *p, size_t n, const char *what, size_t length) {
  size_t at = 0;
  if (length > n || n == 0)
    return n;
  size_t last = n - length; /* the last offset where it can begin */
  if (length >= 2 && n > LANES) {
    struct wanted w = wanted_of(what[0], what[1], -128);
    for (; at + LANES < n; at += LANES) {
      while (n - at > STRIDE &&
             !any(pair_hits(p + at, &w) | pair_hits(p + at + LANES, &w) |
                  pair_hits(p + at + 2 * LANES, &w) | pair_hits(p + at + 3 * LANES, &w)))
        at += STRIDE;
      if (at + LANES >= n)
        break;
      uint32_t mask = mask_of(pair_hits(p + at, &w));
      for (; mask != 0; mask &= mask - 1) {
        size_t place = at + (size_t)__builtin_ctz(mask);
        if (place <= last && memcmp(p + place, what, length) == 0)
          return place;
      }
    }
  }
  for (; at <= last; at++) {
    if (length == 0 || (p[at] == what[0] && memcmp(p + at, what, length) == 0))
      return at;
  }
  return n;
}

INLINE lanes differences(const char *p, const char *q) {
  lanes a, b;
  memcpy(&a, p, sizeof a);
  memcpy(&b, q, sizeof b);
  return (lanes)(a != b);
}

bool scan_equal(const char *p, const char *q, size_t n) {
  size_t at = 0;
  if (n < LANES) {
    while (at < n && p[at] == q[at])
      at++;
    return at == n;
  }
  for (; n - at >= LANES; at += LANES) {
    if (any(differences(p + at, q + at)))
      return false;
  }
  /* The last vector, which overlaps the one before. */
  return !any(differences(p + n - LANES, q + n - LANES));
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
      int length = utf8_length(p + at, n - at);
      if (length < 0)
        return at;
      for (int i = 0; i < length; i++, at++)
        to[at] = p[at];
    } while (at < n && (signed char)p[at] < 0);
  }
}

/* The Unicode Standard, table 3-7: some first bytes restrict the second, which excludes overlong
 * forms, surrogates and code points above U+10FFFF. */
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
