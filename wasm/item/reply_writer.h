/* reply_writer.h -- what the writers of both dialects share: dispatch of events, limits of a reply,
 * tool calls.
 *
 * A dialect's writer has a struct reply_writer as its first member and gives it a
 * table of functions, one for each kind of output that it writes in its own way.
 */
#ifndef ITEM_REPLY_WRITER_H
#define ITEM_REPLY_WRITER_H

#include "base/id.h"
#include "item/custom_input.h"
#include "item/item.h"

struct reply_writer;

/* How a dialect writes output.  |begin| is called once, before the first of it. */
struct reply_dialect {
  void (*begin)(struct reply_writer *w, bool with_call);
  void (*text)(struct reply_writer *w, const struct event *ev); /* REASONING, TEXT, REFUSAL */
  void (*call)(struct reply_writer *w, const struct event *ev);
  void (*arguments)(struct reply_writer *w, const struct event *ev);
  void (*citation)(struct reply_writer *w, struct str annotation);
  void (*item)(struct reply_writer *w, const struct event *ev);
  void (*sealed)(struct reply_writer *w,
                 struct str text); /* NULL: the dialect has no encrypted reasoning */
  void (*details)(struct reply_writer *w, struct str entries); /* NULL: likewise */
};

struct reply_writer {
  struct event_sink sink; /* first: readers put their events here */
  const struct reply_dialect *dialect;
  struct buf *out; /* frames; or the object, at the end */
  struct arena *arena;
  struct id_source *ids;
  const struct request *request;
  bool stream;
  bool begun;    /* |dialect->begin| was called */
  bool closed;   /* the end is written; later events are ignored */
  struct str id; /* of the response or the completion */
  struct str model;
  struct str origin; /* of the answer's reasoning: see reasoning.h */
  int64_t created;   /* s */
  enum finish finish;
  struct usage usage;
  struct buf logprobs; /* JSON, as an array's inside; of a chat stream, those not sent yet */
  size_t text_bytes;   /* bytes of all output that is kept, at most OUTPUT_MAX */
  int error;           /* ERR_MEMORY or ERR_LIMIT: sticky */
};

/* A tool call of the reply. */
struct reply_call {
  uint32_t number;           /* the events' |call| */
  bool custom;               /* of a custom tool */
  bool wrapped;              /* its input arrives as {"input":"..."} */
  struct custom_input input; /* the state of its unwrapping */
  struct str id;             /* the client's call_id, with |extra| in it */
  struct str extra;          /* JSON that the upstream needs back with the call; may be empty */
  struct str name, space;    /* as the client named the tool */
};

/* |request| is borrowed for as long as the writer lives.  |model| is used until the upstream names
 * its own.  |now| in ms. */
void reply_writer_init(struct reply_writer *w, const struct reply_dialect *dialect, struct buf *out,
                       struct arena *arena, struct id_source *ids, const struct request *request,
                       struct str id_prefix, struct str model, double now);

/* Call |dialect->begin|, the first time. */
void reply_writer_begin(struct reply_writer *w, bool with_call);

/* A copy of |s| that lives as long as the reply; where memory is out, the writer's error is set. */
struct str reply_writer_copy(struct reply_writer *w, struct str s);

/* Append |text| to |to| as far as OUTPUT_MAX allows; else the writer's error is set. */
void reply_writer_keep(struct reply_writer *w, struct buf *to, struct str text);

/* Did the model end its answer by itself, and not by a limit, a filter or a failure? */
bool reply_writer_complete(const struct reply_writer *w);

/* Fill |call| from |ev|, an EVENT_CALL: the client's name for the tool, and an id if the
 * upstream gave none. */
void reply_call_open(struct reply_writer *w, struct reply_call *call, const struct event *ev);

/* Append a piece of the arguments to |to|, unwrapped if they are |wrapped|; at their end, the bytes
 * that were held back. */
void reply_call_keep(struct reply_writer *w, struct reply_call *call, struct buf *to,
                     struct str piece);
void reply_call_end(struct reply_writer *w, struct reply_call *call, struct buf *to);

#endif
