/* course.h -- the order in which one request tries targets and keys. */
#ifndef FAILOVER_COURSE_H
#define FAILOVER_COURSE_H

#include "config/route.h"

/* One request's way: what it has tried. */
struct course {
  struct config *config;
  struct route *route;
  uint32_t closed; /* bit i: nothing more of target i */
  uint32_t passed; /* bit i: nothing more of it before the others had their turn */
  bool second;     /* the others had it */
  uint32_t turn;   /* of round-robin: how far the keys are rotated */
  uint32_t lead;   /* the target that goes first; the others follow in order */
  struct choice tried[ATTEMPTS_CEILING];
  uint32_t tried_count;
  bool last_resort;     /* the one call with a cooling key is spent */
  int64_t context_over; /* only targets whose window is larger; at first -1 */
};

/* |random| draws the first target of a weighted route. */
void course_init(struct course *c, struct config *config, struct route *route, uint32_t random);

/* The next to try: a ready key in the order of targets and keys, each pair
 * once; when none is left, those of targets that were passed; then, once, the cooling key that
 * recovers soonest (a disabled one last). False when there is nothing more. */
bool course_next(struct course *c, double now, struct choice *out);

/* Say that |target| has trouble that its other keys may have too: they come
 * when nothing else is left. */
void course_pass(struct course *c, const struct target *target);

/* Say that nothing more of |target| is wanted. */
void course_skip(struct course *c, const struct target *target);

/* True when the route has any key with a secret. */
bool course_possible(const struct course *c);

/* When the soonest key of the route is ready: ms from |now|, 0 when one is;
 * negative when none has a secret. */
double course_recovers(const struct course *c, double now);

#endif
