/* responses_answer.h -- neutral events into the answer of the Responses API,
 * as a stream of frames or as one object. */
#ifndef RESPONSES_ANSWER_H
#define RESPONSES_ANSWER_H

#include "errors.h"
#include "id.h"
#include "item.h"
#include "responses_object.h"

struct responses_writer {
  struct event_sink sink; /* first: readers put their events here */
  struct buf *out;        /* frames, or at the end the object */
  struct arena *arena;
  struct id_source *ids;
  const struct request *request;
  struct buf echo;
  bool stream;
  bool begun;  /* response.created was written */
  bool closed; /* the terminal event, or the object, was written */
  struct str id;
  struct str model;
  int64_t created; /* s */
  int64_t sequence;
  struct output_item *items, **items_end;
  struct seal_gap { /* where |out| lacks an item's encrypted_content */
    size_t at;
    struct output_item *item;
    struct seal_gap *next; /* the one before it */
  } * gaps;
  struct output_item *open; /* the message or reasoning that grows */
  uint32_t item_count;
  enum finish finish;
  struct usage usage;
  size_t text_bytes; /* of all items: at most OUTPUT_MAX */
  int error;         /* memory or a limit: sticky */
};

/* |request| is borrowed until close, its body until responses_writer_init()
 * returns.  |model| stands in until the upstream names its own. */
void responses_writer_init(struct responses_writer *w, struct buf *out, struct arena *arena,
                           struct id_source *ids, const struct request *request, struct str model,
                           double now);

/* All events are in: write response.completed or response.incomplete, or the
 * object.  |now| in ms. */
void responses_writer_close(struct responses_writer *w, double now);

/* The answer broke: in a stream, the error event in both shapes that clients
 * know and response.failed with the output so far; else the object, failed. */
void responses_writer_fail(struct responses_writer *w, const struct failure *f);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int responses_writer_error(const struct responses_writer *w);

#endif
