/* tables.h -- ROUTES_CONFIG as structs: routes, targets, clients, problems.
 *
 * Everything lives as long as the configuration; nothing is freed before. */
#ifndef CONFIG_TABLES_H
#define CONFIG_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "limits.h"
#include "provider/keys.h"
#include "provider/provider.h"
#include "text/json.h"

/* The descriptive fields of a route or a provider. JSON_NONE or JSON_NULL where a field is missing,
 * else a value of the right type. */
struct about {
  struct json_value display_name, description;
  struct json_value context_window, max_input_tokens, max_output_tokens;
  struct json_value currency, input_price, input_cache_price, output_price;
  struct json_value metadata, flags;
};

/* Milliseconds. */
struct timeouts {
  uint32_t connect, first_token, idle, whole;
};

/* One entry of "providers": where a request can be sent. */
struct target {
  const struct provider *provider;
  enum api api;
  struct str model;
  struct str endpoint; /* base URL without a slash at its end */
  struct key **keys;   /* in order; some may have no secret */
  uint32_t key_count;
  uint32_t weight;
  struct timeouts timeouts;
  struct about about;
  struct json_value custom_params; /* members for the upstream's request, which replace ours */
  struct str prompt;               /* the route's, before the instructions; may be empty */
  struct str effort;               /* reasoning effort for requests without one; may be empty */
  struct json_value entry;         /* where it stands in the text */
  uint32_t refused;                /* members of requests that it refused: see parameters.h */
};

/* A target and the key to call it with. */
struct choice {
  struct target *target;
  struct key *key;
};

enum strategy {
  STRATEGY_ORDER,
  STRATEGY_ROUND_ROBIN, /* each request begins with the next key of a target */
  STRATEGY_WEIGHTED,    /* the first target is drawn by the targets' weights */
};

/* ms for which output may be held, to send it in fewer and larger pieces. */
struct coalesce {
  uint32_t text;      /* read by people while it streams */
  uint32_t reasoning; /* seldom read while it streams */
  uint32_t arguments; /* of tool calls: unusable until they are complete */
};

struct route {
  struct str name; /* unescaped */
  struct about about;
  struct target *targets; /* in order; at least one */
  uint32_t target_count;
  enum strategy strategy;
  uint32_t turn;         /* of round-robin */
  uint32_t hedge_ms;     /* start the next target as well if there is no output by then; 0 = off */
  uint32_t max_attempts; /* upstream calls for one request */
  uint32_t retry_budget_ms; /* total pause before the same key is called again */
  uint32_t store_days;      /* days for which answers are stored; 0 = not stored */
  struct coalesce coalesce;
  bool resumable;           /* a stream runs in an object: a client that lost it can come back */
  bool watch;               /* read every answer to its end instead of piping it natively */
  bool continue_on_failure; /* if a text is cut off, the next target continues it */
  bool stream_structured;   /* JSON by a schema is sent as it comes, before all of it is checked */
  struct json_value codex;  /* members for its entry in Codex's catalogue */
  struct json_value entry;  /* where it stands in the text */
};

struct problem {
  bool warning;          /* the route still works */
  struct str path;       /* "$.super-brain.providers[0].apiKeys[1]" */
  uint32_t line, column; /* from 1; 0 if the problem has no place in the text */
  struct str message;    /* a sentence; never a secret, nor a part of one */
};

/* What a client may do: see clients.h. */
struct allowance {
  struct str name;          /* the client's; "*": of all that have no other */
  struct json_value routes; /* names; JSON_NONE: all */
  uint32_t per_minute;      /* requests; 0 = any number */
  struct json_value spend;  /* {"usd": 5}: in a day */
  struct json_value entry;  /* where it stands in the text */
  bool unusable;            /* has a mistake, so nothing is allowed */
};

/* The requests and spending of a client, as far as this isolate knows. */
struct meter {
  double minute, day; /* numbers since 1970: the minute and the day that are counted */
  int64_t requests;   /* in that minute */
  struct {
    int64_t all, untold;   /* millionths; |untold| is in |all|, and not yet in the store */
  } spent[CURRENCIES_MAX]; /* in that day; in the order of the allowance's |spend| */
};

/* A person or an app that has a token of its own. */
struct client {
  struct str name; /* of the secret PROXY_AUTH_TOKEN_<name>; "default" of PROXY_AUTH_TOKEN */
  struct str token;
  const struct allowance *allowance; /* NULL: everything */
  struct meter *meter;               /* NULL without an allowance */
};

struct usage_table;
struct recent;

struct config {
  struct arena arena;
  struct json json;
  struct str text;
  struct str bundled;   /* the routes of the bundle, where a variable hides them; else empty */
  struct route *routes; /* usable ones, in the text's order */
  uint32_t route_count;
  struct keys keys;
  struct problem problems[PROBLEMS_MAX];
  uint32_t problem_count; /* can be more than PROBLEMS_MAX: those are only counted */
  uint32_t hidden_errors; /* errors among those */
  struct problem more;    /* says how many more there are; empty when there are none */
  bool deploying;         /* the routes are checked for a deployment, not used here */
  struct client owner;    /* PROXY_AUTH_TOKEN; its token empty = refuse everybody */
  struct client clients[CLIENTS_MAX];
  uint32_t client_count;
  struct allowance *allowances; /* in the text's order */
  uint32_t allowance_count;
  struct usage_table *usage; /* of this isolate; not owned */
  struct recent *recent;     /* likewise */
  bool store;                /* there is a store */
  bool memory;               /* ... and one for conversations */
  bool memory_failing;       /* the last write of a turn failed */
  bool recalled;             /* the health of keys has been loaded from the store */
  uint32_t body_max;         /* MAX_BODY_BYTES or BODY_MAX */
  bool limiter;              /* the host counts wrong tokens for all isolates */
  bool sockets;              /* the host can keep WebSockets */
  uint32_t socket_age;       /* ms: WEBSOCKET_SECONDS or SOCKET_AGE; 0: they are off */
};

#endif
