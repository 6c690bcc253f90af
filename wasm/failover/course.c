/* course.c -- see course.h. */
#include "failover/course.h"

#include <string.h>

#include "base/map.h"

/* Draw a target in proportion to the weights; the first when all are 0. */
static uint32_t draw(const struct route *route, uint32_t random) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < route->target_count; i++)
    sum += route->targets[i].weight;
  uint64_t at = (sum * random) >> 32;
  for (uint32_t i = 0; i < route->target_count; i++) {
    if (at < route->targets[i].weight)
      return i;
    at -= route->targets[i].weight;
  }
  return 0;
}

void course_init(struct course *c, struct config *config, struct route *route, uint32_t random) {
  memset(c, 0, sizeof *c);
  c->config = config;
  c->route = route;
  c->context_over = -1;
  if (route->strategy == STRATEGY_ROUND_ROBIN)
    c->turn = route->turn++;
  if (route->strategy == STRATEGY_WEIGHTED)
    c->lead = draw(route, random);
}

void course_follow(struct course *c, struct str hint) {
  uint64_t hash = map_hash(hint);
  if (hint.n == 0)
    return;
  if (c->route->strategy == STRATEGY_ROUND_ROBIN)
    c->turn = (uint32_t)(hash >> 32);
  if (c->route->strategy == STRATEGY_WEIGHTED)
    c->lead = draw(c->route, (uint32_t)hash);
}

static bool has_secret(const struct key *key) {
  return key->secret.n > 0;
}

/* The target in the |i|th place: |lead| before the others. */
struct target *course_target(const struct course *c, uint32_t i) {
  if (i == 0)
    return &c->route->targets[c->lead];
  return &c->route->targets[i <= c->lead ? i - 1 : i];
}

/* The key of |t| in the |i|th place.  Keys without a secret are left out before the
 * rotation: else the key behind a missing one would get its turns, too. */
static struct key *key_at(const struct course *c, const struct target *t, uint32_t i) {
  uint32_t usable = 0;
  for (uint32_t k = 0; k < t->key_count; k++)
    usable += has_secret(t->keys[k]);
  if (i >= usable)
    return NULL;
  uint32_t skip = (c->turn % usable + i) % usable;
  for (uint32_t k = 0; k < t->key_count; k++)
    if (has_secret(t->keys[k]) && skip-- == 0)
      return t->keys[k];
  return NULL;
}

static bool is_tried(const struct course *c, const struct target *target, const struct key *key) {
  for (uint32_t i = 0; i < c->tried_count; i++)
    if (c->tried[i].target == target && c->tried[i].key == key)
      return true;
  return false;
}

static bool is_open(const struct course *c, const struct target *target) {
  if ((c->closed | c->deferred) >> (target - c->route->targets) & 1)
    return false;
  return c->context_over < 0 || target_window(target) > c->context_over;
}

/* Is |key| a better last resort than |best|? */
static bool recovers_before(const struct course *c, const struct choice *a,
                            const struct choice *best, double now) {
  const struct keys *keys = &c->config->keys;
  if (best->key == NULL || a->key->health.disabled != best->key->health.disabled)
    return best->key == NULL || best->key->health.disabled;
  return keys_until(keys, a->key, a->target->model, now) <
         keys_until(keys, best->key, best->target->model, now);
}

/* Find the first open and untried choice that is ready; else set |*cooling| to the one that
 * recovers first. */
static bool find_choice(const struct course *c, double now, struct choice *ready,
                        struct choice *cooling) {
  for (uint32_t i = 0; i < c->route->target_count; i++) {
    struct choice a = {course_target(c, i), NULL};
    if (!is_open(c, a.target))
      continue;
    for (uint32_t k = 0; (a.key = key_at(c, a.target, k)) != NULL; k++) {
      if (is_tried(c, a.target, a.key))
        continue;
      if (keys_ready(&c->config->keys, a.key, a.target->model, now)) {
        *ready = a;
        return true;
      }
      if (recovers_before(c, &a, cooling, now))
        *cooling = a;
    }
  }
  return false;
}

/* Take the key that knows the conversation. */
static bool take_preferred(struct course *c, double now, struct choice *out) {
  struct choice p = c->preferred;
  c->preferred = (struct choice){NULL, NULL};
  if (p.key == NULL || !is_open(c, p.target) || is_tried(c, p.target, p.key) ||
      !keys_ready(&c->config->keys, p.key, p.target->model, now))
    return false;
  c->tried[c->tried_count++] = *out = p;
  return true;
}

bool course_next(struct course *c, double now, struct choice *out) {
  struct choice found = {NULL, NULL}, cooling = {NULL, NULL};
  if (c->tried_count == ATTEMPTS_CEILING)
    return false;
  if (take_preferred(c, now, out))
    return true;
  bool ready = find_choice(c, now, &found, &cooling);
  if (!ready && c->deferred != 0) {
    c->deferred = 0;
    c->second_round = true;
    ready = find_choice(c, now, &found, &cooling);
  }
  if (!ready) {
    if (cooling.key == NULL || c->last_resort)
      return false;
    c->last_resort = true;
    found = cooling;
  }
  c->tried[c->tried_count++] = found;
  *out = found;
  return true;
}

bool course_probes(const struct course *c, double now) {
  struct course ahead = *c;
  struct choice next;
  return course_next(&ahead, now, &next) &&
         keys_has_failed(&c->config->keys, next.key, next.target->model);
}

bool course_has_more(const struct course *c, const struct target *target, double now) {
  struct key *key;
  for (uint32_t k = 0; is_open(c, target) && (key = key_at(c, target, k)) != NULL; k++)
    if (!is_tried(c, target, key) && keys_ready(&c->config->keys, key, target->model, now))
      return true;
  return false;
}

void course_defer(struct course *c, const struct target *target) {
  if (!c->second_round)
    c->deferred |= 1u << (target - c->route->targets);
}

void course_skip(struct course *c, const struct target *target) {
  c->closed |= 1u << (target - c->route->targets);
}

bool course_has_other(const struct course *c, const struct target *target) {
  for (uint32_t i = 0; i < c->route->target_count; i++) {
    const struct target *t = &c->route->targets[i];
    bool spent = (c->closed >> i & 1) != 0 || t == target;
    for (uint32_t k = 0; k < t->key_count && !spent; k++) {
      if (has_secret(t->keys[k]) && !is_tried(c, t, t->keys[k]))
        return true;
    }
  }
  return false;
}

bool course_possible(const struct course *c) {
  return course_recovers(c, 0) >= 0;
}

double course_recovers(const struct course *c, double now) {
  double soonest = -1;
  for (uint32_t i = 0; i < c->route->target_count; i++) {
    const struct target *t = &c->route->targets[i];
    for (uint32_t k = 0; k < t->key_count; k++) {
      if (!has_secret(t->keys[k]))
        continue;
      double in = keys_until(&c->config->keys, t->keys[k], t->model, now) - now;
      if (soonest < 0 || in < soonest)
        soonest = in;
    }
  }
  return soonest;
}
