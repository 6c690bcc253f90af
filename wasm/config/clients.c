/* clients.c -- see clients.h. */
#include "config/clients.h"

#include "base/errors.h"
#include "config/check.h"
#include "config/members.h"

bool config_is_clients(struct str name, struct json_value value) {
  return str_equal(name, STR("$clients")) && json_type(value) != JSON_ARRAY &&
         json_absent(json_find(value, STR("providers")));
}

/* ---- one entry ---- */

/* Check the route name at |at|, and suggest a similar one. */
static void check_route_name(struct config_reader *r, const struct config_place *at,
                             struct json_value v) {
  struct str name = json_type(v) == JSON_STRING ? json_raw(v) : STR("\"\"");
  struct str shown = config_shown(str_part(name, 1, name.n - 2));
  struct config_guess guess;
  config_guess_init(&guess, shown);
  for (uint32_t i = 0; i < r->config->route_count; i++) {
    if (json_is(v, r->config->routes[i].name))
      return;
    config_guess_try(&guess, r->config->routes[i].name);
  }
  config_guess_hint(r, &guess);
  config_say(r, PROBLEM_CLIENT_ROUTE, at, &shown, NULL);
}

static void check_routes(struct config_reader *r, const struct config_place *up,
                         struct json_value list) {
  struct config_place at = config_place_of(up, list, 0);
  uint32_t i = 0;
  if (json_type(list) != JSON_ARRAY)
    config_say(r, PROBLEM_FIELD_VALUE, &at, &STR("routes"), &STR("an array of routes' names"));
  for (struct json_value v = json_first(list); json_exists(v); v = json_next(v)) {
    struct config_place here = config_place_of(&at, v, i++);
    check_route_name(r, &here, v);
  }
}

static bool is_currency_of(const struct about *a, struct str name) {
  struct str raw = json_raw(a->currency);
  return json_type(a->currency) == JSON_STRING &&
         str_equal_nocase(str_part(raw, 1, raw.n - 2), name);
}

static bool is_used(const struct config *config, struct str currency) {
  for (uint32_t i = 0; i < config->route_count; i++) {
    const struct route *route = &config->routes[i];
    if (is_currency_of(&route->about, currency))
      return true;
    for (uint32_t k = 0; k < route->target_count; k++)
      if (is_currency_of(&route->targets[k].about, currency))
        return true;
  }
  return false;
}

static void check_spend(struct config_reader *r, const struct config_place *up,
                        struct json_value spend) {
  struct config_place at = config_place_of(up, spend, 0);
  bool right = json_type(spend) == JSON_OBJECT && json_count(spend) <= CURRENCIES_MAX;
  double amount;
  for (struct json_value v = json_first(spend); right && json_exists(v); v = json_next(v)) {
    struct config_place here = config_place_of(&at, v, 0);
    right = json_number(v, &amount) && amount >= 0 && amount <= SPEND_MAX;
    struct str shown = config_shown(here.key);
    if (right && !is_used(r->config, here.key))
      config_say(r, PROBLEM_CLIENT_CURRENCY, &here, &shown, NULL);
  }
  if (!right)
    config_say(r, PROBLEM_CLIENT_SPEND, &at, NULL, NULL);
}

static void read_entry(struct config_reader *r, const struct config_place *at, struct json_value v,
                       struct allowance *a) {
  a->name = at->key;
  if (str_equal(a->name, STR("PROXY_AUTH_TOKEN")))
    a->name = r->config->owner.name;
  if (str_starts(a->name, STR("PROXY_AUTH_TOKEN_")))
    a->name = str_from(a->name, sizeof "PROXY_AUTH_TOKEN_" - 1);
  a->entry = v;
  r->bad = false;
  if (json_type(v) == JSON_OBJECT)
    config_read_members(r, at, v, &config_client_members, a);
  else
    config_say(r, PROBLEM_CLIENTS_TYPE, at, NULL, NULL);
  if (!json_absent(a->routes))
    check_routes(r, at, a->routes);
  if (!json_absent(a->spend))
    check_spend(r, at, a->spend);
  a->unusable = r->bad;
}

void config_read_clients(struct config_reader *r, const struct config_place *root,
                         struct json_value value) {
  static const struct allowance nothing = {.name = STR_INIT("*"), .unusable = true};
  struct config *config = r->config;
  struct config_place at = config_place_of(root, value, 0);
  size_t n = json_count(value);
  config->allowances = arena_take_zero(&config->arena, (n + 1) * sizeof nothing);
  if (config->allowances == NULL) {
    r->error = ERR_MEMORY;
    return;
  }
  if (json_type(value) != JSON_OBJECT || n > CLIENTS_MAX + 2) {
    config_say(r, PROBLEM_CLIENTS_TYPE, &at, NULL, NULL);
    config->allowances[config->allowance_count++] = nothing;
    return;
  }
  for (struct json_value v = json_first(value); json_exists(v); v = json_next(v)) {
    struct config_place here = config_place_of(&at, v, 0);
    read_entry(r, &here, v, &config->allowances[config->allowance_count++]);
  }
}

/* ---- whose it is ---- */

static const struct allowance *find(const struct config *config, struct str name) {
  for (uint32_t i = config->allowance_count; i-- > 0;)
    if (str_equal_nocase(config->allowances[i].name, name))
      return &config->allowances[i];
  return NULL;
}

static void link_client(struct config_reader *r, struct client *client, bool owner) {
  client->allowance = find(r->config, client->name);
  if (client->allowance == NULL && !owner)
    client->allowance = find(r->config, STR("*"));
  if (client->allowance == NULL)
    return;
  client->meter = arena_take_zero(&r->config->arena, sizeof *client->meter);
  if (client->meter == NULL)
    r->error = ERR_MEMORY;
}

static bool has_token(const struct config *config, struct str name) {
  if (str_equal(name, STR("*")) || str_equal_nocase(name, config->owner.name))
    return true;
  for (uint32_t i = 0; i < config->client_count; i++)
    if (str_equal_nocase(config->clients[i].name, name))
      return true;
  return false;
}

void config_link_clients(struct config_reader *r) {
  struct config *config = r->config;
  struct config_place root = {.where = STR_NOWHERE};
  struct config_place list = {.up = &root, .key = STR("$clients")};
  link_client(r, &config->owner, true);
  for (uint32_t i = 0; i < config->client_count; i++)
    link_client(r, &config->clients[i], false);
  for (uint32_t i = 0; i < config->allowance_count && !config->deploying; i++) {
    const struct allowance *a = &config->allowances[i];
    struct config_place at = config_place_of(&list, a->entry, 0);
    struct str shown = config_shown(a->name);
    if (!has_token(config, a->name))
      config_say_missing(r, PROBLEM_CLIENT_TOKEN, &at, &shown);
  }
}

bool client_may_use(const struct client *client, const struct route *route) {
  const struct allowance *a = client->allowance;
  if (a == NULL)
    return true;
  bool all = json_absent(a->routes) && !a->unusable;
  for (struct json_value v = json_first(a->routes); !all && json_exists(v); v = json_next(v))
    all = json_is(v, route->name);
  return all && !a->unusable;
}
