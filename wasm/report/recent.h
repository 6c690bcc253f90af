/* recent.h -- the last requests, for GET /v1/gateway/requests: their log lines, which an isolate
 * gathers and writes to the store in batches.
 *
 * A batch is one text of the store, and what follows within RECENT_BATCH_MS is added to it: a row
 * that is written again costs one row, a new one costs a second when it is deleted.
 * Its key begins with the time, so that the newest come last;
 * the text is the count of requests that were left out, then the lines, separated by tabs:
 *
 *   requests/1764284400123-5f3a9c01  0 {"event":"request",...}\t{"event":"request",...}
 *
 * A line of JSON has no tab of its own.
 */
#ifndef REPORT_RECENT_H
#define REPORT_RECENT_H

#include "base/buf.h"
#include "limits.h"

/* Which lines may be replaced by others: failures are worth more than successes, and requests with
 * wrong tokens must not displace either. */
enum recent_worth { RECENT_ANSWERED, RECENT_FAILED, RECENT_REFUSED };

struct recent {
  char text[RECENT_BYTES]; /* lines, a tab after each */
  uint32_t n;
  uint32_t written;  /* bytes of it that are in the store */
  double begun;      /* the time in the batch's key, ms */
  uint32_t refused;  /* lines of RECENT_REFUSED among them */
  uint32_t left_out; /* requests without a line */
  uint32_t random;   /* makes the keys of isolates differ */
};

/* Forget all lines. */
void recent_clear(struct recent *r);

/* Keep |line|; an empty one is only counted. |rolling|: there is no store, so the oldest lines are
 * dropped. */
void recent_take(struct recent *r, struct str line, enum recent_worth worth, bool rolling);

bool recent_pending(const struct recent *r);

/* Put the store's commands for the batch, whose lines then count as written; nothing when none is
 * new, or when |lines| has no room. */
void recent_put(struct recent *r, struct buf *lines, double now);

/* Put the line that asks the store for what |query| wants: "before=CURSOR" (or a time in ms). */
void recent_put_question(struct buf *lines, struct str query, struct arena *arena);

/* {"requests":[...],"next":"CURSOR","left_out":3}: of |stored|, the store's answer, what |query|
 * wants ("limit", "before", "route", "outcome", "id"), newest first. */
void recent_put_report(struct buf *out, struct str stored, struct str query, struct arena *arena);

/* The same of what |r| has, where there is no store. */
void recent_put_own(struct buf *out, const struct recent *r, struct str query, struct arena *arena);

#endif
