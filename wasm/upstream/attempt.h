/* attempt.h -- one call of an upstream, from its request to the end of its answer.
 *
 * The answer is relayed unchanged or translated. Nothing is sent to the client before the first
 * output, so that after a failure until then another attempt can begin the reply.
 */
#ifndef UPSTREAM_ATTEMPT_H
#define UPSTREAM_ATTEMPT_H

#include "upstream/clock.h"
#include "upstream/relay.h"

enum attempt_state {
  ATTEMPT_ASKED,  /* the headers are awaited */
  ATTEMPT_ERROR,  /* the body of an error is awaited */
  ATTEMPT_WHOLE,  /* the body of an answer that is not streamed is awaited */
  ATTEMPT_GATE,   /* a stream without output yet */
  ATTEMPT_FLOW,   /* a stream whose output goes to the writer */
  ATTEMPT_ENDED,  /* complete: the writer has all of it */
  ATTEMPT_FAILED, /* see answer.trouble */
};

struct attempt {
  struct call call;
  struct ask own_ask; /* call.ask points here if this attempt had to read the request again */
  enum attempt_state state;
  struct arena arena; /* of this attempt alone; holds the attempt itself, too */
  struct upstream_request request;
  struct attempt_clock clock;
  struct answer answer;          /* the facts of the answer so far */
  struct relay relay;            /* used if the answer is relayed */
  struct reading reading;        /* how the answer is read */
  struct dialect_writer *writer; /* gets what is for the client; not owned */

  struct {                  /* the body, as it arrives */
    bool sniffing;          /* its first bytes do not yet show whether it is JSON or a stream */
    bool events;            /* it is a stream of events */
    bool fresh;             /* bytes arrived since attempt_touch() */
    bool fresh_whole;       /* ... of an answer that is not streamed, not only white space */
    uint32_t outputs;       /* answer.outputs at the last attempt_touch() */
    uint32_t before_output; /* bytes of a stream before its first output */
    struct buf whole;       /* an answer or error that is not streamed; or the first bytes */
    struct sse sse;
  } body;
};

/* A new attempt, all zero; NULL when memory is out. */
struct attempt *attempt_new(void);

/* Write the request of |a|, whose call.number, call.choice, call.read_all and writer are set. 0; or
 * negative, and |*f| says which wish of the client this target cannot fulfil. */
int attempt_open(struct attempt *a, const struct ask *ask, struct id_source *ids, double now,
                 struct failure *f) __attribute__((warn_unused_result));

/* Take what the host received: the head, a piece of the body, its end; or the news that the
 * connection broke, and why. */
void attempt_take_head(struct attempt *a, struct str head);
void attempt_take_chunk(struct attempt *a, struct str chunk);
void attempt_take_end(struct attempt *a);
void attempt_take_failure(struct attempt *a, struct str why);

/* The host could not put a piece of the answer, since there is no room for it: fail with |error|.
 */
void attempt_refuse(struct attempt *a, int error);

/* Tell the time: what was taken since the last call arrived |now|. If nothing arrived, the attempt
 * may have timed out. If the upstream has announced that it is at work, the attempt does not fail;
 * instead its answer begins without output. */
void attempt_touch(struct attempt *a, double now);

/* When that timeout ends: ms since 1970. */
double attempt_deadline(const struct attempt *a);

/* For how many ms the host may collect pieces before it puts them; 0 before the first output and
 * after the last, where a delay would be seen. */
uint32_t attempt_hold(const struct attempt *a, const struct coalesce *coalesce);

/* The gateway did not read for |ms|: do not count that as the upstream's silence. */
void attempt_pause_clock(struct attempt *a, double ms);

/* Is there output for the client? Also true if the attempt failed right after its first output:
 * the result must not depend on how the bytes were cut into chunks. */
bool attempt_has_output(const struct attempt *a);

/* Free its memory, whatever its state. */
void attempt_close(struct attempt *a);

#endif
