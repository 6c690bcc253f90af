/* route.h -- a model name to a route, and a request's way through its targets. */
#ifndef ROUTE_H
#define ROUTE_H

#include "config.h"

/* The route that |model| selects, or NULL: its exact name, its name in any
 * case, a provider's model in any case, "default", "_default". */
struct route *route_find(const struct config *config, struct str model);

/* The route of exactly this name, or of this name in any case, or NULL. */
struct route *route_find_name(const struct config *config, struct str name);

/* A target and the key to call it with. */
struct choice {
  struct target *target;
  struct key *key;
};

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

/* The largest prompt that |target| takes, in tokens, by what is known of its
 * model, else by its configuration; 0 = unknown. */
int64_t target_window(const struct target *target);

#endif
