/* reader.h -- read an upstream's Chat Completions answer, streamed or whole, into neutral events.
 */
#ifndef CHAT_READER_H
#define CHAT_READER_H

#include "chat/calls.h"
#include "chat/details.h"
#include "chat/shape.h"
#include "text/sse.h"

struct chat_reader {
  struct event_sink *sink;
  struct arena scratch; /* of one chunk; dropped after it */
  struct arena *arena;  /* of the whole answer; not owned */
  struct chat_calls calls;
  struct chat_details details;
  struct { /* the first half of a surrogate pair whose second half has not come yet */
    enum event_kind kind;
    struct chat_call *call; /* of ARGUMENTS */
    uint32_t high;          /* 0: none */
  } half;
  struct {                  /* what the current chunk had so far */
    uint32_t count;         /* texts, calls and other content */
    struct json_value text; /* the last text; absent: none */
    enum event_kind kind;   /* the kind of that text */
  } had;
  struct chunk_shape shape; /* of the last chunk with one text and nothing else */
  enum event_kind last;     /* the kind of the last text */
  struct buf blank;         /* spaces at the start of the text, until something follows */
  struct str sources;       /* the results of a search, JSON: the last that came */
  bool sources_put;
  enum finish finish;
  bool begun;
  bool whole;          /* the answer is no stream */
  bool has_content;    /* some reasoning, text, refusal or call came */
  bool finished;       /* a finish_reason came, or an end that means the same */
  bool concluded;      /* EVENT_FINISH was put */
  bool counted;        /* usage came */
  bool usage_is_last;  /* only the last chunk had usage */
  bool done;           /* [DONE] came */
  bool over;           /* [DONE] or the end of the body came */
  bool bare;           /* the last event was a chunk with usage and nothing else */
  bool stray;          /* the events behind the finish_reason were no part of the answer */
  bool ending;         /* the body has ended: the event that is read may be cut off */
  bool failed;         /* EVENT_TROUBLE was put */
  bool refuse_empty;   /* an empty answer is a failure */
  bool passes_garbage; /* an event that is not JSON is ignored, else it is a failure */
};

/* |request| is the request of the answer, or NULL where it is unknown. */
void chat_reader_init(struct chat_reader *reader, struct arena *arena, struct event_sink *sink,
                      const struct request *request);

/* Read one event of the stream.  One that is neither a chunk nor an error is ignored if it has an
 * event name, else it is a failure. */
void chat_read_event(struct chat_reader *reader, const struct sse_event *ev);

/* Read a whole answer, JSON. */
void chat_read_whole(struct chat_reader *reader, struct str body);

/* The body has ended, or no more is awaited: put the remaining events. An answer without an end is
 * a failure. */
void chat_read_end(struct chat_reader *reader);

/* Give the scratch memory back. */
void chat_reader_close(struct chat_reader *reader);

#endif
