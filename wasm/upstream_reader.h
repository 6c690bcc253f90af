/* upstream_reader.h -- an upstream's answer, read in the dialect that it speaks. */
#ifndef UPSTREAM_READER_H
#define UPSTREAM_READER_H

#include "chat_answer.h"
#include "responses_reader.h"

struct upstream_reader {
  bool chat; /* which of the two it is */
  union {
    struct chat_reader chat;
    struct responses_reader responses;
  } of;
};

/* How far it has come. */
struct upstream_progress {
  bool finished; /* the model has said what it had to say */
  bool over;     /* and so has the stream */
  bool failed;   /* EVENT_TROUBLE was put */
};

/* Events go to |sink|; |arena| is of the whole answer. */
void upstream_reader_init(struct upstream_reader *reader, bool chat, struct arena *arena,
                          struct event_sink *sink);

/* Read one event of a stream; or a whole answer, JSON. */
void upstream_read_event(struct upstream_reader *reader, const struct sse_event *ev);
void upstream_read_whole(struct upstream_reader *reader, struct str body);

struct upstream_progress upstream_reader_progress(const struct upstream_reader *reader);

/* Was the last event a chunk with usage and nothing else? */
bool upstream_reader_counted(const struct upstream_reader *reader);

/* Give the scratch memory back. */
void upstream_reader_close(struct upstream_reader *reader);

#endif
