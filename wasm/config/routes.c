/* routes.c -- see routes.h.
 *
 *   {"name": {"providers": [{"provider":..., "model":..., "apiKeys": [...]}], ...}}
 *   {"name": [{"provider":..., "model":..., "apiKeys": [...]}]}      older
 */
#include "config/routes.h"

#include <string.h>

#include "base/errors.h"
#include "config/check.h"
#include "config/clients.h"
#include "config/endpoint_check.h"
#include "config/members.h"
#include "config/text_check.h"
#include "config/url.h"

static bool has_control(struct str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
      return true;
  return false;
}

/* ---- one entry of "providers" ---- */

/* A target while it is read: its draft and its place. */
struct entry {
  struct config_reader *r;
  const struct config_place *at;
  struct json_value value;
  struct target_draft draft;
};

/* The content of a required string field; false when a problem was reported. */
static bool take_text(struct entry *e, struct json_value v, struct str name, size_t max,
                      struct str *out) {
  struct config_place at = config_place_of(e->at, v, 0);
  struct str text = STR_NONE;
  if (json_absent(v)) {
    config_say(e->r, PROBLEM_FIELD_MISSING, e->at, &name, NULL);
    return false;
  }
  if (json_type(v) == JSON_STRING && !json_string(v, &e->r->config->arena, &text)) {
    e->r->error = ERR_MEMORY;
    return false;
  }
  text = str_trim(text);
  if (text.n == 0 || text.n > max || has_control(text)) {
    struct str range = config_range(e->r, 1, (int64_t)max);
    config_say(e->r, PROBLEM_FIELD_TEXT, &at, &name, &range);
    return false;
  }
  *out = text;
  return true;
}

/* Names of older configurations for openai with "api": "chat". */
static bool is_compatible(struct str name) {
  return str_equal_nocase(name, STR("openai-compatible")) ||
         str_equal_nocase(name, STR("openaiChat"));
}

/* What else people call Zhipu. */
static bool is_glm(struct str name) {
  static const struct str names[] = {STR_INIT("glm"), STR_INIT("z.ai"), STR_INIT("zai"),
                                     STR_INIT("bigmodel"), STR_INIT("chatglm")};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_equal_nocase(name, names[i]))
      return true;
  return false;
}

static void take_provider(struct entry *e) {
  struct config_place at = config_place_of(e->at, e->draft.provider, 0);
  struct str name, shown;
  struct config_guess guess;
  if (!take_text(e, e->draft.provider, STR("provider"), MODEL_MAX_BYTES, &name))
    return;
  e->draft.target.provider = provider_find(name);
  if (e->draft.target.provider == NULL && is_compatible(name)) {
    e->draft.target.provider = provider_find(STR("openai"));
    if (e->draft.api < 0)
      e->draft.api = API_CHAT;
  }
  if (e->draft.target.provider != NULL)
    return;
  config_guess_init(&guess, name);
  if (is_glm(name))
    guess.best = STR("zhipu");
  for (uint32_t i = 0; provider_at(i) != NULL; i++)
    config_guess_try(&guess, provider_at(i)->name);
  config_guess_hint(e->r, &guess);
  shown = config_shown(name);
  config_say(e->r, PROBLEM_PROVIDER, &at, &shown, NULL);
}

static struct str default_endpoint(const struct target *t) {
  bool responses = t->api == API_RESPONSES && t->provider->responses_endpoint.n > 0;
  return responses ? t->provider->responses_endpoint : t->provider->endpoint;
}

/* Takes the older name too; the newer one counts. */
static void take_endpoint(struct entry *e) {
  struct target *t = &e->draft.target;
  bool older = json_absent(e->draft.endpoint);
  struct json_value v = older ? e->draft.base_url : e->draft.endpoint;
  struct str name = older ? STR("baseUrl") : STR("endpoint");
  struct config_place at = config_place_of(e->at, v, 0);
  if (t->provider != NULL)
    t->endpoint = default_endpoint(t);
  if (!older && !json_absent(e->draft.base_url))
    config_say(e->r, PROBLEM_URL_TWICE, &at, NULL, NULL);
  if (json_is(v, STR(""))) {
    config_say(e->r, PROBLEM_URL_EMPTY, &at, &name, NULL);
    return;
  }
  if (json_absent(v) || !take_text(e, v, name, ENDPOINT_MAX, &t->endpoint))
    return;
  struct str fault = config_url_check(t->endpoint);
  if (fault.n > 0)
    config_hint_width(e->r, t->endpoint);
  if (fault.n > 0)
    config_say(e->r, PROBLEM_FIELD_VALUE, &at, &name, &fault);
  else if (config_url_trim(&t->endpoint))
    config_say(e->r, PROBLEM_URL_PATH, &at, &name, NULL);
  if (fault.n == 0)
    config_check_endpoint(e->r, &at, &name, t);
}

static bool has_key(const struct target *t, const struct key *key) {
  for (uint32_t i = 0; i < t->key_count; i++)
    if (t->keys[i] == key)
      return true;
  return false;
}

static void take_key(struct entry *e, const struct config_place *at, struct json_value v) {
  struct config *config = e->r->config;
  struct target *t = &e->draft.target;
  struct str name = STR_NONE;
  if (json_type(v) == JSON_STRING && !json_string(v, &config->arena, &name)) {
    e->r->error = ERR_MEMORY;
    return;
  }
  bool pasted = keys_name_secret(name);
  if (pasted || !keys_name_allowed(name)) {
    e->r->pasted |= pasted;
    config_hint_width(e->r, name);
    config_say(e->r, pasted ? PROBLEM_KEY_ITSELF : PROBLEM_KEY_NAME, at, NULL, NULL);
    return;
  }
  struct key *key = keys_find(&config->keys, name, t->endpoint);
  if (key == NULL && config->keys.count == KEYS_MAX) {
    struct str most = config_number(e->r, KEYS_MAX);
    config_say(e->r, PROBLEM_KEYS_MANY, at, &most, NULL);
  } else if (key == NULL)
    e->r->error = ERR_MEMORY;
  else if (has_key(t, key))
    config_say(e->r, PROBLEM_KEY_TWICE, at, &name, NULL);
  else
    t->keys[t->key_count++] = key;
}

/* The fault of a field that should be a non-empty array. */
static const struct str *no_list(struct json_value v) {
  static const struct str missing = STR_INIT("is missing"), wrong = STR_INIT("must be an array");
  return json_absent(v) ? &missing : &wrong;
}

static void take_keys(struct entry *e) {
  struct target *t = &e->draft.target;
  struct json_value v = e->draft.keys;
  struct config_place at = config_place_of(e->at, v, 0);
  uint32_t index = 0;
  if (json_type(v) != JSON_ARRAY || json_count(v) == 0) {
    config_say(e->r, PROBLEM_KEYS, json_absent(v) ? e->at : &at, no_list(v), NULL);
    return;
  }
  t->keys = arena_take(&e->r->config->arena, json_count(v) * sizeof(struct key *));
  if (t->keys == NULL) {
    e->r->error = ERR_MEMORY;
    return;
  }
  for (v = json_first(v); json_exists(v); v = json_next(v)) {
    struct config_place here = config_place_of(&at, v, index++);
    take_key(e, &here, v);
  }
}

static void take_timeouts(struct entry *e) {
  struct config_place at = config_place_of(e->at, e->draft.timeouts, 0);
  if (json_absent(e->draft.timeouts))
    return;
  if (json_type(e->draft.timeouts) == JSON_OBJECT)
    config_read_members(e->r, &at, e->draft.timeouts, &config_timeout_members,
                        &e->draft.target.timeouts);
  else
    config_say(e->r, PROBLEM_FIELD_VALUE, &at, &STR("timeouts"), &STR("an object"));
}

static void read_target(struct entry *e) {
  struct target *t = &e->draft.target;
  e->draft.api = e->draft.strategy = -1;
  t->entry = e->value;
  t->weight = 1;
  t->timeouts =
      (struct timeouts){CONNECT_TIMEOUT, FIRST_TOKEN_TIMEOUT, IDLE_TIMEOUT, WHOLE_TIMEOUT};
  if (json_type(e->value) != JSON_OBJECT) {
    config_say(e->r, PROBLEM_ENTRY_TYPE, e->at, NULL, NULL);
    return;
  }
  config_read_members(e->r, e->at, e->value, &config_target_members, &e->draft);
  take_provider(e);
  (void)take_text(e, e->draft.model, STR("model"), MODEL_MAX_BYTES, &t->model);
  if (t->provider != NULL)
    t->api = e->draft.api < 0 ? t->provider->api : (enum api)e->draft.api;
  take_endpoint(e);
  take_keys(e);
  take_timeouts(e);
  struct config_place model = config_place_of(e->at, e->draft.model, 0);
  config_check_model(e->r, &model, t);
  if (t->provider != NULL)
    t->provider = provider_find_at(t->provider, t->endpoint);
}

/* ---- one route ---- */

/* "strategy" may be at an entry, as in older documents; the route's own comes first. */
static void read_targets(struct config_reader *r, const struct config_place *at,
                         struct json_value list, struct route_draft *d) {
  uint32_t n = (uint32_t)json_count(list);
  d->route.targets = arena_take_zero(&r->config->arena, n * sizeof(struct target));
  if (d->route.targets == NULL) {
    r->error = ERR_MEMORY;
    return;
  }
  for (struct json_value v = json_first(list); json_exists(v); v = json_next(v)) {
    struct config_place here = config_place_of(at, v, d->route.target_count);
    struct entry e = {.r = r, .at = &here, .value = v};
    read_target(&e);
    d->route.targets[d->route.target_count++] = e.draft.target;
    if (d->strategy < 0)
      d->strategy = e.draft.strategy;
  }
}

static void read_list(struct config_reader *r, const struct config_place *at,
                      struct json_value list, struct route_draft *d) {
  size_t n = json_count(list);
  if (json_type(list) != JSON_ARRAY || n == 0) {
    config_say(r, PROBLEM_PROVIDERS, at, no_list(list), NULL);
  } else if (n > TARGETS_MAX) {
    struct str most = config_number(r, TARGETS_MAX);
    config_say(r, PROBLEM_PROVIDERS_MANY, at, &most, NULL);
  } else {
    read_targets(r, at, list, d);
  }
}

static void check_name(struct config_reader *r, const struct config_place *at, struct str name) {
  if (name.n == 0 || name.n > NAME_MAX_BYTES || has_control(name)) {
    struct str range = config_range(r, 1, NAME_MAX_BYTES);
    config_say(r, PROBLEM_ROUTE_NAME, at, &range, NULL);
  } else if (str_trim(name).n != name.n) {
    config_say(r, PROBLEM_ROUTE_SPACE, at, NULL, NULL);
  } else if (str_equal(name, STR("providers"))) {
    config_say(r, PROBLEM_ROUTE_UNNAMED, at, &name, NULL);
  }
}

bool config_is_entry(struct json_value value) {
  return json_type(value) == JSON_OBJECT && json_absent(json_find(value, STR("providers"))) &&
         !json_absent(json_find(value, STR("provider"))) &&
         !json_absent(json_find(value, STR("apiKeys")));
}

static void read_body(struct config_reader *r, const struct config_place *at,
                      struct json_value value, struct route_draft *d) {
  if (json_type(value) == JSON_ARRAY) {
    read_list(r, at, value, d);
  } else if (config_is_entry(value)) {
    config_say(r, PROBLEM_ROUTE_IS_ENTRY, at, NULL, NULL);
  } else if (json_type(value) == JSON_OBJECT) {
    config_read_members(r, at, value, &config_route_members, d);
    struct config_place list = config_place_of(at, d->providers, 0);
    struct config_guess guess;
    config_guess_init(&guess, at->key);
    config_guess_try(&guess, STR("$clients"));
    if (json_absent(d->providers))
      config_guess_hint(r, &guess);
    read_list(r, json_absent(d->providers) ? at : &list, d->providers, d);
  } else {
    config_say(r, PROBLEM_ROUTE_TYPE, at, NULL, NULL);
  }
}

/* The content of an optional string; borrowed where it has no escapes. */
static struct str text_in(struct config_reader *r, struct json_value object, struct str name) {
  struct str text = STR_NONE;
  struct json_value v = json_find(object, name);
  if (json_type(v) == JSON_STRING && !json_string(v, &r->config->arena, &text))
    r->error = ERR_MEMORY;
  return text;
}

/* Copy what the route has once to each of its targets. */
static void spread(struct config_reader *r, const struct route_draft *d) {
  struct str effort = text_in(r, d->route.about.metadata, STR("reasoning_effort"));
  for (uint32_t i = 0; i < d->route.target_count; i++) {
    struct target *t = &d->route.targets[i];
    t->prompt = text_in(r, d->config, STR("prompt"));
    t->effort = text_in(r, t->about.metadata, STR("reasoning_effort"));
    if (t->effort.n == 0)
      t->effort = effort;
  }
}

static bool is_like_providers(struct str key) {
  struct config_guess guess;
  config_guess_init(&guess, key);
  config_guess_try(&guess, STR("providers"));
  return guess.best.n > 0;
}

/* {"routes": {"name": {"providers": [...]}}}: one level too many. So is a list of routes. A member
 * whose name is like "providers" is a misspelt one. */
static bool holds_routes(struct json_value value) {
  bool any = false;
  if (json_type(value) == JSON_ARRAY)
    return !json_absent(json_find(json_first(value), STR("providers")));
  if (json_type(value) != JSON_OBJECT || !json_absent(json_find(value, STR("providers"))))
    return false;
  for (struct json_value v = json_first(value); json_exists(v); v = json_next(v)) {
    if (is_like_providers(json_key(v)))
      return false;
    any |= !json_absent(json_find(v, STR("providers")));
    any |= json_type(v) == JSON_ARRAY && !json_absent(json_find(json_first(v), STR("provider")));
  }
  return any;
}

/* False when the route is to be left out. */
static bool read_route(struct config_reader *r, const struct config_place *at,
                       struct json_value value, struct str name, struct route *out) {
  struct route_draft d = {
      .route = {.name = name,
                .max_attempts = ATTEMPTS_MAX,
                .retry_budget_ms = RETRY_WAIT_MS,
                .store_days = STORE_DAYS,
                .coalesce = {COALESCE_TEXT_MS, COALESCE_REASONING_MS, COALESCE_ARGUMENTS_MS},
                .entry = value},
      .strategy = -1};
  r->bad = false;
  check_name(r, at, name);
  if (holds_routes(value)) {
    struct str shown = config_shown(name);
    config_hint_type(r, value);
    config_say(r, PROBLEM_ROUTE_WRAPS, at, &shown, &config_shape);
    return false;
  }
  read_body(r, at, value, &d);
  if (r->error == 0 && d.route.target_count > 0)
    config_check_route(r, at, &d.route);
  spread(r, &d);
  if (r->bad || r->error != 0)
    return false;
  if (d.strategy > 0)
    d.route.strategy = (enum strategy)d.strategy;
  *out = d.route;
  return true;
}

/* ---- all of them ---- */

/* Unescape the names, by parsing each as a JSON text of its own. */
static bool read_name(struct config_reader *r, struct json_value member, struct str *out) {
  struct arena *arena = &r->config->arena;
  struct buf text;
  struct json json;
  size_t where;
  struct str key = json_key(member);
  *out = key;
  if (str_find_byte(key, '\\') == STR_NOWHERE)
    return true;
  buf_init(&text, arena, ROUTES_TEXT_MAX);
  buf_put(&text, STR("[\""));
  buf_put(&text, key);
  buf_put(&text, STR("\"]"));
  return buf_error(&text) == 0 && json_parse(&json, arena, buf_str(&text), &where) == 0 &&
         json_string(json_first(json_root(&json)), arena, out);
}

/* JSON.parse() would keep the last of two members of one name, silently. */
static bool is_given_again(const struct str *names, uint32_t i, uint32_t n) {
  for (uint32_t k = i + 1; k < n; k++)
    if (str_equal(names[k], names[i]))
      return true;
  return false;
}

static void check_collision(struct config_reader *r, const struct config_place *at,
                            const struct str *names, uint32_t i) {
  for (uint32_t k = 0; k < i; k++) {
    if (!str_equal_nocase(names[k], names[i]) || str_equal(names[k], names[i]))
      continue;
    struct str shown = config_shown(names[k]);
    config_say(r, PROBLEM_ROUTE_CASE, at, &shown, NULL);
    return;
  }
}

static bool read_names(struct config_reader *r, struct json_value root, struct str *names,
                       uint32_t n) {
  struct json_value v = json_first(root);
  for (uint32_t i = 0; i < n; i++, v = json_next(v))
    if (!read_name(r, v, &names[i]))
      return false;
  return true;
}

static void read_members(struct config_reader *r, const struct config_place *up,
                         struct json_value root, struct str *names, uint32_t n) {
  struct config *config = r->config;
  struct json_value v = json_first(root);
  for (uint32_t i = 0; i < n && r->error == 0; i++, v = json_next(v)) {
    struct config_place at = config_place_of(up, v, 0);
    if (config_is_clients(names[i], v))
      continue;
    check_collision(r, &at, names, i);
    if (is_given_again(names, i, n))
      config_say(r, PROBLEM_ROUTE_TWICE, &at, NULL, NULL);
    else if (read_route(r, &at, v, names[i], &config->routes[config->route_count]))
      config->route_count++;
  }
}

static void read_clients(struct config_reader *r, const struct config_place *at,
                         struct json_value root) {
  struct json_value v = json_find(root, STR("$clients"));
  if (!config_is_clients(json_key(v), v))
    return;
  config_read_clients(r, at, v);
  if (json_count(root) == 1)
    config_say(r, PROBLEM_TEXT_EMPTY, at, NULL, NULL);
}

void config_read_routes(struct config_reader *r, const struct config_place *at,
                        struct json_value root) {
  struct config *config = r->config;
  size_t count = json_count(root);
  uint32_t n = count < ROUTES_MAX ? (uint32_t)count : ROUTES_MAX;
  if (count > ROUTES_MAX) {
    struct str most = config_number(r, ROUTES_MAX);
    config_say(r, PROBLEM_ROUTES_MANY, at, &most, NULL);
  }
  struct str *names = arena_take(&config->arena, n * sizeof *names);
  config->routes = arena_take_zero(&config->arena, n * sizeof *config->routes);
  if (names == NULL || config->routes == NULL || !read_names(r, root, names, n)) {
    r->error = ERR_MEMORY;
    return;
  }
  read_members(r, at, root, names, n);
  read_clients(r, at, root);
  config_check_models(r);
}
