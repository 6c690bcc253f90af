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
  PHASE_MORE,
  PHASE_TAIL, /* all is said: what can follow is usage, and the end */
};

/* Times in ms since 1970. */
struct attempt_clock {
  double called;       /* when the upstream was called */
  double last_heard;   /* when its last byte came; before the first, |called| */
  double error_since;  /* when its head told of an error; 0 = it did not */
  double first_output; /* 0 = none yet */
};

void clock_init(struct attempt_clock *c, double now);

/* When the wait of |phase| is given up. */
double clock_deadline(const struct attempt_clock *c, enum clock_phase phase,
                      const struct timeouts *timeouts);

/* For |ms| nobody read what the upstream sent: that was no silence of its own. */
void clock_pause(struct attempt_clock *c, double ms);

#endif
