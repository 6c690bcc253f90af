/* keys.h -- the API keys and their health: cooldowns, disabled keys, recovery.
 *
 * A key is a named secret at one endpoint.  The same pair in several routes is the same key; the
 * same secret at another endpoint is another key, so that a wrong endpoint does not disable it at
 * the right one.  Some failures concern the whole key, some only the key with one model: both have
 * a health. Times are arguments, in ms since 1970.
 */
#ifndef PROVIDER_KEYS_H
#define PROVIDER_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "limits.h"
#include "provider/failure.h"
#include "text/redact.h"

/* Whether a key, or a key with a model, may be called. */
struct health {
  double until;      /* ms since 1970: not before; 0 = healthy */
  uint32_t failures; /* in a row, for the backoff */
  bool disabled;     /* until |until|, when it is tried again */
  double since;      /* ms since 1970: when it last changed */
  bool untold;       /* the store does not know of the change yet */
  struct str cause;  /* the last failure's code; a literal, or empty */
};

struct key {
  struct str name;                 /* of the Worker secret */
  struct str endpoint;             /* at which it is used */
  struct str secret;               /* empty: not set */
  const struct redactor *redactor; /* of the secret */
  struct health health;
  struct str trouble; /* the last failure's code, for the operator; a literal, as is |advice| */
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
  } models[KEY_MODELS_MAX]; /* the one that was not used for longest is replaced first */
  uint32_t model_count;
};

void keys_init(struct keys *keys, struct arena *arena);

/* The key of that name at |endpoint|, made if it is new; NULL when there are KEYS_MAX or memory is
 * out. Both strings are borrowed for good. */
struct key *keys_find(struct keys *keys, struct str name, struct str endpoint);

/* The number that stands for |endpoint| in the store. */
uint32_t keys_endpoint_number(struct str endpoint);

/* True when |name| can name a secret and is none of the gateway's own
 * (PROXY_AUTH_TOKEN, PROXY_AUTH_TOKEN_*, CLOUDFLARE_*, ...). */
bool keys_name_allowed(struct str name);

/* Does |text|, given as a name, look like a key itself? Then it must not be shown. A guess:
 * "sk-...", Zhipu's <hex32>.<secret>, and anything long that looks random. */
bool keys_name_secret(struct str text);

/* May |key| be called for |model| now? */
bool keys_ready(const struct keys *keys, const struct key *key, struct str model, double now);

/* The health that has the longer cooldown: of the key, or of the key with |model|. All zero when it
 * is ready. */
struct health keys_rest(const struct keys *keys, const struct key *key, struct str model,
                        double now);

/* When it is ready; |now| when it is ready already. */
double keys_until(const struct keys *keys, const struct key *key, struct str model, double now);

/* Has |key|, or the pair, failed and not succeeded since? */
bool keys_has_failed(const struct keys *keys, const struct key *key, struct str model);

/* Note a failure; |model| is borrowed for good. A cooldown is never shortened by a later, shorter
 * one; failures of concurrent calls count as one for the backoff. */
void keys_fail(struct keys *keys, struct key *key, struct str model, const struct verdict *v,
               double now);

/* Note a success of a call that was made at |asked|: the key and the pair are healthy, unless they
 * have failed since. */
void keys_succeed(struct keys *keys, struct key *key, struct str model, double asked, double now);

/* The health of the key of that name at the endpoint of that number; with |model|, of the pair,
 * made if it is new. NULL when no such key is configured. |model| need not outlive the call. */
struct health *keys_health(struct keys *keys, struct str name, uint32_t endpoint, struct str model,
                           double now);

#endif
