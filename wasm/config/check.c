/* check.c -- see check.h. */
#include "config/check.h"

#include "config/endpoint_check.h"

/* The place of the entry |i| of |route|: the older form has no "providers". */
struct entry_place {
  struct config_place root, route, list, entry;
};

static void place_entry(struct entry_place *p, const struct route *route, uint32_t i) {
  struct json_value list = json_find(route->entry, STR("providers"));
  bool older = json_type(route->entry) == JSON_ARRAY;
  p->root = (struct config_place){.where = STR_NOWHERE};
  p->route = config_place_of(&p->root, route->entry, 0);
  p->list = config_place_of(&p->route, list, 0);
  p->entry = config_place_of(older ? &p->route : &p->list, route->targets[i].entry, i);
}

/* ---- prices ---- */

static bool is_price(struct json_value v) {
  double price;
  return json_number(v, &price) && price > 0;
}

static struct json_value a_price(const struct about *a) {
  if (is_price(a->input_price))
    return a->input_price;
  return is_price(a->output_price) ? a->output_price : a->input_cache_price;
}

static bool has_currency(const struct about *a) {
  return !json_absent(a->currency) && !json_is(a->currency, STR(""));
}

static void check_currency(struct config_reader *r, const struct config_place *at,
                           const struct about *own, const struct about *other) {
  if (is_price(a_price(own)) && !has_currency(own) && !has_currency(other))
    config_say(r, PROBLEM_CURRENCY, at, NULL, NULL);
}

/* ---- windows ---- */

/* The limits of a route's models; 0 = unknown. */
struct reach {
  int64_t context, output;
};

static struct reach reach_of(const struct target *t) {
  if (t->provider == NULL)
    return (struct reach){0, 0};
  const struct model_facts *facts = provider_model(t->provider, t->model);
  return (struct reach){facts->context, facts->output_max};
}

static int64_t wider(int64_t a, int64_t b) {
  if (a == 0 || b == 0)
    return 0;
  return a > b ? a : b;
}

static struct reach widest(const struct route *route) {
  struct reach all = reach_of(&route->targets[0]);
  for (uint32_t i = 1; i < route->target_count; i++) {
    struct reach one = reach_of(&route->targets[i]);
    all = (struct reach){wider(all.context, one.context), wider(all.output, one.output)};
  }
  return all;
}

static void check_window(struct config_reader *r, const struct config_place *at,
                         struct json_value v, int64_t known) {
  int64_t value;
  struct config_place here = config_place_of(at, v, 0);
  if (known == 0 || !json_integer(v, &value) || value <= known)
    return;
  struct str number = config_number(r, known);
  config_say(r, PROBLEM_WINDOW, &here, &here.key, &number);
}

static void check_about(struct config_reader *r, const struct config_place *at,
                        const struct about *a, const struct about *other, struct reach reach) {
  check_currency(r, at, a, other);
  check_window(r, at, a->context_window, reach.context);
  check_window(r, at, a->max_input_tokens, reach.context);
  check_window(r, at, a->max_output_tokens, reach.output);
}

void config_check_route(struct config_reader *r, const struct config_place *at,
                        const struct route *route) {
  check_about(r, at, &route->about, &route->targets[0].about, widest(route));
  for (uint32_t i = 0; i < route->target_count; i++) {
    struct entry_place p;
    place_entry(&p, route, i);
    check_about(r, &p.entry, &route->targets[i].about, &route->about, reach_of(&route->targets[i]));
  }
}

/* ---- names ---- */

static bool is_name(const struct config *config, struct str model) {
  for (uint32_t i = 0; i < config->route_count; i++)
    if (str_equal_nocase(config->routes[i].name, model))
      return true;
  return false;
}

static bool has_model(const struct route *route, uint32_t targets, struct str model) {
  for (uint32_t i = 0; i < targets; i++)
    if (str_equal_nocase(route->targets[i].model, model))
      return true;
  return false;
}

static const struct route *find_hider(const struct config *config, uint32_t before,
                                      struct str model) {
  for (uint32_t i = 0; i < before; i++)
    if (has_model(&config->routes[i], config->routes[i].target_count, model))
      return &config->routes[i];
  return NULL;
}

/* A request may name a provider's model in place of a route. If a route has the same name as the
 * model, no warning is needed. */
static void check_hidden(struct config_reader *r, uint32_t i) {
  const struct config *config = r->config;
  const struct route *route = &config->routes[i];
  for (uint32_t k = 0; k < route->target_count; k++) {
    struct str model = route->targets[k].model;
    const struct route *hider = find_hider(config, i, model);
    if (hider == NULL || has_model(route, k, model) || is_name(config, model))
      continue;
    struct entry_place p;
    place_entry(&p, route, k);
    struct str shown = config_shown(model), other = config_shown(hider->name);
    config_say(r, PROBLEM_ROUTE_HIDDEN, &p.entry, &shown, &other);
  }
}

void config_check_models(struct config_reader *r) {
  for (uint32_t i = 0; i < r->config->route_count; i++)
    check_hidden(r, i);
}

/* ---- secrets ---- */

static bool is_served(const struct route *route) {
  for (uint32_t i = 0; i < route->target_count; i++)
    for (uint32_t k = 0; k < route->targets[i].key_count; k++)
      if (route->targets[i].keys[k]->secret.n > 0)
        return true;
  return false;
}

/* A use of a key: which entry of which route. */
struct use {
  const struct route *route;
  uint32_t target;
};

static bool find_in_route(const struct route *route, const struct key *key, struct use *use) {
  for (uint32_t i = 0; i < route->target_count; i++)
    for (uint32_t k = 0; k < route->targets[i].key_count; k++)
      if (str_equal(route->targets[i].keys[k]->name, key->name)) {
        *use = (struct use){route, i};
        return true;
      }
  return false;
}

/* The use that matters most: in a route that has no other key, else the first. */
static bool find_use(const struct config *config, const struct key *key, struct use *use,
                     bool *alone) {
  bool found = false;
  *alone = false;
  for (uint32_t i = 0; i < config->route_count && !*alone; i++) {
    struct use here;
    if (!find_in_route(&config->routes[i], key, &here))
      continue;
    *alone = !is_served(&config->routes[i]);
    if (!found || *alone)
      *use = here;
    found = true;
  }
  return found;
}

struct problem *config_say_missing(struct config_reader *r, enum config_fault fault,
                                   const struct config_place *at, const struct str *name) {
  r->hint = STR("Add it in the Cloudflare dashboard: Workers & Pages > ai-worker-proxy > Settings "
                "> Variables and Secrets, as a secret of this name.");
  return config_say(r, fault, at, name, NULL);
}

/* Has an earlier key the same secret, at another endpoint? */
static bool is_repeated(const struct config *config, uint32_t i) {
  for (uint32_t k = 0; k < i; k++)
    if (str_equal(config->keys.all[k]->name, config->keys.all[i]->name))
      return true;
  return false;
}

void config_check_secrets(struct config_reader *r) {
  const struct config *config = r->config;
  for (uint32_t i = 0; i < config->keys.count; i++) {
    const struct key *key = config->keys.all[i];
    struct entry_place p;
    struct use use;
    bool alone;
    if (key->secret.n > 0 || is_repeated(config, i) || !find_use(config, key, &use, &alone))
      continue;
    place_entry(&p, use.route, use.target);
    config_say_missing(r, alone ? PROBLEM_SECRET_ALONE : PROBLEM_SECRET_MISSING, &p.entry,
                       &key->name);
  }
}

/* ---- what a deployed Worker reaches ---- */

static void check_reach(struct config_reader *r, const struct route *route, uint32_t i) {
  struct entry_place p;
  struct json_value entry = route->targets[i].entry;
  struct json_value v = json_find(entry, STR("endpoint"));
  bool older = json_absent(v);
  place_entry(&p, route, i);
  if (older)
    v = json_find(entry, STR("baseUrl"));
  struct config_place at = config_place_of(&p.entry, v, 0);
  if (!json_absent(v))
    config_check_reach(r, &at, older ? &STR("baseUrl") : &STR("endpoint"), &route->targets[i]);
}

void config_check_deployment(struct config_reader *r) {
  const struct config *config = r->config;
  for (uint32_t i = 0; i < config->route_count; i++)
    for (uint32_t k = 0; k < config->routes[i].target_count; k++)
      check_reach(r, &config->routes[i], k);
}
