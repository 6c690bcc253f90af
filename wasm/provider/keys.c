/* keys.c -- see keys.h. */
#include "provider/keys.h"

#include <string.h>

void keys_init(struct keys *keys, struct arena *arena) {
  memset(keys, 0, sizeof *keys);
  keys->arena = arena;
}

static bool is_key(const struct key *key, struct str name, struct str endpoint) {
  return str_equal(key->name, name) && str_equal(key->endpoint, endpoint);
}

struct key *keys_find(struct keys *keys, struct str name, struct str endpoint) {
  for (uint32_t i = 0; i < keys->count; i++)
    if (is_key(keys->all[i], name, endpoint))
      return keys->all[i];
  if (keys->count == KEYS_MAX)
    return NULL;
  struct key *key = arena_take_zero(keys->arena, sizeof *key);
  if (key == NULL)
    return NULL;
  key->name = name;
  key->endpoint = endpoint;
  keys->all[keys->count++] = key;
  return key;
}

/* FNV-1a. */
uint32_t keys_endpoint_number(struct str endpoint) {
  uint32_t number = 2166136261u;
  for (size_t i = 0; i < endpoint.n; i++)
    number = (number ^ (unsigned char)endpoint.p[i]) * 16777619u;
  return number;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Cloudflare accepts JavaScript identifiers as names of secrets. */
static bool is_identifier(struct str name) {
  if (name.n == 0 || name.n > KEY_NAME_MAX || is_digit(name.p[0]))
    return false;
  for (size_t i = 0; i < name.n; i++)
    if (!is_letter(name.p[i]) && !is_digit(name.p[i]) && name.p[i] != '_')
      return false;
  return true;
}

static bool starts_nocase(struct str s, struct str with) {
  return s.n >= with.n && str_equal_nocase(str_part(s, 0, with.n), with);
}

bool keys_name_allowed(struct str name) {
  static const struct str own[] = {STR_INIT("PROXY_AUTH_TOKEN"), STR_INIT("ROUTES_CONFIG"),
                                   STR_INIT("MAX_BODY_BYTES"), STR_INIT("WEBSOCKET_SECONDS")};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (str_equal_nocase(name, own[i]))
      return false;
  return is_identifier(name) && !starts_nocase(name, STR("CLOUDFLARE_")) &&
         !starts_nocase(name, STR("PROXY_AUTH_TOKEN_"));
}

enum { LONG = 20, TURNS = 4 };

/* Letters and digits that look random: long, and often alternating between the two. */
static bool is_random(struct str run) {
  unsigned turns = 0;
  for (size_t i = 1; i < run.n; i++)
    turns += is_digit(run.p[i]) != is_digit(run.p[i - 1]);
  return run.n >= LONG && turns >= TURNS;
}

bool keys_name_secret(struct str text) {
  static const struct str prefixes[] = {STR_INIT("sk-"), STR_INIT("Bearer "), STR_INIT("gsk_"),
                                        STR_INIT("xai-"), STR_INIT("AIza")};
  text = str_trim(text);
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (starts_nocase(text, prefixes[i]))
      return true;
  size_t from = 0;
  for (size_t i = 0; i <= text.n; i++) {
    if (i < text.n && (is_letter(text.p[i]) || is_digit(text.p[i])))
      continue;
    bool dotted = i < text.n && text.p[i] == '.' && i - from >= LONG;
    if (dotted || is_random(str_part(text, from, i - from)))
      return true;
    from = i + 1;
  }
  return false;
}

static struct key_model *find_pair(const struct keys *keys, const struct key *key,
                                   struct str model) {
  for (uint32_t i = 0; i < keys->model_count; i++) {
    const struct key_model *pair = &keys->models[i];
    if (pair->key == key && str_equal(pair->model, model))
      return (struct key_model *)pair;
  }
  return NULL;
}

/* The entry for a new pair: the next free one, else the one that was not used for longest. */
static struct key_model *new_pair(struct keys *keys) {
  if (keys->model_count < KEY_MODELS_MAX)
    return &keys->models[keys->model_count++];
  struct key_model *oldest = &keys->models[0];
  for (uint32_t i = 1; i < KEY_MODELS_MAX; i++)
    if (keys->models[i].used < oldest->used)
      oldest = &keys->models[i];
  return oldest;
}

static struct health *pair_health(struct keys *keys, const struct key *key, struct str model,
                                  double now) {
  struct key_model *pair = find_pair(keys, key, model);
  if (pair == NULL) {
    pair = new_pair(keys);
    *pair = (struct key_model){.key = key, .model = model};
  }
  pair->used = now;
  return &pair->health;
}

struct health keys_rest(const struct keys *keys, const struct key *key, struct str model,
                        double now) {
  const struct key_model *pair = find_pair(keys, key, model);
  const struct health *longest = &key->health;
  if (pair != NULL && pair->health.until > longest->until)
    longest = &pair->health;
  return longest->until > now ? *longest : (struct health){0};
}

double keys_until(const struct keys *keys, const struct key *key, struct str model, double now) {
  const struct key_model *pair = find_pair(keys, key, model);
  double until = key->health.until;
  if (pair != NULL && pair->health.until > until)
    until = pair->health.until;
  return until > now ? until : now;
}

bool keys_ready(const struct keys *keys, const struct key *key, struct str model, double now) {
  return keys_until(keys, key, model, now) <= now;
}

bool keys_has_failed(const struct keys *keys, const struct key *key, struct str model) {
  const struct key_model *pair = find_pair(keys, key, model);
  return key->health.failures > 0 || (pair != NULL && pair->health.failures > 0);
}

/* Half of it is fixed and half random, so that isolates and keys that failed together do not retry
 * together. */
static double backoff(uint32_t failures, double jitter) {
  double ms = BACKOFF_MIN;
  for (uint32_t i = 1; i < failures && ms < BACKOFF_MAX; i++)
    ms *= 2;
  if (ms > BACKOFF_MAX)
    ms = BACKOFF_MAX;
  return ms / 2 + ms / 2 * jitter;
}

void keys_fail(struct keys *keys, struct key *key, struct str model, const struct verdict *v,
               double now) {
  if (v->blame == BLAME_NOBODY)
    return;
  struct health *h = v->blame == BLAME_KEY ? &key->health : pair_health(keys, key, model, now);
  if (now >= h->until && h->failures < UINT32_MAX)
    h->failures++;
  double cooldown = v->cooldown > 0 ? v->cooldown : backoff(h->failures, v->jitter);
  if (now + cooldown > h->until)
    h->until = now + cooldown;
  h->disabled = h->disabled || v->disable;
  h->since = now;
  h->cause = v->cause;
  h->untold = true;
  key->trouble = v->cause;
  key->advice = v->advice;
}

/* A success of a call that began before the failure does not end the cooldown. */
static void recover(struct health *h, double asked, double now) {
  if ((h->until > 0 || h->failures > 0) && asked >= h->since)
    *h = (struct health){.since = now, .untold = true};
}

void keys_succeed(struct keys *keys, struct key *key, struct str model, double asked, double now) {
  struct key_model *pair = find_pair(keys, key, model);
  recover(&key->health, asked, now);
  if (pair != NULL)
    recover(&pair->health, asked, now);
}

struct health *keys_health(struct keys *keys, struct str name, uint32_t endpoint, struct str model,
                           double now) {
  for (uint32_t i = 0; i < keys->count; i++) {
    struct key *key = keys->all[i];
    if (!str_equal(key->name, name) || keys_endpoint_number(key->endpoint) != endpoint)
      continue;
    if (model.n == 0)
      return &key->health;
    struct key_model *pair = find_pair(keys, key, model);
    if (pair != NULL)
      return &pair->health;
    struct str kept = arena_copy(keys->arena, model);
    return kept.p != NULL ? pair_health(keys, key, kept, now) : NULL;
  }
  return NULL;
}
