/* object.h -- an answer as the JSON of the Responses API: its items, and
 * the response around them. */
#ifndef RESPONSES_OBJECT_H
#define RESPONSES_OBJECT_H

#include "base/errors.h"
#include "base/id.h"
#include "item/custom_input.h"
#include "item/item.h"

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

/* An answer that is being written: what writer.h fills and this file puts as JSON. */
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

/* "completed", or "incomplete" when the answer ended before the item did. */
struct str output_item_status(const struct output_item *item);

/* The one part of a message or of a reasoning's summary, with |text| in it. */
void responses_put_part(struct buf *out, const struct output_item *item, struct str text);

/* |item| into w->out: as it begins, or |whole|, with all that has come of it. */
void responses_put_item(struct responses_writer *w, struct output_item *item, struct str status,
                        bool whole);

/* The response into w->out, with all items.  |completed| in s, 0 when it is
 * not; |f| when it failed, else NULL. */
void responses_put_response(struct responses_writer *w, struct str status, int64_t completed,
                            const struct failure *f);

/* The thoughts that are to be sealed before |out| may be taken, when the client
 * asked for reasoning.encrypted_content; NULL when there are none. */
const struct output_item *responses_writer_unsealed(const struct responses_writer *w);

/* They are sealed: put |text| (empty: it could not be done) into every gap. */
void responses_writer_seal(struct responses_writer *w, struct str text);

#endif
