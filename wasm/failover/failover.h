/* failover.h -- make attempts for one request, one after the other, until one has output.
 *
 * It chooses targets and keys, notes failures, waits before retries, and may hedge: start a second
 * attempt beside a slow one.  It does no I/O: the caller carries out the state that
 * failover_next() returns.
 */
#ifndef FAILOVER_FAILOVER_H
#define FAILOVER_FAILOVER_H

#include "failover/state.h"

enum failover_state {
  FAILOVER_CALL,   /* |calling| is to be fetched; then failover_called() */
  FAILOVER_WAIT,   /* until failover_until(), for the attempts of in_flight_mask() */
  FAILOVER_RECALL, /* stored turns have to be loaded: memory_next_call() */
  FAILOVER_WON,    /* |winner| has output, or its answer is complete */
  FAILOVER_LOST,   /* |best.failure| is what the client is told */
};

/* |route| is the one that the request selects.  All are borrowed until failover_close(). */
void failover_init(struct failover *p, struct config *config, struct route *route,
                   struct arena *arena, struct id_source *ids, struct ask *ask,
                   struct memory *memory);

/* Go on until I/O is needed. */
enum failover_state failover_next(struct failover *p, double now);

/* The fetch of |calling| has been started. */
void failover_called(struct failover *p);

/* When to call failover_next() at the latest: ms since 1970. */
double failover_until(const struct failover *p);

/* The winner's answer is complete: take its usage, and log it. */
void failover_close_winner(struct failover *p, double now);

/* The winner's answer is complete, and was only the summary that the rest of the reply needs: true,
 * and another attempt is to continue the same reply. */
bool failover_end_compaction(struct failover *p, double now);

/* The winner failed after its first output.  True when another attempt is to continue the same
 * reply, else |best.failure| is what the client is told. */
bool failover_continue(struct failover *p, double now);

/* ms until the first key of the route is ready again; see course_recovers(). */
double failover_recovers(const struct failover *p, double now);

/* Close all attempts. */
void failover_close(struct failover *p);

#endif
