/* clock.h -- how long an attempt has been waited for, and when its silence is a failure. */
#ifndef UPSTREAM_CLOCK_H
#define UPSTREAM_CLOCK_H

#include <stdbool.h>

#include "config/tables.h"

/* What is being waited for. */
enum clock_phase {
  PHASE_HEAD,         /* of a stream */
  PHASE_WHOLE_ANSWER, /* its head comes when it is finished */
  PHASE_ERROR_BODY,
  PHASE_FIRST_OUTPUT,
  PHASE_MORE,     /* output */
  PHASE_THINKING, /* likewise, of an upstream that has said that it is at work */
  PHASE_TAIL,     /* all is said: what can follow is usage, and the end */
};

/* Times in ms since 1970. */
struct attempt_clock {
  double called;       /* when the upstream was called */
  bool has_head;       /* its head came, */
  double head_at;      /* ... then; before, as |called| */
  double last_heard;   /* when its last byte came, be it a comment */
  double last_output;  /* when it last said something of use; before the first, |head_at| */
  double first_output; /* 0 = none yet */
};

void clock_init(struct attempt_clock *c, double now);

/* The head came |now|; so did bytes, and with |output| some that a client would see. */
void clock_note_head(struct attempt_clock *c, double now);
void clock_note_bytes(struct attempt_clock *c, bool output, double now);

/* When the wait of |phase| is given up. */
double clock_deadline(const struct attempt_clock *c, enum clock_phase phase,
                      const struct timeouts *timeouts);

/* For |ms| nobody read what the upstream sent: that was no silence of its own. */
void clock_pause(struct attempt_clock *c, double ms);

#endif
