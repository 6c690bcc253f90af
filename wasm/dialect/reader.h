/* reader.h -- an upstream's answer in either dialect, read into neutral events. */
#ifndef DIALECT_READER_H
#define DIALECT_READER_H

#include "chat/reader.h"
#include "responses/reader.h"

struct dialect_reader {
  bool chat; /* which of the two it is */
  union {
    struct chat_reader chat;
    struct responses_reader responses;
  } of;
};

/* How far it has come. */
struct dialect_progress {
  bool finished; /* the terminal event, or a finish_reason, came */
  bool over;     /* nothing more is expected: [DONE] came */
  bool failed;   /* EVENT_TROUBLE was put */
  bool stray;    /* the last event came behind the end and is no part of the answer */
};

/* Events go to |sink|; |arena| is of the whole answer.  |request| is what was asked, or NULL
 * where that is not known. */
void dialect_reader_init(struct dialect_reader *reader, bool chat, struct arena *arena,
                         struct event_sink *sink, const struct request *request);

/* An answer with nothing in it is a failure (ERR_UPSTREAM_EMPTY): somebody else is asked. */
void dialect_reader_refuse_empty(struct dialect_reader *reader);

/* Read one event of a stream; or a whole answer, JSON. */
void dialect_read_event(struct dialect_reader *reader, const struct sse_event *ev);
void dialect_read_whole(struct dialect_reader *reader, struct str body);

/* The body has ended cleanly.  What is read after this may be an event without its empty
 * line, or the part of one that was cut off. */
void dialect_reader_expect_end(struct dialect_reader *reader);

/* Nothing more comes: put what is due.  Without an end of the answer that is a failure. */
void dialect_read_end(struct dialect_reader *reader);

struct dialect_progress dialect_reader_progress(const struct dialect_reader *reader);

/* From now on an event that is no JSON is no failure: the client has it already, and what
 * comes after it decides.  Of a chat stream. */
void dialect_reader_pass_garbage(struct dialect_reader *reader);

/* True when the last event was a chunk with usage and nothing else. */
bool dialect_reader_counted(const struct dialect_reader *reader);

/* Give the scratch memory back. */
void dialect_reader_close(struct dialect_reader *reader);

#endif
