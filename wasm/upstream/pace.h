/* pace.h -- how fast a stream comes, and so how many bytes of it are worth waking for.
 *
 * Waking the host costs ten times what the work on a token does.  But what a
 * read has begun to gather it cannot give back before it has enough: so only
 * a stream that is fast right now is gathered, and no more of it than comes
 * within the time that a byte may wait. */
#ifndef UPSTREAM_PACE_H
#define UPSTREAM_PACE_H

#include <stdint.h>

/* Starts as zero. */
struct pace {
  double since;   /* ms: when the count began; 0 = it has not */
  double arrived; /* bytes since then */
  double rate;    /* bytes a ms, as last measured */
};

/* |n| bytes came by |now|. */
void pace_feed(struct pace *p, uint32_t n, double now);

/* How many bytes the next read may gather when one may wait |hold| ms; 0 = none. */
uint32_t pace_least(const struct pace *p, uint32_t hold);

#endif
