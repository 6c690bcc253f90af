/* retry.h -- the waits of one request, and which key is called again after each. */
#ifndef FAILOVER_RETRY_H
#define FAILOVER_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "config/tables.h"

/* Starts as zero but for |budget|. */
struct retry {
  uint32_t budget;     /* ms of all waits together */
  double paused;       /* ms waited so far */
  double until;        /* ms since 1970: the end of the wait; 0 = none */
  struct choice again; /* is called after the wait */
  bool same_key_spent; /* this key has been called twice in a row */

  struct choice limited; /* met a short rate limit: is called again when nothing else is left */
  double limited_wait;   /* ms */
  bool limited_spent;    /* done, which is allowed once for each request */
};

/* Is there budget for a wait of |ms|? */
bool retry_affordable(const struct retry *r, double ms);

/* Call |choice| again in |ms|. */
void retry_same_key(struct retry *r, struct choice choice, double ms, double now);

/* Call |choice| again next, without a wait. */
void retry_at_once(struct retry *r, struct choice choice, double now);

/* Keep |choice|, whose rate limit ends in |ms|, for retry_limited(). */
void retry_keep_limited(struct retry *r, struct choice choice, double ms);

/* Nothing else is left: wait for the kept choice, if there is one. */
void retry_limited(struct retry *r, double now);

#endif
