/* sse.h -- text/event-stream: read it a piece at a time, write it whole.
 *
 * Reading: bytes go in through sse_feed(), cut anywhere; whole events come out
 * of sse_next().  Line ends are LF, CRLF or CR; comments, "id" and "retry" are
 * skipped; a byte order mark at the start too (WHATWG HTML, 9.2.6).
 *
 * Two deviations from the standard are accepted: JSON events without an empty line between them,
 * and a last event without one behind it (sse_feed_end()).
 */
#ifndef TEXT_SSE_H
#define TEXT_SSE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

enum {
  SSE_MORE = 0,  /* every byte fed is used up: feed again, or stop */
  SSE_EVENT = 1, /* |*ev| holds an event */
};

struct sse_event {
  struct str name; /* the "event" field; empty if there was none */
  struct str data; /* the "data" lines, joined by '\n' */
};

struct sse {
  struct buf line; /* of a line that is cut by the end of a piece */
  struct buf data; /* of the event under way, when it has to be joined or kept */
  struct buf name;
  struct str chunk;                /* borrowed: the bytes not read yet */
  struct str lent_data, lent_name; /* in the piece or |line|, instead of |data| and |name| */
  size_t comments;                 /* comment lines so far: a sign of life, but no output */
  int error;
  bool after_cr, started, has_data;
  bool line_read; /* |line| is complete and read; only the texts that point into it count */
  bool line_next; /* |line| is complete and not read: it begins the next event */
  bool took;      /* the last event was returned: the next call drops it */
};

/* |arena| holds what must be kept from one piece to the next. */
void sse_init(struct sse *s, struct arena *arena);

/* Read from |chunk|, which is borrowed until sse_next() returns SSE_MORE. */
void sse_feed(struct sse *s, struct str chunk);

/* The body has ended: the rest is an event, even without its last line end. Then call sse_next()
 * until it returns SSE_MORE. */
void sse_feed_end(struct sse *s);

/* Take the next event.  |ev| points into |s| or the piece and holds until the
 * next call.  Returns SSE_EVENT, SSE_MORE, or an error (ERR_LIMIT past
 * SSE_EVENT_MAX, ERR_MEMORY), which every later call repeats.  An event
 * without data is no event. */
int sse_next(struct sse *s, struct sse_event *ev);

/* Has an event begun that was not returned? */
bool sse_partial(const struct sse *s);

/* The format of an answer's body, by its first bytes: content types are not reliable. */
enum sse_sniff { SSE_SNIFF_MORE, SSE_SNIFF_EVENTS, SSE_SNIFF_JSON, SSE_SNIFF_OTHER };
enum sse_sniff sse_sniff(struct str front);

/* Is |data| the mark of a stream's end, [DONE], as one service or another writes it? */
bool sse_is_done(struct str data);

/* |text| without a byte order mark. */
struct str sse_without_bom(struct str text);

/* |body|, which should be JSON, without a "data: [DONE]" behind it. */
struct str sse_without_done(struct str body);

/* Writing.  sse_put_open() starts a frame; an empty |name| writes no event
 * line.  The data, one line, is put by the caller; sse_put_close() ends it.  CR
 * or LF in a name or a comment makes the buf's error ERR_VALUE. */
void sse_put_open(struct buf *out, struct str name);
void sse_put_close(struct buf *out);

/* A whole frame; |data| may have several lines. */
void sse_put_event(struct buf *out, struct str name, struct str data);

/* ": text", a keep-alive that clients ignore. */
void sse_put_comment(struct buf *out, struct str text);

/* "data: [DONE]". */
void sse_put_done(struct buf *out);

#endif
