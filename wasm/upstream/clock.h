/* clock.h -- the timeouts of an attempt: how long its upstream may be silent. */
#ifndef UPSTREAM_CLOCK_H
#define UPSTREAM_CLOCK_H

#include <stdbool.h>

#include "config/tables.h"

/* What the attempt waits for. */
enum clock_phase {
  PHASE_HEAD,         /* of a stream */
  PHASE_WHOLE_ANSWER, /* not streamed: the head arrives when the answer is finished */
  PHASE_ERROR_BODY,
  PHASE_FIRST_OUTPUT,
  PHASE_MORE,     /* more output */
  PHASE_THINKING, /* likewise, from an upstream that has announced that it is at work */
  PHASE_TAIL,     /* the end, and perhaps usage: the output is complete */
};

/* Times in ms since 1970. */
struct attempt_clock {
  double called;       /* when the upstream was called */
  bool has_head;       /* the head has arrived, */
  double head_at;      /* ... at this time; until then the same as |called| */
  double last_heard;   /* when the last byte arrived, even of a comment */
  double last_output;  /* when the last output arrived; before the first, |head_at| */
  double first_output; /* 0 = none yet */
};

void clock_init(struct attempt_clock *c, double now);

/* The head arrived |now|; bytes arrived |now|, with |output| some that a client would see. */
void clock_note_head(struct attempt_clock *c, double now);
void clock_note_bytes(struct attempt_clock *c, bool output, double now);

/* When the timeout of |phase| ends. */
double clock_deadline(const struct attempt_clock *c, enum clock_phase phase,
                      const struct timeouts *timeouts);

/* The gateway did not read for |ms|: move the timeouts by that. */
void clock_pause(struct attempt_clock *c, double ms);

#endif
