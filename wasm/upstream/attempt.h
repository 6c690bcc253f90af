/* attempt.h -- one call of an upstream, from its request to the end of its answer.
 *
 * The answer is relayed unchanged or translated.  Nothing is sent to the client before the first
 * output, so that a failure until then leaves no trace.
 */
#ifndef UPSTREAM_ATTEMPT_H
#define UPSTREAM_ATTEMPT_H

#include "upstream/clock.h"
#include "upstream/relay.h"

enum attempt_state {
  ATTEMPT_ASKED,  /* waits for the headers */
  ATTEMPT_ERROR,  /* waits for the body of an error */
  ATTEMPT_WHOLE,  /* waits for an answer that is not streamed */
  ATTEMPT_GATE,   /* a stream without output yet */
  ATTEMPT_FLOW,   /* a stream with output: the writer has it */
  ATTEMPT_ENDED,  /* complete: the writer has all */
  ATTEMPT_FAILED, /* answer.trouble says why */
};

struct attempt {
  struct call call;
  struct ask own_ask; /* |call.ask|, where the request had to be read for this attempt alone */
  enum attempt_state state;
  struct arena arena; /* of this attempt alone */
  struct upstream_request request;
  struct attempt_clock clock;
  struct answer answer;          /* what it has said */
  struct relay relay;            /* if it is relayed */
  struct reading reading;        /* how it is read */
  struct dialect_writer *writer; /* what is for the client; not owned */

  struct {                  /* the body, as it arrives */
    bool sniffing;          /* its first bytes have not told yet what it is */
    bool events;            /* it is a stream of events */
    bool fresh;             /* bytes came since attempt_touch() */
    bool fresh_whole;       /* ... and of an answer that is not streamed, more than spaces */
    uint32_t outputs;       /* answer.outputs, as of attempt_touch() */
    uint32_t before_output; /* bytes of a stream before its first output */
    struct buf whole;       /* an answer, or an error, that is not streamed; first bytes */
    struct sse sse;
  } body;
};

/* Write the request of |a|, whose call.number, call.choice, call.read_all and writer are
 * set.  0; or negative, and |*f| says what the client asked that cannot be had here. */
int attempt_open(struct attempt *a, const struct ask *ask, struct id_source *ids, double now,
                 struct failure *f) __attribute__((warn_unused_result));

/* What came of it: a head, a piece of the body, its end; or that the connection broke,
 * and why. */
void attempt_take_head(struct attempt *a, struct str head);
void attempt_take_chunk(struct attempt *a, struct str chunk);
void attempt_take_end(struct attempt *a);
void attempt_take_failure(struct attempt *a, struct str why);

/* There was no memory for a piece of it: |error| says why. */
void attempt_refuse(struct attempt *a, int error);

/* It is |now|: what was taken since the last call came just now; if nothing was, the
 * upstream's silence may have become a failure.  One that has said that it is at work is not
 * given up for it: its answer begins without output. */
void attempt_touch(struct attempt *a, double now);

/* When it will: ms since 1970. */
double attempt_deadline(const struct attempt *a);

/* ms for which the host may gather what comes of it before it is read: none before its
 * first output and after its last. */
uint32_t attempt_hold(const struct attempt *a, const struct coalesce *coalesce);

/* For |ms| nobody read what the upstream sent. */
void attempt_pause_clock(struct attempt *a, double ms);

/* Is there output of it for the client?  Also when it failed right after its first output:
 * what becomes of the answer must not depend on how its bytes were cut into chunks. */
bool attempt_has_output(const struct attempt *a);

/* Give its memory back, whatever its state. */
void attempt_close(struct attempt *a);

#endif
