/* buf.c -- see buf.h. */
#include "base/buf.h"

#include <string.h>

#include "base/errors.h"
#include "limits.h"

enum { BUF_FIRST = 256, BUF_SMALL = 512 };

/* What buf_forget() keeps at most: a page. Where that is noticed, nothing, so that the use of what
 * was forgotten is found. */
enum { BUF_KEPT = ARENA_CHECKED ? 0 : 4 * KIB };

void buf_init(struct buf *b, struct arena *arena, size_t max) {
  *b = (struct buf){.arena = arena, .max = max};
}

/* Doubles, so that the total copying is linear; grows by half where doubling would need too much
 * memory. After BUF_SMALL it has pages of its own, since an arena does not reuse what is small. */
static size_t next_cap(const struct buf *b, size_t least) {
  size_t cap = b->cap < MIB ? b->cap * 2 : b->cap + b->cap / 2;
  if (cap < BUF_FIRST)
    cap = BUF_FIRST;
  cap = cap > least ? cap : least;
  if (cap > BUF_SMALL && cap < ARENA_LARGE)
    cap = ARENA_LARGE;
  if (cap > b->max)
    cap = b->max;
  size_t fit = arena_fit(cap);
  return fit <= b->max ? fit : cap;
}

static bool buf_grow(struct buf *b, size_t least) {
  size_t cap = next_cap(b, least);
  char *p = arena_grow(b->arena, b->p, b->cap, cap);
  if (p == NULL) {
    b->error = ERR_MEMORY;
    return false;
  }
  b->p = p;
  b->cap = cap;
  return true;
}

char *buf_room(struct buf *b, size_t n) {
  if (b->error != 0)
    return NULL;
  if (n > b->max - b->n) {
    b->error = ERR_LIMIT;
    return NULL;
  }
  if ((b->p == NULL || n > b->cap - b->n) && !buf_grow(b, b->n + n))
    return NULL;
  return b->p + b->n;
}

void buf_commit(struct buf *b, size_t n) {
  if (b->error == 0)
    b->n += n;
}

void buf_put_grown(struct buf *b, struct str s) {
  if (s.n == 0)
    return;
  char *to = buf_room(b, s.n);
  if (to == NULL)
    return;
  memcpy(to, s.p, s.n);
  b->n += s.n;
}

void buf_insert(struct buf *b, size_t at, struct str s) {
  if (s.n == 0 || buf_room(b, s.n) == NULL)
    return;
  memmove(b->p + at + s.n, b->p + at, b->n - at);
  memcpy(b->p + at, s.p, s.n);
  b->n += s.n;
}

void buf_put_integer(struct buf *b, int64_t value) {
  char digits[20]; /* -9223372036854775808 */
  size_t at = sizeof digits;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do
    digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    digits[--at] = '-';
  buf_put(b, str_of(digits + at, sizeof digits - at));
}

struct str buf_str(const struct buf *b) {
  return str_of(b->p, b->n);
}

int buf_error(const struct buf *b) {
  return b->error;
}

void buf_take(struct buf *b, size_t n) {
  if (n > b->n)
    n = b->n;
  if (n == 0)
    return;
  memmove(b->p, b->p + n, b->n - n);
  b->n -= n;
}

void buf_trim(struct buf *b) {
  if (b->p != NULL)
    b->cap = arena_trim(b->arena, b->p, b->cap, b->n);
}

void buf_reserve(struct buf *b, size_t n) {
  n = n < b->max ? n : b->max;
  if (b->error != 0 || n <= b->cap)
    return;
  char *p = arena_grow(b->arena, b->p, b->cap, n);
  if (p == NULL)
    return;
  b->p = p;
  b->cap = n;
}

void buf_reset(struct buf *b) {
  b->n = 0;
  b->error = 0;
}

void buf_forget(struct buf *b) {
  if (b->cap > BUF_KEPT)
    buf_drop(b);
  else
    buf_reset(b);
}

void buf_drop(struct buf *b) {
  arena_give(b->arena, b->p, b->cap);
  buf_init(b, b->arena, b->max);
}
