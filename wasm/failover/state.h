/* state.h -- all that is known of one request's attempts, shared by the files of this folder. */
#ifndef FAILOVER_STATE_H
#define FAILOVER_STATE_H

#include "failover/best_failure.h"
#include "failover/course.h"
#include "failover/resume.h"
#include "failover/retry.h"
#include "memory/memory.h"
#include "upstream/attempt.h"

struct failover {
  struct config *config;
  struct arena *arena; /* of the exchange */
  struct id_source *ids;
  struct ask *ask;
  struct memory *memory; /* what the request refers to */
  bool recalling;        /* stored turns have to be loaded before retry.again is called */
  struct course course;
  struct retry retry;
  struct resume resume;

  struct attempt *first; /* in flight; NULL when there is none */
  struct attempt *rival; /* started because the first is slow; NULL when there is none */
  struct attempt *calling, *winner;
  struct dialect_writer *writer; /* of the reply, once an attempt has had output */
  uint32_t count;                /* attempts made */
  bool empty_seen;               /* an answer was empty */
  const struct target *slow;     /* the last that timed out */
  bool rate_limited;             /* an attempt met a rate limit: other isolates may know of more */
  bool repaired;                 /* a model has been asked to repair its answer */
  bool hedged;                   /* a rival has been started: one for each request */
  bool strip_reasoning;          /* the next attempt is sent without earlier turns' reasoning */
  bool stripped;                 /* ... which happens once for each request */

  double opened;             /* ms since 1970: when the request began; set by the owner */
  struct choice asked_first; /* the first choice that was called; NULLs until then */
  uint32_t unable;           /* bit i: target i cannot take this request */

  struct choice by;   /* the choice that answered; NULLs until then */
  double first_ms;    /* ms from its call to its first output */
  struct usage usage; /* of the whole reply */

  struct best_failure best;
  struct buf attempt_log; /* a JSON object for each attempt, for the log */
  struct buf not_asked;   /* a JSON object for each choice that was passed over */
};

#endif
