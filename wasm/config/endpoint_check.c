/* endpoint_check.c -- see endpoint_check.h. */
#include "config/endpoint_check.h"

#include "config/url.h"

static bool is_under(struct str host, struct str domain) {
  if (host.n < domain.n || !str_equal_nocase(str_from(host, host.n - domain.n), domain))
    return false;
  return host.n == domain.n || host.p[host.n - domain.n - 1] == '.';
}

static bool is_cloudflare(struct str host) {
  return str_equal_nocase(host, STR("gateway.ai.cloudflare.com"));
}

/* By the vendors' documents these hosts, or the models there, have no Responses API. */
static bool is_chat_only(struct str url, struct str host, struct str model) {
  static const char *const hosts[] = {
      "api.deepseek.com",    "api.mistral.ai",  "api.siliconflow.cn",
      "api.siliconflow.com", "api.cerebras.ai", "api.together.xyz",
      "api.moonshot.cn",     "api.moonshot.ai", "generativelanguage.googleapis.com",
      "api.anthropic.com",
  };
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
    if (is_under(host, str_literal(hosts[i])))
      return i > 0 || !str_starts(model, STR("deepseek-v"));
  return is_cloudflare(host) && str_ends(url, STR("/compat"));
}

static bool is_glm(struct str host) {
  return is_under(host, STR("bigmodel.cn")) || is_under(host, STR("z.ai"));
}

static struct str glm_base(struct str host, enum api api) {
  static const char *const bases[] = {
      "https://api.z.ai/api/v1",
      "https://api.z.ai/api/paas/v4",
      "https://open.bigmodel.cn/api/v1",
      "https://open.bigmodel.cn/api/paas/v4",
  };
  return str_literal(bases[2 * is_under(host, STR("bigmodel.cn")) + (api == API_CHAT)]);
}

/* The base URL that |t| needs in place of its own; empty if its own is right, or not known. */
static struct str better_base(const struct target *t, struct str host, struct str path) {
  struct str rest = path, piece;
  size_t slashes = 0;
  while (str_cut(&rest, '/', &piece))
    slashes++;
  if (str_equal_nocase(host, STR("api.openai.com")) && slashes < 2)
    return STR("https://api.openai.com/v1");
  if (is_cloudflare(host) && slashes < 5)
    return STR("https://gateway.ai.cloudflare.com/v1/ACCOUNT/GATEWAY/openai");
  if (!is_glm(host))
    return STR_NONE;
  bool right = t->api == API_CHAT ? str_find(path, STR("/paas/")) != STR_NOWHERE
                                  : str_equal(path, STR("/api/v1"));
  return right ? STR_NONE : glm_base(host, t->api);
}

static bool needs_no_path(struct str host) {
  return config_url_is_local(host) || is_under(host, STR("deepseek.com")) ||
         is_under(host, STR("perplexity.ai"));
}

void config_check_endpoint(struct config_reader *r, const struct config_place *at,
                           const struct str *name, const struct target *t) {
  struct str url = t->endpoint, host = config_url_host(url);
  struct str path = str_from(url, str_find(url, host) + host.n);
  struct str better = better_base(t, host, path);
  bool elsewhere = is_glm(host) && str_find_byte(path, '/') != STR_NOWHERE;
  if (str_ends(path, STR("/anthropic")))
    config_say(r, PROBLEM_URL_ANTHROPIC, at, name, better.n > 0 ? &better : &STR("another"));
  else if (better.n > 0)
    config_say(r, elsewhere ? PROBLEM_URL_API : PROBLEM_URL_BARE, at, name, &better);
  else if (str_find(path, STR("/v1/v1")) != STR_NOWHERE)
    config_say(r, PROBLEM_URL_DOUBLED, at, name, NULL);
  else if (t->provider != NULL && t->api == API_RESPONSES && is_chat_only(url, host, t->model))
    config_say(r, PROBLEM_URL_CHAT_ONLY, at, NULL, NULL);
  else if (str_find_byte(path, '/') == STR_NOWHERE && !needs_no_path(host))
    config_say(r, PROBLEM_URL_SHORT, at, name, NULL);
}

/* ---- models ---- */

/* Names of models as they begin, GLM's first, then OpenAI's, then others'. */
static const struct str models[] = {STR_INIT("glm-"),   STR_INIT("gpt-"),  STR_INIT("deepseek-"),
                                    STR_INIT("qwen"),   STR_INIT("kimi-"), STR_INIT("claude-"),
                                    STR_INIT("gemini-")};

/* The index in |models| of what |name| begins with. */
static size_t family_of(struct str name) {
  size_t i = 0;
  while (i < sizeof models / sizeof *models &&
         !str_equal_nocase(str_part(name, 0, models[i].n), models[i]))
    i++;
  return i;
}

/* Neither vendor has other characters in its models' names; "openai/gpt-5" is what OpenRouter calls
 * one. */
static bool is_plain(struct str name) {
  for (size_t i = 0; i < name.n; i++)
    if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == '/' || name.p[i] == ',')
      return false;
  return true;
}

void config_check_model(struct config_reader *r, const struct config_place *at,
                        const struct target *t) {
  struct str host = config_url_host(t->endpoint), shown = config_shown(t->model), head, tail;
  size_t own = is_glm(host) ? 0 : 1, family = family_of(t->model);
  if (own == 1 && !str_equal_nocase(host, STR("api.openai.com")))
    return;
  if (is_plain(t->model) && (family == own || family == sizeof models / sizeof *models))
    return;
  tail = t->model;
  (void)str_cut(&tail, '/', &head);
  struct config_guess guess = {.best = family_of(tail) == own ? tail : STR_NONE};
  config_guess_hint(r, &guess);
  config_hint_width(r, t->model);
  config_say(r, PROBLEM_MODEL_ELSEWHERE, at, &shown, NULL);
}

void config_check_reach(struct config_reader *r, const struct config_place *at,
                        const struct str *name, const struct target *t) {
  static const char *const examples[] = {"example.com", "example.org", "example.net",
                                         "example",     "invalid",     "test"};
  struct str host = config_url_host(t->endpoint);
  if (config_url_is_local(host))
    config_say(r, PROBLEM_URL_LOCAL, at, name, NULL);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    if (is_under(host, str_literal(examples[i]))) {
      config_say(r, PROBLEM_URL_EXAMPLE, at, name, NULL);
      return;
    }
}
