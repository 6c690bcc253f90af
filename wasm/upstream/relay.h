/* relay.h -- pass an answer on to the client as the upstream wrote it.
 *
 * The answer is read nevertheless. Until its first output nothing is passed on, so that another
 * attempt can be made after a failure. From then on the host pipes the body to the client and puts
 * a copy here; or, if the route demands it (read_all), it is passed on event by event.
 */
#ifndef UPSTREAM_RELAY_H
#define UPSTREAM_RELAY_H

#include "responses/gather.h"
#include "upstream/reading.h"

struct relay {
  bool on;                /* the answer is relayed; else it is translated */
  bool piped;             /* the host pipes it to the client; what is put is a copy */
  bool failure_told;      /* the client got the upstream's own failure event */
  bool ended;             /* ... and the event that ends the response */
  struct trouble earlier; /* what was known before the event that is read */
  bool empty;             /* the response that ended has no output */
  int64_t sequence;       /* of the last event that was read */
  struct gather gather;   /* items, for a last event that lacks them */
};

/* Can the answer to |call| be relayed?  |writer| is where it goes. */
bool relay_possible(const struct call *call, const struct dialect_writer *writer);

/* Take an event of a Responses stream. */
void relay_take_event(struct relay *r, const struct call *call, struct answer *answer,
                      struct dialect_writer *writer, const struct sse_event *ev);

/* Is |ev|, with which a chat stream failed, the upstream's own error event? Then the client already
 * has it. */
bool relay_told_failure(struct relay *r, struct answer *answer, const struct sse_event *ev);

/* Pass on an event of a chat stream that |reading| has read. */
void relay_put_chat_event(const struct call *call, const struct reading *reading,
                          struct dialect_writer *writer, const struct sse_event *ev);

/* Put {"object":"response.input_tokens","input_tokens":11}. */
void relay_put_count(struct buf *out, int64_t tokens);

/* Take a whole answer in JSON. */
void relay_take_whole(struct relay *r, const struct call *call, struct reading *reading,
                      struct dialect_writer *writer, struct str body);

#endif
