/* endpoint_check.c -- see endpoint_check.h. */
#include "config/endpoint_check.h"

#include "config/url.h"

static bool is_under(struct str host, struct str domain) {
  if (host.n < domain.n || !str_equal_nocase(str_from(host, host.n - domain.n), domain))
    return false;
  return host.n == domain.n || host.p[host.n - domain.n - 1] == '.';
}

/* By the vendors' documents these hosts or models have no Responses API. */
static bool is_chat_only(struct str host, struct str model) {
  static const struct str hosts[] = {
      STR_INIT("api.deepseek.com"),
      STR_INIT("api.mistral.ai"),
      STR_INIT("api.siliconflow.cn"),
      STR_INIT("api.siliconflow.com"),
      STR_INIT("api.cerebras.ai"),
      STR_INIT("api.together.xyz"),
      STR_INIT("api.z.ai"),
      STR_INIT("open.bigmodel.cn"),
      STR_INIT("api.moonshot.cn"),
      STR_INIT("api.moonshot.ai"),
      STR_INIT("generativelanguage.googleapis.com"),
  };
  if (is_under(host, hosts[0]) && str_starts(model, STR("deepseek-v")))
    return false;
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
    if (is_under(host, hosts[i]))
      return true;
  return false;
}

/* Some hosts have the Responses API only below another base URL than the chat one. */
static bool is_responses_base(struct str url) {
  return str_ends(url, STR("/api/v1")) || str_find(url, STR("/responses")) != STR_NOWHERE;
}

static struct str chat_base_of(struct str host) {
  return is_under(host, STR("bigmodel.cn")) ? STR("https://open.bigmodel.cn/api/paas/v4")
                                            : STR("https://api.z.ai/api/paas/v4");
}

static struct str responses_base_of(struct str host) {
  return is_under(host, STR("bigmodel.cn")) ? STR("https://open.bigmodel.cn/api/v1")
                                            : STR("https://api.z.ai/api/v1");
}

static bool is_glm(struct str host) {
  return is_under(host, STR("bigmodel.cn")) || is_under(host, STR("z.ai"));
}

void config_check_endpoint(struct config_reader *r, const struct config_place *at,
                           const struct str *name, const struct target *t) {
  struct str url = t->endpoint, host = config_url_host(url);
  struct str better = chat_base_of(host), native = responses_base_of(host);
  struct str path = str_from(url, str_find(url, host) + host.n);
  bool zhipu = t->provider != NULL && str_equal(t->provider->name, STR("zhipu"));
  if (is_glm(host) && str_find(path, STR("/anthropic")) != STR_NOWHERE)
    config_say(r, PROBLEM_URL_ANTHROPIC, at, name, &better);
  else if (is_glm(host) && str_find_byte(path, '/') == STR_NOWHERE)
    config_say(r, PROBLEM_URL_BARE, at, name, &better);
  else if (str_equal_nocase(host, STR("api.openai.com")) && str_find_byte(path, '/') == STR_NOWHERE)
    config_say(r, PROBLEM_URL_BARE, at, name, &STR("https://api.openai.com/v1"));
  else if (is_glm(host) && t->api == API_CHAT && str_equal(path, STR("/api/v1")))
    config_say(r, PROBLEM_URL_API, at, name, &better);
  else if (is_glm(host) && t->api == API_RESPONSES && str_find(path, STR("/paas/")) != STR_NOWHERE)
    config_say(r, PROBLEM_URL_API, at, name, &native);
  else if (str_find(path, STR("/v1/v1")) != STR_NOWHERE)
    config_say(r, PROBLEM_URL_DOUBLED, at, name, NULL);
  else if (t->provider != NULL && !zhipu && t->api == API_RESPONSES &&
           is_chat_only(host, t->model) && !is_responses_base(url))
    config_say(r, PROBLEM_URL_CHAT_ONLY, at, NULL, NULL);
}

void config_check_model(struct config_reader *r, const struct config_place *at,
                        const struct target *t) {
  static const struct str names[] = {STR_INIT("gpt-"),   STR_INIT("glm-"),  STR_INIT("deepseek-"),
                                     STR_INIT("qwen"),   STR_INIT("kimi-"), STR_INIT("claude-"),
                                     STR_INIT("gemini-")};
  struct str host = config_url_host(t->endpoint), shown = config_shown(t->model);
  bool glm = is_glm(host);
  if (!glm && !str_equal_nocase(host, STR("api.openai.com")))
    return;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (i != glm && str_equal_nocase(str_part(t->model, 0, names[i].n), names[i])) {
      config_say(r, PROBLEM_MODEL_ELSEWHERE, at, &shown, NULL);
      return;
    }
}

void config_check_reach(struct config_reader *r, const struct config_place *at,
                        const struct str *name, const struct target *t) {
  static const struct str examples[] = {STR_INIT("example.com"), STR_INIT("example.org"),
                                        STR_INIT("example.net"), STR_INIT("example"),
                                        STR_INIT("invalid"),     STR_INIT("test")};
  struct str host = config_url_host(t->endpoint);
  if (config_url_is_local(host))
    config_say(r, PROBLEM_URL_LOCAL, at, name, NULL);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    if (is_under(host, examples[i])) {
      config_say(r, PROBLEM_URL_EXAMPLE, at, name, NULL);
      return;
    }
}
