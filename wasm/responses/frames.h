/* frames.h -- write the frames of a Responses stream: one function for each kind of event.
 *
 * Those about an item write nothing when the reply is one object instead of a stream. */
#ifndef RESPONSES_FRAMES_H
#define RESPONSES_FRAMES_H

#include "responses/object.h"

/* A frame with the whole response. |name| is the event; the rest as in responses_put_response(). */
void frames_put_response(struct responses_writer *w, struct str name, struct str status,
                         int64_t completed, const struct failure *f);

/* |item| begins: output_item.added, and its part where it has one. */
void frames_put_item_added(struct responses_writer *w, struct output_item *item);

/* |item| continues with |delta|, which is already part of its text. */
void frames_put_delta(struct responses_writer *w, struct output_item *item, struct str delta);

/* |annotation|, JSON, is the |index|th of the message |item|. */
void frames_put_annotation(struct responses_writer *w, const struct output_item *item,
                           uint32_t index, struct str annotation);

/* |item| is complete: its text and its part again, whole, and output_item.done. */
void frames_put_item_done(struct responses_writer *w, struct output_item *item);

/* The error event, in both shapes that clients know. */
void frames_put_error(struct responses_writer *w, const struct failure *f);

#endif
