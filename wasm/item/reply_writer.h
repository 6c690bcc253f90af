/* reply_writer.h -- what the writers of both dialects have in common: the dispatch
 * of events, the limits of a reply, its tool calls.
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
  void (*sealed)(struct reply_writer *w, struct str text); /* NULL: no such thing there */
};

struct reply_writer {
  struct event_sink sink; /* first: readers put their events here */
  const struct reply_dialect *dialect;
  struct buf *out; /* frames, or at the end the object */
  struct arena *arena;
  struct id_source *ids;
  const struct request *request;
  bool stream;
  bool begun;    /* |dialect->begin| was called */
  bool closed;   /* the end was written; events after it are ignored */
  struct str id; /* of the response or the completion */
  struct str model;
  struct str origin; /* of the reasoning that comes: see reasoning.h */
  int64_t created;   /* s */
  enum finish finish;
  struct usage usage;
  size_t text_bytes; /* of all output that is kept: at most OUTPUT_MAX */
  int error;         /* ERR_MEMORY or ERR_LIMIT: sticky */
};

/* A tool call of the reply. */
struct reply_call {
  uint32_t number;           /* the events' |call| */
  bool custom;               /* of a custom tool */
  bool wrapped;              /* its input comes as {"input":"..."}: */
  struct custom_input input; /* how far that is unwrapped */
  struct str id;             /* the client's call_id, with |extra| in it */
  struct str extra;          /* what the upstream wants back beside it: JSON; may be empty */
  struct str name, space;    /* as the client named the tool */
};

/* |request| is borrowed for as long as the writer lives.  |model| stands in until the
 * upstream names its own.  |now| in ms. */
void reply_writer_init(struct reply_writer *w, const struct reply_dialect *dialect, struct buf *out,
                       struct arena *arena, struct id_source *ids, const struct request *request,
                       struct str id_prefix, struct str model, double now);

/* Call |dialect->begin| unless that was done. */
void reply_writer_begin(struct reply_writer *w, bool with_call);

/* |s| for as long as the reply lives; where memory is out, the writer's error is set. */
struct str reply_writer_copy(struct reply_writer *w, struct str s);

/* Append |text| to |to| as far as OUTPUT_MAX allows; else the writer's error is set. */
void reply_writer_keep(struct reply_writer *w, struct buf *to, struct str text);

/* Does the answer end as its model meant it to? */
bool reply_writer_complete(const struct reply_writer *w);

/* Fill |call| from |ev|, an EVENT_CALL: the client's name for the tool, and an id if the
 * upstream gave none. */
void reply_call_open(struct reply_writer *w, struct reply_call *call, const struct event *ev);

/* Append a piece of the arguments to |to|, unwrapped where they are |wrapped|; or what was
 * held back at their end. */
void reply_call_keep(struct reply_writer *w, struct reply_call *call, struct buf *to,
                     struct str piece);
void reply_call_end(struct reply_writer *w, struct reply_call *call, struct buf *to);

#endif
