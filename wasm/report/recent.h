/* recent.h -- the last requests as their lines of the log: gathered by an isolate, told to the
 * store in batches, reported by GET /v1/gateway/requests.
 *
 * A batch is one text of the store.  Its key begins with the time, so that the newest come last;
 * the text is the count of requests that found no room, then the lines, a tab between two of them:
 *
 *   requests/1764284400123-5f3a9c01  0 {"event":"request",...}\t{"event":"request",...}
 *
 * A line of JSON never has a tab of its own.
 */
#ifndef REPORT_RECENT_H
#define REPORT_RECENT_H

#include "base/buf.h"
#include "limits.h"

/* What room a line may take: failures are worth more than answers, and whoever guesses tokens must
 * not push both out. */
enum recent_worth { RECENT_ANSWERED, RECENT_FAILED, RECENT_REFUSED };

struct recent {
  char text[RECENT_BYTES]; /* lines, a tab after each */
  uint32_t n;
  uint32_t refused;  /* lines of RECENT_REFUSED among them */
  uint32_t left_out; /* requests without a line */
  uint32_t random;   /* tells isolates apart */
};

/* Keep |line|; an empty one is only counted.  |rolling|: there is no store to take the lines away,
 * so the oldest go. */
void recent_take(struct recent *r, struct str line, enum recent_worth worth, bool rolling);

bool recent_pending(const struct recent *r);

/* Put the store's lines for all that was gathered, which counts as told; nothing where there is
 * none, or no room. */
void recent_put(struct recent *r, struct buf *lines, double now);

/* Put the line that asks the store for what |query| wants: "before=CURSOR" (or a time in ms). */
void recent_put_question(struct buf *lines, struct str query, struct arena *arena);

/* {"requests":[...],"next":"CURSOR","left_out":3}: of |stored|, the store's answer, what |query|
 * wants ("limit", "before", "route", "outcome", "id"), newest first. */
void recent_put_report(struct buf *out, struct str stored, struct str query, struct arena *arena);

/* The same of what |r| has, where there is no store. */
void recent_put_own(struct buf *out, const struct recent *r, struct str query, struct arena *arena);

#endif
