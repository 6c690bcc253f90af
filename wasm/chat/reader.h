/* reader.h -- an upstream's Chat Completions answer, streamed or whole, read into neutral
 * events. */
#ifndef CHAT_READER_H
#define CHAT_READER_H

#include "chat/calls.h"
#include "chat/shape.h"
#include "text/sse.h"

struct chat_reader {
  struct event_sink *sink;
  struct arena scratch; /* of one chunk; dropped after it */
  struct arena *arena;  /* of the whole answer; not owned */
  struct chat_calls calls;
  struct { /* the first half of a surrogate pair, whose other half is to come */
    enum event_kind kind;
    struct chat_call *call; /* of ARGUMENTS */
    uint32_t high;          /* 0: none */
  } half;
  struct {                  /* what the chunk that is read has had */
    uint32_t count;         /* of texts, calls and all else that means something */
    struct json_value text; /* the last text; absent: none */
    enum event_kind kind;   /* ... and what it is of */
  } had;
  struct chunk_shape shape; /* of the last chunk that had one text and nothing else */
  struct str sources;       /* what a search found, JSON, until it is put */
  enum finish finish;
  bool begun;
  bool has_content;    /* some reasoning, text, refusal or call came */
  bool finished;       /* a finish_reason came, or the end that stands for it */
  bool concluded;      /* EVENT_FINISH was put */
  bool counted;        /* usage came */
  bool usage_is_last;  /* the last chunk had it, and none before */
  bool over;           /* [DONE], or the end of the body, came */
  bool bare;           /* the last event was a chunk with usage and nothing else */
  bool stray;          /* what came behind the finish_reason was no part of the answer */
  bool ending;         /* the body has ended: what is read now may be cut */
  bool failed;         /* EVENT_TROUBLE was put */
  bool refuse_empty;   /* an answer with nothing in it is a failure */
  bool passes_garbage; /* an event that is no JSON is ignored; else it is a failure */
};

/* |request| is what was asked, or NULL where that is not known. */
void chat_reader_init(struct chat_reader *reader, struct arena *arena, struct event_sink *sink,
                      const struct request *request);

/* Read one event of the stream.  What is no chunk and no error is ignored when it has an event
 * name of its own, and a failure when it has not. */
void chat_read_event(struct chat_reader *reader, const struct sse_event *ev);

/* Read a whole answer, JSON. */
void chat_read_whole(struct chat_reader *reader, struct str body);

/* The body has ended cleanly, or nothing more is waited for: put what is due.  An answer
 * without an end is a failure. */
void chat_read_end(struct chat_reader *reader);

/* Give the scratch memory back. */
void chat_reader_close(struct chat_reader *reader);

#endif
