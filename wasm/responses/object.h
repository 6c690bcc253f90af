/* object.h -- write a reply as JSON of the Responses API: its items, and the response around them.
 */
#ifndef RESPONSES_OBJECT_H
#define RESPONSES_OBJECT_H

#include "base/errors.h"
#include "item/reply_writer.h"

enum output_kind {
  OUTPUT_MESSAGE,
  OUTPUT_REFUSAL,
  OUTPUT_REASONING,
  OUTPUT_CALL,
  OUTPUT_COMPACTION, /* see item/compaction.h */
};

/* An item of the reply, with the content so far. */
struct output_item {
  enum output_kind kind;
  uint32_t index;         /* output_index */
  struct reply_call call; /* CALL */
  bool done;              /* output_item.done was written */
  bool cut;               /* the answer ended before the item */
  bool paragraph;         /* MESSAGE: the upstream's, not only cut off from the one before it */
  struct str id;
  struct str origin; /* REASONING: see item/reasoning.h */
  struct str sealed; /* REASONING, COMPACTION: encrypted_content; empty until it is known */
  bool native;       /* |sealed| is the upstream's own */
  bool bare;         /* REASONING: without a summary */
  struct str phase;  /* MESSAGE: a JSON string, or empty */
  bool unsealable;   /* REASONING: encryption failed */
  struct buf text;   /* text, refusal, reasoning, arguments, a custom tool's input, what is
                        sealed in a compaction */
  struct { /* MESSAGE: where in |reply.logprobs| its own begin, and were written in deltas */
    size_t from, told, end;
  } logprobs;
  struct buf details; /* REASONING: {"reasoning_details":[...]}, which is encrypted instead of the
                         text, and stored beside it; empty: none */
  struct {            /* the frame of a delta, around its sequence number and its text */
    struct str head, middle, tail;
  } delta;
  struct buf annotations; /* MESSAGE: JSON, as an array's inside */
  uint32_t annotation_count;
  struct output_item *next;
};

/* A reply of the Responses API: writer.c fills it, object.c writes it as JSON. */
struct responses_writer {
  struct reply_writer reply; /* first */
  struct buf echo;           /* the members that repeat the request */
  struct mint mint;          /* of the reply's ids; off: they lead to no stored turn */
  struct str status;         /* the response's, once it is closed */
  int64_t completed;         /* s: when it was completed; 0: not */
  struct failure failure;    /* why it failed; status 0: not */
  size_t logprobs_taken;     /* how many bytes of |reply.logprobs| are of complete items */
  bool storing;              /* what is written is for the store alone */
  int64_t sequence;
  bool error_told; /* the client has an error event already */
  struct output_item *items, **items_end;
  struct seal_gap { /* a place in |out| that lacks an item's encrypted_content */
    size_t at;
    struct output_item *item;
    struct seal_gap *next; /* the one before it */
  } * gaps;
  struct output_item *open; /* the message or reasoning that is being written */
  struct {                  /* what the upstream announced about the next item */
    bool known, reasoning;
    struct str id, phase;
  } coming;
  uint32_t item_count;
};

/* "completed", or "incomplete" when the answer ended before the item. */
struct str output_item_status(const struct output_item *item);

/* The one part of a message or of a reasoning's summary, with |text| in it. */
void responses_put_part(struct responses_writer *w, const struct output_item *item,
                        struct str text);

/* Put the member "logprobs", with |item|'s from |from| on. */
void responses_put_logprobs(struct responses_writer *w, struct buf *out,
                            const struct output_item *item, size_t from);

/* Put |item| without content, as it begins; or, |whole|, with its content so far. */
void responses_put_item(struct responses_writer *w, struct output_item *item, struct str status,
                        bool whole);

/* Put the response with all its items.  |completed| in s, 0 when it is not; |f| when it
 * failed, else NULL. */
void responses_put_response(struct responses_writer *w, struct str status, int64_t completed,
                            const struct failure *f);

/* The reasoning that the host has to encrypt before |out| may be sent, where the client asked
 * for reasoning.encrypted_content; NULL when there is none. */
const struct output_item *responses_writer_unsealed(const struct responses_writer *w);

/* Put |text|, the result of the encryption (empty: it failed), into every gap of that item. */
void responses_writer_seal(struct responses_writer *w, struct str text);

#endif
