/* reader.h -- read an upstream's Responses answer, streamed or whole, into neutral events. */
#ifndef RESPONSES_READER_H
#define RESPONSES_READER_H

#include "responses/progress.h"
#include "text/sse.h"

void responses_reader_init(struct responses_reader *reader, struct arena *arena,
                           struct event_sink *sink);

/* Read one event of the stream.  Unknown events are ignored. */
void responses_read_event(struct responses_reader *reader, const struct sse_event *ev);

/* Read a whole answer, JSON. */
void responses_read_whole(struct responses_reader *reader, struct str body);

/* The upstream's body has ended: without a terminal event that is a failure. Recorded streams can
 * end without [DONE]. */
void responses_read_end(struct responses_reader *reader);

/* Give the scratch memory back. */
void responses_reader_close(struct responses_reader *reader);

#endif
