/* codex_catalog.c -- see codex_catalog.h.
 *
 * The format is what Codex 0.171 reads: if a required member is missing, it ignores the whole
 * catalogue. "base_instructions" replaces Codex's own prompt; "" leaves the prompt out, as Z.ai's
 * catalogue does. A route's "codex" object replaces members and adds others.
 *
 *   {"slug":"glm","display_name":"GLM","description":"..","supported_reasoning_levels":[
 *     {"effort":"low","description":".."},..],"default_reasoning_level":"max",
 *    "shell_type":"shell_command","visibility":"list","supported_in_api":true,"priority":1,
 *    "base_instructions":"","support_verbosity":false,"truncation_policy":{..},
 *    "experimental_supported_tools":[],"context_window":1048576,..}
 */
#include "report/codex_catalog.h"

#include "config/clients.h"
#include "config/route.h"

bool codex_catalog_is_wanted(const struct head *head) {
  struct str agent = head_find(head->headers, STR("user-agent"));
  return head_query(head->query, STR("client_version")).n > 0 || str_starts(agent, STR("codex"));
}

/* ---- reasoning ---- */

struct level {
  const char *effort, *description;
};

/* The levels that the models of each scale distinguish, lowest first, and their default. */
static const struct scale {
  struct level levels[4];
  const char *usual;
} scales[] = {
    [EFFORT_IGNORED] = {.usual = NULL},
    [EFFORT_OPENAI] = {.levels = {{"low", "Fast, with little reasoning"},
                                  {"medium", "For everyday tasks"},
                                  {"high", "For hard problems"}},
                       .usual = "medium"},
    [EFFORT_GLM52] = {.levels = {{"high", "For everyday tasks"}, {"max", "For hard problems"}},
                      .usual = "high"},
    [EFFORT_GLM53] = {.levels = {{"low", "Fast, with little reasoning"},
                                 {"high", "For everyday tasks"},
                                 {"max", "For hard problems"}},
                      .usual = "max"},
};

static void put_levels(struct buf *out, const struct scale *scale) {
  json_put_member_open(out, STR("supported_reasoning_levels"), '[');
  for (size_t i = 0; i < 4 && scale->levels[i].effort != NULL; i++) {
    json_put_open(out, '{');
    json_put_member_string(out, STR("effort"), str_literal(scale->levels[i].effort));
    json_put_member_string(out, STR("description"), str_literal(scale->levels[i].description));
    json_put_close(out, '}');
  }
  json_put_close(out, ']');
}

/* ---- the capabilities of a route ---- */

static bool is_flagged(const struct about *about, struct str flag) {
  for (struct json_value v = json_first(about->flags); json_exists(v); v = json_next(v))
    if (json_is(v, flag))
      return true;
  return false;
}

/* The route's own "about" says so, or else the table of models does for its first target. */
static bool takes_images(const struct route *route) {
  const struct target *t = &route->targets[0];
  return is_flagged(&route->about, STR("image")) || is_flagged(&route->about, STR("vision")) ||
         provider_model(t->provider, t->model)->images;
}

static int64_t window_of(const struct route *route) {
  int64_t window = 0;
  if (json_integer(route->about.context_window, &window) ||
      json_integer(route->targets[0].about.context_window, &window))
    return window;
  return target_window(&route->targets[0]);
}

/* ---- an entry ---- */

/* The entry that is being written. Members that |own|, the route's "codex" object, has are left out
 * here and copied from it at the end. */
struct entry {
  struct buf *out;
  struct json_value own;
};

static bool is_ours(const struct entry *e, struct str name) {
  return !json_exists(json_find(e->own, name));
}

static void put_raw(const struct entry *e, struct str name, struct str raw) {
  if (is_ours(e, name))
    json_put_member_raw(e->out, name, raw);
}

static void put_string(const struct entry *e, struct str name, struct str value) {
  if (is_ours(e, name))
    json_put_member_string(e->out, name, value);
}

static void put_names(const struct entry *e, const struct route *route) {
  struct json_value name = route->about.display_name;
  struct json_value description = route->about.description;
  put_string(e, STR("slug"), route->name);
  if (json_absent(name))
    put_string(e, STR("display_name"), route->name);
  else
    put_raw(e, STR("display_name"), json_raw(name));
  if (!json_absent(description))
    put_raw(e, STR("description"), json_raw(description));
}

static void put_fixed(const struct entry *e) {
  static const struct {
    const char *name, *raw;
  } rows[] = {
      {"shell_type", "\"shell_command\""},
      {"visibility", "\"list\""},
      {"supported_in_api", "true"},
      {"base_instructions", "\"\""},
      {"support_verbosity", "false"},
      {"truncation_policy", "{\"mode\":\"bytes\",\"limit\":10000}"},
      {"experimental_supported_tools", "[]"},
      {"effective_context_window_percent", "95"},
      {"supports_parallel_tool_calls", "true"},
      {"apply_patch_tool_type", "\"freeform\""},
      {"prefer_websockets", "false"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    put_raw(e, str_literal(rows[i].name), str_literal(rows[i].raw));
}

static void put_reasoning(const struct entry *e, const struct target *t) {
  const struct scale *scale = &scales[provider_model(t->provider, t->model)->effort];
  struct str usual = t->effort.n > 0 ? t->effort : str_literal(scale->usual);
  if (is_ours(e, STR("supported_reasoning_levels")))
    put_levels(e->out, scale);
  if (scale->usual != NULL)
    put_string(e, STR("default_reasoning_level"), usual);
  put_raw(e, STR("supports_reasoning_summaries"),
          scale->usual != NULL ? STR("true") : STR("false"));
  put_string(e, STR("default_reasoning_summary"), STR("none"));
}

static void put_entry(struct buf *out, const struct route *route, uint32_t priority) {
  struct entry e = {.out = out, .own = route->codex};
  int64_t window = window_of(route);
  json_put_open(out, '{');
  put_names(&e, route);
  put_reasoning(&e, &route->targets[0]);
  put_fixed(&e);
  if (is_ours(&e, STR("priority")))
    json_put_member_integer(out, STR("priority"), priority);
  if (window > 0 && is_ours(&e, STR("context_window")))
    json_put_member_integer(out, STR("context_window"), window);
  if (window > 0 && is_ours(&e, STR("max_context_window")))
    json_put_member_integer(out, STR("max_context_window"), window);
  put_raw(&e, STR("input_modalities"),
          takes_images(route) ? STR("[\"text\",\"image\"]") : STR("[\"text\"]"));
  for (struct json_value v = json_first(route->codex); json_exists(v); v = json_next(v))
    json_put_member(out, v);
  json_put_close(out, '}');
}

void codex_catalog_put(struct buf *out, const struct config *config, const struct client *client) {
  json_put_member_open(out, STR("models"), '[');
  for (uint32_t i = 0; i < config->route_count; i++)
    if (client_may_use(client, &config->routes[i]))
      put_entry(out, &config->routes[i], i + 1);
  json_put_close(out, ']');
}
