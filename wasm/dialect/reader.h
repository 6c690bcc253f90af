/* reader.h -- read an upstream's answer in either dialect into neutral events. */
#ifndef DIALECT_READER_H
#define DIALECT_READER_H

#include "chat/reader.h"
#include "responses/reader.h"

struct dialect_reader {
  bool chat; /* Chat Completions, else the Responses API */
  union {
    struct chat_reader chat;
    struct responses_reader responses;
  } of;
};

/* How far the answer is read. */
struct dialect_progress {
  bool finished; /* a terminal event or a finish_reason was read */
  bool over;     /* nothing more is expected: [DONE] was read */
  bool done;     /* ... with [DONE]; only in chat */
  bool failed;   /* EVENT_TROUBLE was put */
  bool stray;    /* the last event came after the end and is not part of the answer */
};

/* Events go to |sink|; |arena| lives as long as the answer. |request| is what the answer replies
 * to, or NULL if it was not read. */
void dialect_reader_init(struct dialect_reader *reader, bool chat, struct arena *arena,
                         struct event_sink *sink, const struct request *request);

/* From now on an empty answer is a failure: ERR_UPSTREAM_EMPTY. */
void dialect_reader_refuse_empty(struct dialect_reader *reader);

/* Read one event of a stream; or a whole answer in JSON. */
void dialect_read_event(struct dialect_reader *reader, const struct sse_event *ev);
void dialect_read_whole(struct dialect_reader *reader, struct str body);

/* The body has ended: the next event may lack its empty line, or be cut off. */
void dialect_reader_expect_end(struct dialect_reader *reader);

/* Everything has been read: put the remaining events. An answer without an end is a failure. */
void dialect_read_end(struct dialect_reader *reader);

struct dialect_progress dialect_reader_progress(const struct dialect_reader *reader);

/* In a chat stream, from now on an event that is not JSON is no failure: it has already been
 * relayed to the client, and the events after it decide whether the answer is complete. */
void dialect_reader_pass_garbage(struct dialect_reader *reader);

/* True when the last event was a chunk with usage and nothing else. */
bool dialect_reader_counted(const struct dialect_reader *reader);

/* Free the working memory. */
void dialect_reader_close(struct dialect_reader *reader);

#endif
