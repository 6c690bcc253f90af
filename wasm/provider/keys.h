/* keys.h -- choose, cool down, disable and revive a key; time is an argument.
 *
 * A key is one secret, by its name, at one endpoint: the same pair in several routes is the
 * same key, and a wrong endpoint does not take a secret away from the right one.  Some failures
 * tell of the key alone, some of the key with one model: both kinds of state are kept here.
 */
#ifndef PROVIDER_KEYS_H
#define PROVIDER_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "limits.h"
#include "provider/failure.h"

/* Whether a key, or a key with a model, may be called. */
struct health {
  double until;      /* ms since 1970: not before; 0 = healthy */
  uint32_t failures; /* in a row, for the growing backoff */
  bool disabled;     /* |until| is when it is probed again */
  double since;      /* ms since 1970: when it last changed */
  bool untold;       /* ... and the store does not know */
  struct str cause;  /* the last failure's code; a literal, or empty */
};

struct key {
  struct str name;     /* of the Worker secret */
  struct str endpoint; /* at which it is used */
  struct str secret;   /* empty: not set */
  struct health health;
  struct str trouble; /* the last failure's code, for the operator; literals */
  struct str advice;
};

struct keys {
  struct arena *arena; /* not owned */
  struct key *all[KEYS_MAX];
  uint32_t count;
  struct key_model {
    const struct key *key;
    struct str model;
    struct health health;
    double used;            /* when it was last blamed */
  } models[KEY_MODELS_MAX]; /* the longest-unused is forgotten first */
  uint32_t model_count;
};

void keys_init(struct keys *keys, struct arena *arena);

/* The key of that name at |endpoint|, made when it is new; NULL when there are KEYS_MAX or
 * memory is out.  Both are borrowed for good. */
struct key *keys_find(struct keys *keys, struct str name, struct str endpoint);

/* The number that stands for |endpoint| in the store. */
uint32_t keys_endpoint_number(struct str endpoint);

/* True when |name| can name a secret and is none of the gateway's own
 * (PROXY_AUTH_TOKEN, PROXY_AUTH_TOKEN_*, CLOUDFLARE_*, ...). */
bool keys_name_allowed(struct str name);

/* True when |text| looks like a key itself, put where a name belongs: then no
 * part of it may be shown.  A guess: "sk-...", Zhipu's <hex32>.<secret>, and
 * anything long that looks random. */
bool keys_name_secret(struct str text);

/* May |key| be called for |model| now? */
bool keys_ready(const struct keys *keys, const struct key *key, struct str model, double now);

/* What keeps it from that: of the key's own health and the pair's the longer rest; all zeros when
 * it is ready. */
struct health keys_rest(const struct keys *keys, const struct key *key, struct str model,
                        double now);

/* When it may be; |now| when it is ready. */
double keys_until(const struct keys *keys, const struct key *key, struct str model, double now);

/* Has |key|, or the pair, failed without an answer since? */
bool keys_has_failed(const struct keys *keys, const struct key *key, struct str model);

/* Take note of a failure; |model| is borrowed for good.  A cooldown is never
 * shortened by a later, shorter one; failures of calls that were under way
 * together count as one for the growing backoff. */
void keys_fail(struct keys *keys, struct key *key, struct str model, const struct verdict *v,
               double now);

/* Take note of an answer to what was |asked| then: the key, and the pair, are
 * healthy, unless they have failed since. */
void keys_succeed(struct keys *keys, struct key *key, struct str model, double asked, double now);

/* The state of the key of that name at the endpoint of that number, or with |model| of the pair,
 * made when it is new; NULL when no such key is configured.  |model| may be short-lived. */
struct health *keys_health(struct keys *keys, struct str name, uint32_t endpoint, struct str model,
                           double now);

#endif
