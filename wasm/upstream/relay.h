/* relay.h -- an answer that reaches the client as the upstream wrote it.
 *
 * It is read all the same: up to its first output, so that a failure before it can be
 * answered by another attempt.  From then on the host hands it on natively (piped), and a
 * copy is read; or it is handed on event by event, where the route wants that (read_all).
 */
#ifndef UPSTREAM_RELAY_H
#define UPSTREAM_RELAY_H

#include "upstream/reading.h"

struct relay {
  bool on;                /* the answer is relayed; else it is translated */
  bool piped;             /* the host hands it on; what is put is a copy */
  bool failure_told;      /* the upstream's own failure event went to the client */
  int64_t sequence;       /* of the last event that was read */
  struct str response_id; /* by which the upstream stores the response; may be empty */
};

/* Can the answer to |call| be relayed?  |writer| is where it goes. */
bool relay_possible(const struct call *call, const struct dialect_writer *writer);

/* Take an event of a Responses stream. */
void relay_take_event(struct relay *r, const struct call *call, struct answer *answer,
                      struct dialect_writer *writer, const struct sse_event *ev);

/* Is |ev|, with which a chat stream failed, the upstream's own word of it?  Then the client
 * has been told. */
bool relay_told_failure(struct relay *r, struct answer *answer, const struct sse_event *ev);

/* Hand on an event of a chat stream, which |reading| has read. */
void relay_put_chat_event(const struct call *call, const struct reading *reading,
                          struct dialect_writer *writer, const struct sse_event *ev);

/* Put {"object":"response.input_tokens","input_tokens":11}. */
void relay_put_count(struct buf *out, int64_t tokens);

/* Take a whole answer, JSON. */
void relay_take_whole(struct relay *r, const struct call *call, struct reading *reading,
                      struct dialect_writer *writer, struct str body);

#endif
