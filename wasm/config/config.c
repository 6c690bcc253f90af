/* config.c -- see config.h. */
#include "config/config.h"

#include <string.h>

#include "base/errors.h"
#include "config/check.h"
#include "config/problem.h"
#include "config/routes.h"

static const struct str where_to_set =
    STR_INIT("Set ROUTES_CONFIG: in the GitHub repository under Settings > Secrets and variables "
             "> Actions > Variables, then run \"Deploy to Cloudflare\"; or in the Cloudflare "
             "dashboard under Workers & Pages > ai-worker-proxy > Settings > Variables and "
             "Secrets.");

/* What editors and shells put where JSON takes none of it. */
static struct str hint_at(struct str rest) {
  static const struct {
    struct str start, hint;
  } rows[] = {
      {STR_INIT("'"), STR_INIT("Strings stand in \"double quotes\".")},
      {STR_INIT("\xE2\x80"), STR_INIT("These are typographic quotes; JSON takes \" alone.")},
      {STR_INIT("/"), STR_INIT("JSON has no comments.")},
      {STR_INIT("#"), STR_INIT("JSON has no comments.")},
      {STR_INIT("}"), STR_INIT("Is there a comma too many before it?")},
      {STR_INIT("]"), STR_INIT("Is there a comma too many before it?")},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (str_starts(rest, rows[i].start))
      return rows[i].hint;
  return rest.n == 0 ? STR("The text ends too early.") : STR_NONE;
}

/* What a text that is no JSON is instead. */
static const struct str *fault_of(int error) {
  static const struct {
    int error;
    struct str is;
  } rows[] = {
      {ERR_JSON_UTF8, STR_INIT("is not UTF-8")},
      {ERR_JSON_SURROGATE, STR_INIT("has half of a surrogate pair, which no text can contain,")},
      {ERR_JSON_DEPTH, STR_INIT("is nested too deeply")},
      {ERR_JSON_VALUES, STR_INIT("has too many values")},
      {ERR_JSON_SYNTAX, STR_INIT("is not valid JSON")},
  };
  size_t i = 0;
  while (rows[i].error != error && rows[i].error != ERR_JSON_SYNTAX)
    i++;
  return &rows[i].is;
}

static void read_root(struct config_reader *r, struct config_place *at, struct json_value root) {
  at->where = json_where(root);
  if (json_type(root) != JSON_OBJECT) {
    config_say(r, PROBLEM_TEXT_TYPE, at, NULL, NULL);
  } else if (json_count(root) == 0) {
    r->hint = where_to_set;
    config_say(r, PROBLEM_TEXT_EMPTY, at, NULL, NULL);
  } else {
    config_read_routes(r, at, root);
  }
}

static void read_json(struct config_reader *r, struct str text) {
  struct config *config = r->config;
  struct config_place at = {.where = 0};
  int error = json_parse(&config->json, &config->arena, text, &at.where);
  if (error == 0) {
    read_root(r, &at, json_root(&config->json));
  } else if (error == ERR_MEMORY) {
    r->error = error;
  } else {
    r->hint = hint_at(str_from(text, at.where));
    config_say(r, PROBLEM_TEXT_SYNTAX, &at, fault_of(error), NULL);
  }
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
  config->owner.name = STR("default");
  config->text = str_starts(text, bom) ? str_from(text, bom.n) : text;
  read_text(&r, config->text);
  return r.error;
}

/* ---- what the Worker's settings say ---- */

static int put_body_max(struct config_reader *r, struct str value) {
  int64_t n;
  value = str_trim(value);
  if (value.n == 0)
    return 0;
  if (str_integer(value, &n) && n > 0 && n <= BODY_MAX_CEILING) {
    r->config->body_max = (uint32_t)n;
    return 1;
  }
  struct str range = config_range(r, 1, BODY_MAX_CEILING);
  struct str stays = config_number(r, r->config->body_max);
  config_say(r, PROBLEM_BODY_MAX, NULL, &range, &stays);
  return r->error;
}

/* What can stand in a header and is no secret's own: printable ASCII. */
static bool is_clean(struct str value) {
  for (size_t i = 0; i < value.n; i++)
    if (value.p[i] < ' ' || value.p[i] > '~')
      return false;
  return value.n <= VARIABLE_MAX;
}

static int put_secret(struct config_reader *r, struct str name, struct str value, struct str *out) {
  value = str_trim(value);
  if (value.n == 0)
    return 0;
  if (!is_clean(value)) {
    config_say(r, PROBLEM_SECRET_BAD, NULL, &name, NULL);
    return r->error;
  }
  struct str copy = arena_copy(&r->config->arena, value);
  if (copy.p == NULL)
    return ERR_MEMORY;
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

int config_put_variable(struct config *config, struct str name, struct str value) {
  struct config_reader r = {.config = config};
  if (str_equal(name, STR("PROXY_AUTH_TOKEN")))
    return put_secret(&r, STR("PROXY_AUTH_TOKEN"), value, &config->owner.token);
  if (str_starts(name, STR(CLIENT_PREFIX)))
    return put_client(&r, name, value);
  if (str_equal(name, STR("MAX_BODY_BYTES")))
    return put_body_max(&r, value);
  for (uint32_t i = 0; i < config->keys.count; i++)
    if (str_equal(config->keys.all[i]->name, name))
      return put_secret(&r, config->keys.all[i]->name, value, &config->keys.all[i]->secret);
  return 0;
}

void config_close(struct config *config) {
  struct config_reader r = {.config = config};
  if (config->owner.token.n == 0)
    config_say_missing(&r, PROBLEM_TOKEN, NULL, NULL);
  config_check_secrets(&r);
}

bool config_has_errors(const struct config *config) {
  for (uint32_t i = 0; i < config->problem_count && i < PROBLEMS_MAX; i++)
    if (!config->problems[i].warning)
      return true;
  return false;
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
  json_put_close(out, ']');
}
