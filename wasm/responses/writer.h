/* writer.h -- write neutral events as a reply of the Responses API: a stream of frames, or one
 * object. */
#ifndef RESPONSES_WRITER_H
#define RESPONSES_WRITER_H

#include "base/errors.h"
#include "responses/object.h"

/* |request| is borrowed until close, its body until responses_writer_init()
 * returns.  |model| is used until the upstream names its own. */
void responses_writer_init(struct responses_writer *w, struct buf *out, struct arena *arena,
                           struct id_source *ids, const struct request *request, struct str model,
                           double now);

/* The message, reasoning or compaction that is being written is complete. */
void responses_writer_end_item(struct responses_writer *w);

/* Put the text of all messages so far, or of the compaction that is being written. */
void responses_writer_put_text(const struct responses_writer *w, struct buf *out);

/* All events are in: write response.completed or response.incomplete, or the
 * object.  |now| in ms. */
void responses_writer_close(struct responses_writer *w, double now);

/* The answer failed: in a stream, the error event in both shapes that clients
 * know and response.failed with the output so far; else the object, failed. */
void responses_writer_fail(struct responses_writer *w, const struct failure *f);

/* It was cancelled: the stream ends with response.failed, as the API has it. */
void responses_writer_cancel(struct responses_writer *w);

/* Put the final response again; nothing when it was not closed. Includes what has been encrypted
 * since. */
void responses_writer_put(struct responses_writer *w, struct buf *out);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int responses_writer_error(const struct responses_writer *w);

#endif
