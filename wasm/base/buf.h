/* buf.h -- append-only output with a hard limit and a sticky error.
 *
 * Writers do not check each put; the user of the result checks buf_error() once.  After an error
 * every put does nothing.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

struct buf {
  struct arena *arena; /* where |p| lives; not owned */
  char *p;
  size_t n;
  size_t cap; /* never more than |max| */
  size_t max; /* n never exceeds it */
  int error;  /* 0, ERR_MEMORY, ERR_LIMIT, or a writer's own error */
};

/* Many functions call it: in each of them it would be longer than the call. */
void buf_init(struct buf *b, struct arena *arena, size_t max) __attribute__((noinline));

/* The slow path of buf_put() and buf_put_byte(): grows first. */
void buf_put_grown(struct buf *b, struct str s);

static inline void buf_put(struct buf *b, struct str s) {
  if (s.n > 0 && s.n <= b->cap - b->n && b->error == 0) {
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
  } else {
    buf_put_grown(b, s);
  }
}

static inline void buf_put_byte(struct buf *b, char c) {
  if (b->n < b->cap && b->error == 0)
    b->p[b->n++] = c;
  else
    buf_put_grown(b, str_of(&c, 1));
}

void buf_put_integer(struct buf *b, int64_t value);

/* Room for |n| more bytes: write to the returned address, then call buf_commit(). NULL, with the
 * error set, when there is none. */
char *buf_room(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

/* What has been put; valid until the next put. */
struct str buf_str(const struct buf *b);

int buf_error(const struct buf *b);

/* Insert |s| at offset |at|. */
void buf_insert(struct buf *b, size_t at, struct str s);

/* Remove the first |n| bytes; the rest moves to the front. */
void buf_take(struct buf *b, size_t n);

/* Give unused memory back, when no more will be put. */
void buf_trim(struct buf *b);

/* Make room for |n| bytes in all, so that it need not grow later. A hint: sets no error. */
void buf_reserve(struct buf *b, size_t n);

/* Clear the content and the error; keep the memory. */
void buf_reset(struct buf *b);

/* Clear the content and the error; keep a page of memory at most. */
void buf_forget(struct buf *b);

/* Clear the content and give the memory back. */
void buf_drop(struct buf *b);

#endif
