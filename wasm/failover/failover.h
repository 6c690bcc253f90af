/* failover.h -- a request's way from attempt to attempt, until one has output.
 *
 * It chooses targets and keys, learns from failures, pauses, and may hedge: let two
 * upstreams race.  It does no I/O: whoever drives it asks for its state.
 */
#ifndef FAILOVER_FAILOVER_H
#define FAILOVER_FAILOVER_H

#include "failover/best_failure.h"
#include "failover/course.h"
#include "failover/resume.h"
#include "failover/retry.h"
#include "memory/memory.h"
#include "upstream/attempt.h"

enum failover_state {
  FAILOVER_CALL,   /* |calling| is to be fetched; then failover_called() */
  FAILOVER_WAIT,   /* until failover_until(), for the attempts of failover_mask() */
  FAILOVER_RECALL, /* stored turns have to be loaded: memory_next_call() */
  FAILOVER_WON,    /* |winner| has output, or its answer is complete */
  FAILOVER_LOST,   /* |best.failure| is what the client is told */
};

struct failover {
  struct config *config;
  struct arena *arena; /* of the exchange */
  struct id_source *ids;
  struct ask *ask;
  struct memory *memory; /* what the request refers to */
  bool recalling;        /* retry.again waits for stored turns */
  struct course course;
  struct retry retry;
  struct resume resume;

  struct attempt *first; /* under way; NULL when there is none */
  struct attempt *rival; /* a second one, started because the first is slow */
  struct attempt *calling, *winner;
  struct dialect_writer *writer; /* of the reply, once an attempt has had output */
  uint32_t count;                /* attempts made */
  bool empty_seen;               /* an answer had nothing in it */
  const struct target *slow;     /* the last that did not answer in time */
  bool rate_limited;             /* an attempt met a limit: other isolates may know of more */
  bool repaired;                 /* a model was told once what its answer violates */
  bool hedged;                   /* the one rival has been started */
  bool strip_reasoning;          /* the next call is made without earlier turns' reasoning */
  bool stripped;                 /* ... which is done once for each request */

  double opened;             /* when the request began; 0 until its owner says so */
  struct choice asked_first; /* NULLs as long as nobody was */
  uint32_t unable;           /* bit i: target i cannot take this request */

  struct choice by;   /* who answered; NULLs as long as nobody did */
  double first_ms;    /* how long it took to its first output */
  struct usage usage; /* of the whole reply */

  struct best_failure best;
  struct buf attempt_log; /* a line of JSON for each attempt, for the log */
  struct buf not_asked;   /* the same for each that was passed over */
};

/* |route| is the one that the request selects.  All are borrowed. */
void failover_init(struct failover *p, struct config *config, struct route *route,
                   struct arena *arena, struct id_source *ids, struct ask *ask,
                   struct memory *memory);

/* Make the neutral form of the request, unless it is there.  0, MEMORY_WANTS_CALL, or
 * negative with |*f|. */
int failover_read_request(struct failover *p, struct failure *f)
    __attribute__((warn_unused_result));

/* Go on as far as it goes without I/O. */
enum failover_state failover_next(struct failover *p, double now);

/* |calling| has been handed out. */
void failover_called(struct failover *p);

/* The attempts under way, as the bits of OP_WANT; when to come back at the latest, ms
 * since 1970. */
uint32_t failover_mask(const struct failover *p);
double failover_until(const struct failover *p);

/* For |ms| nobody read what the attempts under way sent. */
void failover_pause_clock(struct failover *p, double ms);

/* The attempt of that number, or NULL. */
struct attempt *failover_find(const struct failover *p, uint32_t number);

/* The winner's answer is complete: take its usage, and log it. */
void failover_close_winner(struct failover *p, double now);

/* The winner's answer is complete, and was the compaction that the rest of the reply waits for:
 * true, and another attempt goes on with the same reply. */
bool failover_go_on(struct failover *p, double now);

/* The winner failed after its first output.  Learns from it; true when another attempt is
 * to go on with the same reply, else |best.failure| says what broke. */
bool failover_continue(struct failover *p, double now);

/* Log the attempts that are under way and will not end. */
void failover_log_unfinished(struct failover *p, double now);

/* ms until the soonest key of the route is ready. */
double failover_recovers(const struct failover *p, double now);

/* Forget all attempts. */
void failover_close(struct failover *p);

#endif
