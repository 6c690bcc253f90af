/* responses_reader.h -- an upstream's Responses answer, streamed or whole,
 * read into neutral events. */
#ifndef RESPONSES_READER_H
#define RESPONSES_READER_H

#include "item.h"
#include "sse.h"

/* What has been put so far, so that a text which comes again (as .done, in its
 * item, in the last response) is put no further than it is new. */
struct tally {
  size_t n;
  uint64_t hash;
};

/* A text of an item, or a call. */
struct responses_piece {
  int64_t item; /* output_index */
  int64_t part; /* content_index or summary_index */
  int kind;
  uint32_t call;  /* of a call: its number */
  uint32_t notes; /* annotations put */
  struct tally said;
  struct responses_piece *next;
};

enum { RESPONSES_TEXTS = EVENT_REFUSAL - EVENT_REASONING + 1 };

struct responses_reader {
  struct event_sink *sink;
  struct arena scratch;           /* of one event; dropped after it */
  struct arena *arena;            /* of the whole answer; not owned */
  struct responses_piece *pieces; /* newest first */
  uint32_t piece_count, call_count;
  struct { /* the first half of a character, whose other one is to come */
    int kind;
    int64_t item, part;
    uint32_t high; /* 0: none */
  } half;
  int64_t items; /* stands in for an output_index that is missing */
  struct tally said[RESPONSES_TEXTS], walked[RESPONSES_TEXTS];
  uint32_t notes, walked_notes, walked_calls;
  bool walking; /* the last response is read: |walked| is how far */
  bool begun;
  bool finished; /* response.completed or .incomplete came */
  bool over;     /* so did the end of the stream */
  bool failed;   /* EVENT_TROUBLE was put */
};

void responses_reader_init(struct responses_reader *reader, struct arena *arena,
                           struct event_sink *sink);

/* Read one event of the stream.  Events of other names are passed over. */
void responses_read_event(struct responses_reader *reader, const struct sse_event *ev);

/* Read a whole answer, JSON. */
void responses_read_whole(struct responses_reader *reader, struct str body);

/* The upstream's body has ended: without a terminal event that is trouble.
 * Streams were recorded that end without [DONE]. */
void responses_read_end(struct responses_reader *reader);

/* Give the scratch memory back. */
void responses_reader_close(struct responses_reader *reader);

#endif
