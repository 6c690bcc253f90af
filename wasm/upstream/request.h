/* request.h -- the HTTP request of one attempt: its head and its body. */
#ifndef UPSTREAM_REQUEST_H
#define UPSTREAM_REQUEST_H

#include "base/errors.h"
#include "chat/request.h"
#include "config/tables.h"
#include "upstream/ask.h"

/* Whom an attempt calls, and for what. */
struct call {
  uint32_t number;      /* of the attempt, from 1 */
  struct choice choice; /* the target, and the key to call it with */
  const struct ask *ask;
  bool chat;              /* the target is called in Chat Completions; else in Responses */
  bool accept_empty;      /* an answer with nothing in it will do: nobody else is left */
  bool read_all;          /* a relayed stream is read to its end, event by event */
  struct str origin;      /* of the reasoning in its answer: see reasoning.h */
  bool without_reasoning; /* earlier turns' reasoning is left out: this key cannot read it */
};

enum { REQUEST_PARTS = 3 };

struct upstream_request {
  struct buf head;                /* the first line and the headers */
  struct str body[REQUEST_PARTS]; /* to be joined; may borrow the client's bytes */
  struct buf written;             /* the part of |body| that is not the client's bytes */
  struct str lossy;               /* what the client asked and |body| lacks: "a, b" */
};

/* Does a request of |ask| go to |target| in Chat Completions? */
bool upstream_speaks_chat(const struct target *target, const struct ask *ask);

/* Is the request for |target| written from the neutral form?  Else it is the client's
 * own bytes with another model's name. */
bool upstream_request_is_translated(const struct target *target, const struct ask *ask);

/* Is the neutral form needed for the request, or for reading the answer? */
bool upstream_needs_neutral(const struct target *target, const struct ask *ask);

/* Is there an endpoint at |target| for what is asked?  Not every service counts tokens. */
bool upstream_can_take(const struct target *target, const struct ask *ask);

/* Does the client ask for a stream's usage, which this upstream may tell beside other things?  Then
 * the stream is read, and the usage put into a chunk of its own. */
bool upstream_parts_usage(const struct target *target, const struct ask *ask);

/* What the translation has to know of the target. */
struct chat_target call_target(const struct call *call);

/* Put the headers "accept: |type|", user-agent and authorization. */
void call_put_headers(const struct call *call, struct buf *head, struct str type);

/* It has been sent: give the memory of its body back. */
void upstream_request_drop(struct upstream_request *r);

/* Write the request.  0; or negative, with |*f| where the client asked for something
 * that this target cannot do.  Memory comes from |arena|. */
int upstream_request_write(struct upstream_request *r, const struct call *call, struct arena *arena,
                           struct failure *f) __attribute__((warn_unused_result));

#endif
