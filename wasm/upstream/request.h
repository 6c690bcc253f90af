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
  bool accept_empty;      /* do not fail on an empty answer: no other target is left */
  bool read_all;          /* a relayed stream is passed on event by event to its end */
  struct str origin;      /* of the reasoning in its answer: see item/reasoning.h */
  bool rebuilt;           /* items were sent in place of ids, or were left out */
  struct str removed;     /* JSON of the items that this left out */
  bool without_reasoning; /* leave out earlier turns' reasoning: this key cannot decrypt it */
};

enum { REQUEST_PARTS = 3 };

struct upstream_request {
  struct buf head;                /* the first line and the headers */
  struct str body[REQUEST_PARTS]; /* to be joined; may point into the client's body */
  struct buf written;             /* the bytes of |body| that are not the client's own */
  struct str lossy;               /* names of what the client sent and |body| lacks: "a, b" */
  struct str removed;             /* relayed: JSON of the items that it lacks */
};

/* Is |ask| sent to |target| in the form of Chat Completions? */
bool upstream_speaks_chat(const struct target *target, const struct ask *ask);

/* Does |target| write the summary of a compaction, which the gateway seals? OpenAI itself answers
 * with the window. */
bool upstream_writes_summary(const struct target *target, const struct ask *ask);

/* Is the request for |target| written from the neutral form? Otherwise it is the client's own JSON
 * with few changes. */
bool upstream_request_is_translated(const struct target *target, const struct ask *ask);

/* Is the neutral form needed to write the request or to read the answer? */
bool upstream_needs_neutral(const struct target *target, const struct ask *ask);

/* Has |target| an endpoint for |ask|? Not every service counts tokens. */
bool upstream_can_take(const struct target *target, const struct ask *ask);

/* Does the client ask for a stream's usage, and may this upstream send it in a chunk with other
 * content? Then the stream is read, and the usage is moved into a chunk of its own. */
bool upstream_parts_usage(const struct target *target, const struct ask *ask);

/* What the translation has to know about the target. */
struct chat_target call_target(const struct call *call);

/* Put the headers "accept: |type|", user-agent and authorization. */
void call_put_headers(const struct call *call, struct buf *head, struct str type);

/* The request has been sent: free the memory of its body. */
void upstream_request_drop(struct upstream_request *r);

/* Write the request. 0; or negative, with |*f| if the client asked for something that this target
 * cannot do. Memory comes from |arena|. */
int upstream_request_write(struct upstream_request *r, const struct call *call, struct arena *arena,
                           struct failure *f) __attribute__((warn_unused_result));

#endif
