/* reader.h -- read an upstream's Chat Completions answer, streamed or whole, into neutral events.
 */
#ifndef CHAT_READER_H
#define CHAT_READER_H

#include "chat/progress.h"
#include "text/sse.h"

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
