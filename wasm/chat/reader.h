/* reader.h -- an upstream's Chat Completions answer, streamed or whole,
 * read into neutral events. */
#ifndef CHAT_READER_H
#define CHAT_READER_H

#include "item/item.h"
#include "text/sse.h"

struct chat_reader {
  struct event_sink *sink;
  struct arena scratch; /* of one chunk; dropped after it */
  struct arena *arena;  /* of the whole answer; not owned */
  struct chat_call {    /* by the upstream's index: ids may change midway */
    int64_t index;
    uint32_t number; /* in the order in which they came */
    struct str id;
    bool told; /* some of its arguments came */
    struct chat_call *next;
  } * calls; /* newest first */
  uint32_t call_count;
  struct { /* the first half of a character, whose other one is to come */
    enum event_kind kind;
    uint32_t call;
    uint32_t high; /* 0: none */
  } half;
  struct str sources; /* what a search found, JSON, as long as it has not been put */
  bool begun;
  bool finished;       /* a finish_reason came */
  bool over;           /* [DONE] came */
  bool bare;           /* the last event was a chunk with usage and nothing else */
  bool failed;         /* EVENT_TROUBLE was put */
  bool passes_garbage; /* an event that is no JSON is passed over; else it is trouble */
};

void chat_reader_init(struct chat_reader *reader, struct arena *arena, struct event_sink *sink);

/* Read one event of the stream.  What is no chunk and no error is passed over
 * when it has a name of its own, and is trouble when it has not. */
void chat_read_event(struct chat_reader *reader, const struct sse_event *ev);

/* Read a whole answer, JSON. */
void chat_read_whole(struct chat_reader *reader, struct str body);

/* Give the scratch memory back. */
void chat_reader_close(struct chat_reader *reader);

#endif
