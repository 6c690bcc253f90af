/* config.c -- see config.h. */
#include "config/config.h"

#include <string.h>

#include "base/errors.h"
#include "config/check.h"
#include "config/clients.h"
#include "config/problem.h"
#include "config/routes.h"
#include "config/text_check.h"

static const struct str where_to_set =
    STR_INIT("Set ROUTES_CONFIG: in the GitHub repository under Settings > Secrets and variables "
             "> Actions > Variables, then run \"Deploy to Cloudflare\"; or in the Cloudflare "
             "dashboard under Workers & Pages > ai-worker-proxy > Settings > Variables and "
             "Secrets.");

/* In place of all that was said of a text whose routes are none. */
static void say_instead(struct config_reader *r, const struct config_place *at,
                        struct json_value root) {
  struct str program = config_program_of(r->config->text, root);
  if (program.n == 0 && !config_is_entry(root))
    return;
  r->config->problem_count = r->config->hidden_errors = 0;
  r->pasted = false;
  config_say(r, program.n > 0 ? PROBLEM_TEXT_FOREIGN : PROBLEM_ROUTE_IS_ENTRY, at, &program,
             &config_shape);
}

static void read_root(struct config_reader *r, struct config_place *at, struct json_value root) {
  at->where = json_where(root);
  if (json_type(root) != JSON_OBJECT) {
    config_hint_type(r, root);
    config_say(r, PROBLEM_TEXT_TYPE, at, &config_shape, NULL);
  } else if (json_count(root) == 0) {
    r->hint = where_to_set;
    config_say(r, PROBLEM_TEXT_EMPTY, at, NULL, NULL);
  } else {
    config_read_routes(r, at, root);
  }
  if (r->config->route_count == 0)
    say_instead(r, at, root);
  if (!r->pasted)
    config_check_pasted(r);
}

static void read_json(struct config_reader *r, struct str text) {
  struct config *config = r->config;
  struct config_place at = {.where = 0};
  int error = json_parse(&config->json, &config->arena, text, &at.where);
  if (error == 0)
    read_root(r, &at, json_root(&config->json));
  else if (error == ERR_MEMORY)
    r->error = error;
  else
    config_say_syntax(r, &at, error);
}

static void read_text(struct config_reader *r, struct str text) {
  if (text.n > ROUTES_TEXT_MAX) {
    struct str most = config_number(r, ROUTES_TEXT_MAX);
    config_say(r, PROBLEM_TEXT_LONG, NULL, &most, NULL);
  } else if (str_trim(text).n == 0) {
    r->hint = where_to_set;
    config_say(r, PROBLEM_TEXT_NONE, NULL, NULL, NULL);
  } else {
    read_json(r, text);
  }
}

int config_open(struct config *config, struct str text) {
  static const struct str bom = STR_INIT("\xEF\xBB\xBF");
  struct config_reader r = {.config = config};
  memset(config, 0, sizeof *config);
  arena_init(&config->arena);
  keys_init(&config->keys, &config->arena);
  config->body_max = BODY_MAX;
  config->socket_age = SOCKET_AGE;
  config->owner.name = STR("default");
  config->text = str_starts(text, bom) ? str_from(text, bom.n) : text;
  read_text(&r, config->text);
  return r.error;
}

/* ---- what the Worker's settings say ---- */

/* A setting that is a number of |unit|s. */
struct setting {
  struct str name;
  uint32_t *value;
  uint32_t unit, min, max;
};

static int put_setting(struct config_reader *r, const struct setting *s, struct str value) {
  int64_t n;
  value = str_trim(value);
  if (value.n == 0)
    return 0;
  if (str_integer(value, &n) && n >= s->min && n <= s->max) {
    *s->value = (uint32_t)n * s->unit;
    return 1;
  }
  struct str range = config_range(r, s->min, s->max);
  config_say(r, PROBLEM_SETTING, NULL, &s->name, &range);
  return r->error;
}

/* Only printable ASCII: can be sent in a header. */
static bool is_clean(struct str value) {
  for (size_t i = 0; i < value.n; i++)
    if (value.p[i] < ' ' || value.p[i] > '~')
      return false;
  return value.n <= VARIABLE_MAX;
}

/* Remove what is often copied along with a secret: white space, quotes, "Bearer ". */
static struct str strip(struct str value) {
  static const struct str quotes[] = {STR_INIT("\""), STR_INIT("'"), STR_INIT("`")};
  struct str before;
  do {
    before = value = str_trim(value);
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
      if (value.n > 2 && str_starts(value, quotes[i]) && str_ends(value, quotes[i]))
        value = str_part(value, 1, value.n - 2);
    if (value.n > 7 && str_equal_nocase(str_part(value, 0, 7), STR("Bearer ")))
      value = str_from(value, 7);
  } while (value.n != before.n);
  return value;
}

static int put_secret(struct config_reader *r, struct str name, struct str value, struct str *out) {
  struct str bare = strip(value);
  if (bare.n == 0)
    return 0;
  if (!is_clean(bare)) {
    config_say(r, PROBLEM_SECRET_BAD, NULL, &name, NULL);
    return r->error;
  }
  struct str copy = arena_copy(&r->config->arena, bare);
  if (copy.p == NULL)
    return ERR_MEMORY;
  if (bare.n != value.n)
    config_say(r, PROBLEM_SECRET_CLEANED, NULL, &name, NULL);
  *out = copy;
  return 1;
}

#define CLIENT_PREFIX "PROXY_AUTH_TOKEN_"

static int put_client(struct config_reader *r, struct str name, struct str value) {
  struct config *config = r->config;
  struct str copy = arena_copy(&config->arena, name);
  if (copy.p == NULL)
    return ERR_MEMORY;
  if (config->client_count == CLIENTS_MAX || name.n > KEY_NAME_MAX ||
      name.n == sizeof CLIENT_PREFIX - 1)
    return 0;
  struct client *client = &config->clients[config->client_count];
  *client = (struct client){.name = str_from(copy, sizeof CLIENT_PREFIX - 1)};
  int put = put_secret(r, copy, value, &client->token);
  if (put > 0)
    config->client_count++;
  return put;
}

/* A secret that is used at several endpoints is a key of each. */
static int put_key(struct config_reader *r, struct str name, struct str value) {
  const struct keys *keys = &r->config->keys;
  struct redactor *redactor = NULL;
  struct str secret = STR_NONE;
  int put = 0;
  for (uint32_t i = 0; i < keys->count; i++) {
    struct key *key = keys->all[i];
    if (!str_equal(key->name, name))
      continue;
    if (put == 0)
      put = put_secret(r, key->name, value, &secret);
    if (put != 1)
      return put;
    if (redactor == NULL && (redactor = redactor_make(r->config->keys.arena, secret)) == NULL)
      return ERR_MEMORY;
    key->secret = secret;
    key->redactor = redactor;
  }
  return put;
}

int config_put_variable(struct config *config, struct str name, struct str value) {
  struct config_reader r = {.config = config};
  const struct setting settings[] = {
      {STR("MAX_BODY_BYTES"), &config->body_max, 1, 1, BODY_MAX_CEILING},
      {STR("WEBSOCKET_SECONDS"), &config->socket_age, SECOND, 0, SOCKET_AGE / SECOND},
  };
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
    if (str_equal(name, settings[i].name))
      return put_setting(&r, &settings[i], value);
  }
  if (str_equal(name, STR("PROXY_AUTH_TOKEN")))
    return put_secret(&r, STR("PROXY_AUTH_TOKEN"), value, &config->owner.token);
  if (str_starts(name, STR(CLIENT_PREFIX)))
    return put_client(&r, name, value);
  return put_key(&r, name, value);
}

/* The missing token comes first: without it nothing else matters. */
static void say_token_first(struct config_reader *r) {
  struct problem *first = r->config->problems;
  struct problem *at = config_say_missing(r, PROBLEM_TOKEN, NULL, NULL);
  if (at == NULL)
    return;
  struct problem token = *at;
  memmove(first + 1, first, (size_t)(at - first) * sizeof *first);
  *first = token;
}

void config_close(struct config *config) {
  struct config_reader r = {.config = config};
  config_check_secrets(&r);
  config_link_clients(&r);
  if (config->deploying)
    config_check_deployment(&r);
  if (config->owner.token.n == 0)
    say_token_first(&r);
  config_say_rest(&r);
}

bool config_has_errors(const struct config *config) {
  for (uint32_t i = 0; i < config->problem_count && i < PROBLEMS_MAX; i++)
    if (!config->problems[i].warning)
      return true;
  return config->hidden_errors > 0;
}

static void put_problem(struct buf *out, const struct problem *p) {
  json_put_open(out, '{');
  json_put_key(out, STR("level"));
  json_put_string(out, p->warning ? STR("warning") : STR("error"));
  json_put_key(out, STR("path"));
  json_put_string(out, p->path);
  json_put_key(out, STR("line"));
  json_put_integer(out, p->line);
  json_put_key(out, STR("column"));
  json_put_integer(out, p->column);
  json_put_key(out, STR("message"));
  json_put_string(out, p->message);
  json_put_close(out, '}');
}

void config_put_problems(struct buf *out, const struct config *config) {
  json_put_open(out, '[');
  for (uint32_t i = 0; i < config->problem_count && i < PROBLEMS_MAX; i++)
    put_problem(out, &config->problems[i]);
  if (config->more.message.n > 0)
    put_problem(out, &config->more);
  json_put_close(out, ']');
}
