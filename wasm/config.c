/* config.c -- see config.h. */
#include "config.h"

#include <string.h>

#include "config_check.h"
#include "config_problem.h"
#include "config_routes.h"
#include "errors.h"

static const struct str where_to_set =
    STR_INIT(" Set ROUTES_CONFIG: in the GitHub repository under Settings > Secrets and variables "
             "> Actions > Variables, then run \"Deploy to Cloudflare\"; or in the Cloudflare "
             "dashboard under Workers & Pages > ai-worker-proxy > Settings > Variables and "
             "Secrets.");

/* What editors and shells put where JSON takes none of it. */
static struct str hint_at(struct str text, size_t where) {
  struct str rest = str_from(text, where);
  if (str_starts(rest, STR("'")))
    return STR(" Strings stand in \"double quotes\".");
  if (str_starts(rest, STR("\xE2\x80\x9C")) || str_starts(rest, STR("\xE2\x80\x9D")))
    return STR(" These are typographic quotes; JSON takes \" alone.");
  if (str_starts(rest, STR("//")) || str_starts(rest, STR("/*")) || str_starts(rest, STR("#")))
    return STR(" JSON has no comments.");
  if (str_starts(rest, STR("}")) || str_starts(rest, STR("]")))
    return STR(" Is there a comma too many before it?");
  return rest.n == 0 ? STR(" The text ends too early.") : STR_NONE;
}

static struct str syntax_sentence(int error) {
  switch (error) {
  case ERR_JSON_UTF8:
    return STR("is not UTF-8");
  case ERR_JSON_SURROGATE:
    return STR("has half of a surrogate pair, which no text can contain,");
  case ERR_JSON_DEPTH:
    return STR("is nested too deeply");
  case ERR_JSON_VALUES:
    return STR("has too many values");
  default:
    return STR("is not valid JSON");
  }
}

static void read_json(struct config_reader *r, struct str text) {
  struct config *config = r->config;
  struct config_place at = {.where = STR_NOWHERE};
  int error = json_parse(&config->json, &config->arena, text, &at.where);
  struct json_value root = json_root(&config->json);
  if (error == ERR_MEMORY) {
    r->error = error;
    return;
  }
  if (error != 0) {
    CONFIG_ERROR(r, &at, .text = STR("ROUTES_CONFIG % here.%"), .a = syntax_sentence(error),
                 .b = hint_at(text, at.where));
    return;
  }
  at.where = json_where(root);
  if (json_type(root) != JSON_OBJECT)
    CONFIG_ERROR(r, &at,
                 .text = STR("ROUTES_CONFIG must be an object: {\"route name\": "
                             "{\"providers\": [...]}}."));
  else if (json_count(root) == 0)
    CONFIG_ERROR(r, &at, .text = STR("ROUTES_CONFIG has no route.%"), .a = where_to_set);
  else
    config_read_routes(r, &at, root);
}

static void read_text(struct config_reader *r, struct str text) {
  if (text.n > ROUTES_TEXT_MAX)
    CONFIG_ERROR(r, NULL, .text = STR("ROUTES_CONFIG is longer than % bytes."),
                 .a = config_number(r, ROUTES_TEXT_MAX));
  else if (str_trim(text).n == 0)
    CONFIG_ERROR(r, NULL, .text = STR("There is no ROUTES_CONFIG.%"), .a = where_to_set);
  else
    read_json(r, text);
}

int config_open(struct config *config, struct str text) {
  static const struct str bom = STR_INIT("\xEF\xBB\xBF");
  struct config_reader r = {.config = config};
  memset(config, 0, sizeof *config);
  arena_init(&config->arena);
  keys_init(&config->keys, &config->arena);
  config->body_max = BODY_MAX;
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
  CONFIG_ERROR(r, NULL, .text = STR("MAX_BODY_BYTES must be a whole number from %; it stays %."),
               .a = config_range(r, 1, BODY_MAX_CEILING),
               .b = config_number(r, r->config->body_max));
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
    CONFIG_ERROR(r, NULL, .a = name,
                 .text = STR("The secret `%` is too long, or has a character that no key has (a "
                             "line break within, or one that is not ASCII): set it again."));
    return r->error;
  }
  struct str copy = arena_copy(&r->config->arena, value);
  if (copy.p == NULL)
    return ERR_MEMORY;
  *out = copy;
  return 1;
}

int config_put_variable(struct config *config, struct str name, struct str value) {
  struct config_reader r = {.config = config};
  if (str_equal(name, STR("PROXY_AUTH_TOKEN")))
    return put_secret(&r, STR("PROXY_AUTH_TOKEN"), value, &config->token);
  if (str_equal(name, STR("MAX_BODY_BYTES")))
    return put_body_max(&r, value);
  for (uint32_t i = 0; i < config->keys.count; i++)
    if (str_equal(config->keys.all[i]->name, name))
      return put_secret(&r, config->keys.all[i]->name, value, &config->keys.all[i]->secret);
  return 0;
}

void config_close(struct config *config) {
  struct config_reader r = {.config = config};
  if (config->token.n == 0)
    CONFIG_ERROR(&r, NULL,
                 .text = STR("The secret `PROXY_AUTH_TOKEN` is not set, so the gateway answers "
                             "nobody. %"),
                 .a = config_add_secret);
  config_check_secrets(&r);
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
