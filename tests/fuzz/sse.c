/* sse.c -- any bytes as an event stream: whole, byte by byte and in pieces must
 * give the same events.  The first byte says how long the pieces are. */
#include "text/sse.h"

#include <stdlib.h>
#include <string.h>

#include "limits.h"

static void must(bool holds) {
  if (!holds)
    abort();
}

static void put_events(struct sse *s, struct buf *out, struct str piece) {
  char *copy = malloc(piece.n > 0 ? piece.n : 1);
  if (piece.n > 0)
    memcpy(copy, piece.p, piece.n);
  sse_feed(s, str_of(copy, piece.n));
  struct sse_event ev;
  int state;
  while ((state = sse_next(s, &ev)) == SSE_EVENT) {
    buf_put_integer(out, (int64_t)ev.name.n);
    buf_put(out, ev.name);
    buf_put_integer(out, (int64_t)ev.data.n);
    buf_put(out, ev.data);
    must(!sse_partial(s));
  }
  must(state == SSE_MORE);
  free(copy);
}

/* All that is seen of a stream that is cut into pieces of |first|, |step|, |step|... */
static struct str events(struct arena *arena, struct str stream, size_t first, size_t step) {
  struct sse s;
  struct buf out;
  sse_init(&s, arena);
  buf_init(&out, arena, 16 * MIB);
  put_events(&s, &out, str_part(stream, 0, first));
  for (stream = str_from(stream, first); stream.n > 0; stream = str_from(stream, step))
    put_events(&s, &out, str_part(stream, 0, step));
  buf_put_integer(&out, (int64_t)s.comments);
  buf_put_byte(&out, sse_partial(&s) ? 'p' : 'w');
  must(buf_error(&out) == 0);
  return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n == 0)
    return 0;
  struct arena arena = {NULL};
  size_t step = data[0] % 16 + 1;
  struct str stream = str_of((const char *)data + 1, n - 1);
  struct str whole = events(&arena, stream, stream.n, 1);
  must(str_equal(whole, events(&arena, stream, 0, 1)));
  must(str_equal(whole, events(&arena, stream, 0, step)));
  must(str_equal(whole, events(&arena, stream, data[0], stream.n)));
  arena_drop(&arena);
  must(arena_pool_used() == 0);
  return 0;
}
