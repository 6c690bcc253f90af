/* course.h -- the order in which one request tries targets and keys. */
#ifndef FAILOVER_COURSE_H
#define FAILOVER_COURSE_H

#include "config/route.h"

/* What one request has tried, and what it may try yet. */
struct course {
  struct config *config;
  struct route *route;
  uint32_t closed;   /* bit i: target i is not tried again */
  uint32_t deferred; /* bit i: the other targets are tried before its other keys */
  bool second_round; /* only deferred targets are left */
  uint32_t turn;     /* round-robin: the rotation of the keys */
  uint32_t lead;     /* the target that goes first; the others follow in order */
  struct choice tried[ATTEMPTS_CEILING];
  uint32_t tried_count;
  struct choice preferred; /* tried first if it is ready; NULLs: none */
  bool last_resort;        /* a key in cooldown has been tried: once for each request */
  int64_t context_over;    /* only targets with a larger window than this; at first -1 */
};

/* |random| draws the first target of a weighted route. */
void course_init(struct course *c, struct config *config, struct route *route, uint32_t random);

/* Begin at the same choice as all requests with this |hint|, since their common prefix is cached
 * there. An empty hint has no effect. */
void course_follow(struct course *c, struct str hint);

/* The next to try: a ready key in the order of targets and keys, each pair once; when none
 * is left, those of deferred targets; then, once, the key in cooldown that recovers
 * first (disabled ones last). False when there is nothing more. */
bool course_next(struct course *c, double now, struct choice *out);

/* Is the next to try a key that has failed and whose cooldown is over?  Another isolate may
 * have tried it since. */
bool course_probes(const struct course *c, double now);

/* The target in the |i|th place of this request's order. */
struct target *course_target(const struct course *c, uint32_t i);

/* Has |target| a ready key that was not tried yet? */
bool course_has_more(const struct course *c, const struct target *target, double now);

/* |target| failed in a way that its other keys may fail, too: they are tried only when no other
 * target is left. */
void course_defer(struct course *c, const struct target *target);

/* |target| is not tried again. */
void course_skip(struct course *c, const struct target *target);

/* Is there a target but |target| that may be tried yet? */
bool course_has_other(const struct course *c, const struct target *target);

/* True when the route has any key with a secret. */
bool course_possible(const struct course *c);

/* ms from |now| until the first key of the route is ready, 0 when one is; negative when none has a
 * secret. */
double course_recovers(const struct course *c, double now);

#endif
