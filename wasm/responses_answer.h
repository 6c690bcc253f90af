/* responses_answer.h -- neutral events into the answer of the Responses API,
 * as a stream of frames or as one object. */
#ifndef RESPONSES_ANSWER_H
#define RESPONSES_ANSWER_H

#include "custom_input.h"
#include "errors.h"
#include "id.h"
#include "item.h"

enum output_kind { OUTPUT_MESSAGE, OUTPUT_REFUSAL, OUTPUT_REASONING, OUTPUT_CALL };

/* An item of the answer, as far as it has come. */
struct output_item {
  enum output_kind kind;
  uint32_t index;            /* output_index */
  uint32_t call;             /* CALL: its number */
  bool custom;               /* CALL: of a custom tool */
  bool wrapped;              /* CALL: whose input comes as {"input":"..."}: */
  struct custom_input input; /* how far it is read */
  bool done;                 /* output_item.done was written */
  bool cut;                  /* the answer ended before it did */
  struct str id;
  struct str call_id, name, space;
  struct str sealed; /* REASONING: encrypted_content; empty as long as there is none */
  bool unsealable;   /* ... and there will be none */
  struct buf text;   /* text, refusal, thoughts, arguments or a custom input */
  struct buf notes;  /* MESSAGE: annotations, JSON, as an array's inside */
  uint32_t note_count;
  struct output_item *next;
};

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

/* The thoughts that are to be sealed before |out| may be taken, when the client
 * asked for reasoning.encrypted_content; NULL when there are none. */
const struct output_item *responses_writer_unsealed(const struct responses_writer *w);

/* They are sealed: put |text| (empty: it could not be done) into every gap. */
void responses_writer_seal(struct responses_writer *w, struct str text);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int responses_writer_error(const struct responses_writer *w);

#endif
