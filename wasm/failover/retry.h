/* retry.h -- the pauses of one request, and which key is called again after them. */
#ifndef FAILOVER_RETRY_H
#define FAILOVER_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "config/tables.h"

/* Starts as zero but for |budget|. */
struct retry {
  uint32_t budget;     /* ms of all pauses together */
  double paused;       /* ms that they took so far */
  double until;        /* ms since 1970: the end of the pause; 0 = there is none */
  struct choice again; /* is called when it ends */
  bool same_key_spent; /* this key has been called twice in a row */

  struct choice limited; /* met a short rate limit: is called when nothing else is left */
  double limited_wait;   /* ms */
  bool limited_spent;    /* once for each request: the client waits, too */
};

/* Is there budget for a pause of |ms|? */
bool retry_affordable(const struct retry *r, double ms);

/* Call |choice| again in |ms|. */
void retry_same_key(struct retry *r, struct choice choice, double ms, double now);

/* Call |choice| again at once, out of turn. */
void retry_at_once(struct retry *r, struct choice choice, double now);

/* |choice| met a rate limit that asks for |ms|: keep it for retry_limited(). */
void retry_keep_limited(struct retry *r, struct choice choice, double ms);

/* Nothing else is left: pause for the one that was kept, if there is one. */
void retry_limited(struct retry *r, double now);

#endif
