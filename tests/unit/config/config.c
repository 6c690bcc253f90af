/* config.c -- tests of wasm/config/config.c and the files beside it. */
#include "config/config.h"

#include <string.h>

#include "base/errors.h"
#include "unit/unit.h"

static struct config config;

static struct str text_of(const char *text) {
  return str_of(text, strlen(text));
}

static void show_problems(void) {
  for (uint32_t i = 0; i < config.problem_count && i < PROBLEMS_MAX; i++) {
    const struct problem *p = &config.problems[i];
    printf("  %s %.*s %u:%u %.*s\n", p->warning ? "warning" : "error", (int)p->path.n, p->path.p,
           p->line, p->column, (int)p->message.n, p->message.p);
  }
}

/* ---- the documented example ---- */

static const char example[] =
    "{\n"
    "  \"super-brain\": {\n"
    "    \"displayName\": \"Super Brain\",\n"
    "    \"description\": \"OpenAI and Zhipu together: GPT-4.1 first, GLM-4.7 as the fallback.\",\n"
    "    \"contextWindow\": 8192, \"maxOutputTokens\": 2048, \"flags\": [\"general\"],\n"
    "    \"providers\": [\n"
    "      {\"provider\": \"openai\", \"model\": \"gpt-4.1\", \"apiKeys\": [\"OPENAI_KEY_1\"]},\n"
    "      {\"provider\": \"zhipu\", \"model\": \"glm-4.7\", \"apiKeys\": [\"ZHIPU_KEY_1\"], "
    "\"endpoint\": \"https://api.z.ai/api/paas/v4/\"}\n"
    "    ]\n"
    "  },\n"
    "  \"zhipu-boost\": {\n"
    "    \"displayName\": \"GLM-4.7 Boost\", \"description\": \"GLM-4.7 only, over several "
    "endpoints.\", \"contextWindow\": 65536,\n"
    "    \"providers\": [\n"
    "      {\"provider\": \"zhipu\", \"model\": \"glm-4.7\", \"apiKeys\": [\"ZHIPU_KEY_1\"], "
    "\"endpoint\": \"https://your-custom-endpoint.example.com/api/paas/v4/\"},\n"
    "      {\"provider\": \"zhipu\", \"model\": \"glm-4.7\", \"apiKeys\": [\"ZHIPU_KEY_2\"], "
    "\"endpoint\": \"https://backup-endpoint.example.com/api/paas/v4/\"}\n"
    "    ]\n"
    "  },\n"
    "  \"zhipu-flash-latest\": {\n"
    "    \"displayName\": \"GLM-4.7 FlashX\", \"description\": \"GLM-4.7-Flash with the cache "
    "package\", \"contextWindow\": 200000, \"maxOutputTokens\": 16384,\n"
    "    \"providers\": [\n"
    "      {\"provider\": \"zhipu\", \"model\": \"glm-4.7-flash\", \"apiKeys\": [\"ZHIPU_KEY_1\"], "
    "\"endpoint\": \"https://api.z.ai/api/paas/v4/\",\n"
    "       \"pricingCurrency\": \"cny\", \"inputPricePer1m\": 0.5, \"inputCachePricePer1m\": 0.1, "
    "\"outputPricePer1m\": 3}\n"
    "    ],\n"
    "    \"metadata\": {\"flash_version\": \"FlashX\", \"tier\": \"flash\"}, \"flags\": "
    "[\"flash\"]\n"
    "  }\n"
    "}\n";

static void test_example(void) {
  CHECK_INT(config_open(&config, text_of(example)), 0);
  CHECK_INT(config.route_count, 3);
  CHECK_INT(config.keys.count, 4); /* one of the secrets at two endpoints */
  /* "glm-4.7" asks for super-brain, which comes first: worth a warning, no more */
  CHECK_INT(config.problem_count, 1);
  CHECK(config.problems[0].warning);
  CHECK_STR(config.problems[0].path, "$.zhipu-boost.providers[0]");
  CHECK_INT(config.problems[0].line, 14);
  const struct route *r = &config.routes[0];
  CHECK_STR(r->name, "super-brain");
  CHECK_INT(r->target_count, 2);
  CHECK_INT(r->strategy, STRATEGY_ORDER);
  CHECK_STR(r->targets[0].endpoint, "https://api.openai.com/v1");
  CHECK_INT(r->targets[0].api, API_RESPONSES);
  CHECK_STR(r->targets[1].endpoint, "https://api.z.ai/api/paas/v4");
  CHECK_INT(r->targets[1].api, API_CHAT);
  CHECK_STR(r->targets[1].provider->name, "zhipu");
  CHECK_INT(r->targets[0].timeouts.connect, CONNECT_TIMEOUT);
  CHECK_INT(r->targets[0].timeouts.first_token, FIRST_TOKEN_TIMEOUT);
  CHECK_INT(r->targets[0].timeouts.idle, IDLE_TIMEOUT);
  CHECK_STR(r->targets[1].keys[0]->name, "ZHIPU_KEY_1");
  CHECK(config.routes[1].targets[0].keys[0] != r->targets[1].keys[0]);
  CHECK(config.routes[2].targets[0].keys[0] == r->targets[1].keys[0]);
  CHECK_STR(json_raw(config.routes[2].targets[0].about.input_price), "0.5");
  arena_drop(&config.arena);
}

/* ---- what is said of each mistake ---- */

#define KEYS "\"apiKeys\":[\"K\"]"
#define MODEL "\"model\":\"m\""
#define OPENAI "\"provider\":\"openai\""
#define GOOD OPENAI "," MODEL "," KEYS
/* a route "r" with one provider; what is added to it, and what to the route */
#define TARGET(more) "{\"r\":{\"providers\":[{" GOOD "," more "}]}}"
#define ENTRY(all) "{\"r\":{\"providers\":[{" all "}]}}"
#define ROUTE(more) "{\"r\":{\"providers\":[{" GOOD "}]," more "}}"
#define URL(url) TARGET("\"endpoint\":\"" url "\"")

static const struct said {
  const char *text;
  uint32_t routes;            /* usable ones */
  const char *path, *message; /* of the one problem: how it begins; NULL = there is none */
  bool warning;
  uint32_t line, column; /* 0 = not looked at */
} said[] = {
    /* fine */
    {ENTRY(GOOD), 1, NULL, NULL, 0, 0, 0},
    {"\xEF\xBB\xBF" ENTRY(GOOD) "\r\n", 1, NULL, NULL, 0, 0, 0},
    {"{\"r\":[{" GOOD "}]}", 1, NULL, NULL, 0, 0, 0},
    {TARGET(
         "\"endpoint\":null,\"api\":null,\"weight\":null,\"timeouts\":null,\"contextWindow\":null"),
     1, NULL, NULL, 0, 0, 0},
    {TARGET("\"baseUrl\":\"https://x.example/v1\""), 1, NULL, NULL, 0, 0, 0},
    {TARGET("\"api\":\"chat\",\"weight\":0,\"strategy\":\"round-robin\""), 1, NULL, NULL, 0, 0, 0},
    {TARGET("\"timeouts\":{\"connectMs\":10,\"firstTokenMs\":600000,\"idleMs\":1e3,"
            "\"wholeMs\":20}"),
     1, NULL, NULL, 0, 0, 0},
    {ROUTE("\"strategy\":\"weighted\",\"hedgeMs\":0,\"coalesceMs\":250,\"watch\":true,"
           "\"continueOnFailure\":false,\"streamStructured\":false"),
     1, NULL, NULL, 0, 0, 0},
    {ROUTE("\"maxAttempts\":31,\"retryBudgetMs\":0"), 1, NULL, NULL, 0, 0, 0},
    {ROUTE("\"contextWindow\":0,\"displayName\":\"\",\"inputPricePer1m\":0,\"flags\":[],"
           "\"metadata\":{}"),
     1, NULL, NULL, 0, 0, 0},
    {ROUTE("\"pricingCurrency\":\"usd\",\"inputPricePer1m\":0.50"), 1, NULL, NULL, 0, 0, 0},
    {"{\"__proto__\":[{" GOOD "}],\"constructor\":[{" GOOD ",\"model\":\"n\"}]}", 2,
     "$.constructor[0].model", "`model` is given twice", true, 0, 0},

    /* nothing there, or not JSON */
    {"", 0, "$", "There is no ROUTES_CONFIG. Set ROUTES_CONFIG: in the GitHub", false, 0, 0},
    {" \r\n\t", 0, "$", "There is no ROUTES_CONFIG.", false, 0, 0},
    {"{}", 0, "$", "ROUTES_CONFIG has no route. Set ROUTES_CONFIG", false, 1, 1},
    {"[]", 0, "$", "ROUTES_CONFIG must be an object", false, 1, 1},
    {"\"{}\"", 0, "$", "ROUTES_CONFIG must be an object", false, 1, 1},
    {"null", 0, "$", "ROUTES_CONFIG must be an object", false, 1, 1},
    {" 42\n", 0, "$", "ROUTES_CONFIG must be an object", false, 0, 0},
    {"\"{}\"", 0, "$",
     "ROUTES_CONFIG must be an object: {\"route name\": {\"providers\": [...]}}. Write the value "
     "alone",
     false, 1, 1},
    {"'" ENTRY(GOOD) "'", 0, "$", "ROUTES_CONFIG is not valid JSON here. Write the value alone",
     false, 1, 1},
    {"ROUTES_CONFIG=" ENTRY(GOOD), 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Write the value alone", false, 1, 1},
    {"```json\n" ENTRY(GOOD) "\n```", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Write the value alone", false, 1, 1},
    {"{\"r\"\xEF\xBC\x9A 1}", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. A full-width character is here", false, 1, 5},
    {"{\"\xE8\xB7\xAF\xE7\x94\xB1\xF0\x9F\x98\x80\" x", 0, "$",
     "ROUTES_CONFIG is not valid JSON here.", false, 1, 9},
    {"{\"routes\":" ENTRY(GOOD) "}", 0, "$.routes", "`routes` is no route, but holds routes", false,
     0, 0},
    {"{\"models\":{\"r\":[{" GOOD "}]}}", 0, "$.models", "`models` is no route, but holds routes",
     false, 0, 0},
    {"{\"r\":{" GOOD "}}", 0, "$.r", "This is an entry of `providers` where a route belongs", false,
     0, 0},
    {ENTRY("\"provider\":\"OpenAI\"," MODEL "," KEYS), 0, "$.r.providers[0].provider",
     "There is no provider `OpenAI`: there are openai and zhipu (openai with \"api\": \"chat\" and "
     "an "
     "endpoint reaches any other). Did you mean `openai`?",
     false, 0, 0},
    {ENTRY("\"provider\":\"zhipu\",\"endpoint\":\"https://api.z.ai/api/anthropic\"," MODEL
           "," KEYS),
     0, "$.r.providers[0].endpoint", "`endpoint` is the address of the Anthropic API", false, 0, 0},
    {ENTRY("\"provider\":\"zhipu\",\"endpoint\":\"https://open.bigmodel.cn/\"," MODEL "," KEYS), 0,
     "$.r.providers[0].endpoint",
     "`endpoint` stops too early, and nothing answers there: use "
     "https://open.bigmodel.cn/api/paas/v4.",
     false, 0, 0},
    {URL("https://x.example/v1/v1"), 0, "$.r.providers[0].endpoint", "`endpoint` has `/v1` twice",
     false, 0, 0},
    {URL("https://api.deepseek.com"), 1, "$.r.providers[0].endpoint",
     "This service is known to speak Chat Completions alone", true, 0, 0},
    {TARGET("\"api\":\"chat\",\"endpoint\":\"https://api.deepseek.com\""), 1, NULL, NULL, 0, 0, 0},
    {ENTRY("\"provider\":\"zhipu\",\"api\":\"responses\",\"endpoint\":\"https://api.z.ai/api/"
           "v1\"," MODEL "," KEYS),
     1, NULL, NULL, 0, 0, 0},

    /* what is for another program, or has a part of one */
    {"{\n  \"model_list\": [{\"model_name\": \"m\", \"litellm_params\": {\"model\": "
     "\"openai/m\"}}],\n"
     "  \"litellm_settings\": {\"drop_params\": true}}",
     0, "$", "This is for LiteLLM, not for this gateway: write its models as {\"route name\":",
     false, 1, 1},
    {"model_list:\n  - model_name: m\n", 0, "$", "This is for LiteLLM, not for this gateway", false,
     1, 1},
    {"\n [{\"id\":\"zhipu\",\"apiKey\":\"x\",\"apiHost\":\"https://x.example\",\"models\":[]}]", 0,
     "$", "This is for Cherry Studio, not", false, 2, 2},
    {"{\"id\":1,\"type\":1,\"key\":\"x\",\"models\":\"a,b\",\"group\":\"default\"}", 0, "$",
     "This is for One API, not", false, 1, 1},
    {"{\"data\":[{\"id\":1,\"group\":\"default\"}],\"success\":true}", 0, "$",
     "This is for One API, not", false, 1, 1},
    {"{\"strategy\":{\"mode\":\"fallback\"},\"targets\":[{\"provider\":\"openai\"}]}", 0, "$",
     "This is for Portkey, not", false, 1, 1},
    {"model = \"m\"\nmodel_provider = \"x\"\n", 0, "$", "This is for Codex, not", false, 1, 1},
    {"[model_providers.x]\n", 0, "$", "This is for Codex, not", false, 1, 2},
    {"OPENAI_API_KEY=x\nBASE_URL=https://x.example", 0, "$", "This is for another program, not",
     false, 1, 1},
    {"\n-all,+gpt-4o", 0, "$", "This is for another program, not", false, 2, 1},
    {"{\"group\":[{" GOOD "}]}", 1, NULL, NULL, 0, 0, 0},
    {"{\"targets\":1,\"r\":[{" GOOD "}]}", 1, "$.targets", "A route must be an object", false, 0,
     0},
    {"const routes = " ENTRY(GOOD) ";", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Write the value alone", false, 1, 1},
    {ENTRY(GOOD) ";", 0, "$", "ROUTES_CONFIG is not valid JSON here. Write the value alone", false,
     1, 72},
    {"# mine\nr:\n  providers:\n", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. This looks like YAML", false, 1, 1},
    {"# mine\n" ENTRY(GOOD), 0, "$", "ROUTES_CONFIG is not valid JSON here. JSON has no comments.",
     false, 1, 1},
    {"{\n  r: {}\n}", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Names and strings stand in \"double quotes\";", false,
     2, 3},
    {"{\xC2\xA0\"r\": 1}", 0, "$", "ROUTES_CONFIG is not valid JSON here. An invisible character",
     false, 1, 2},
    {"{\"r\": 1}\xE2\x80\x8B", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. An invisible character", false, 1, 9},
    {"{\"r\": \"a\nb\"}", 0, "$", "ROUTES_CONFIG is not valid JSON here. In strings, line breaks",
     false, 1, 9},
    {"{\"r\": {\"providers\": [...]}}", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Write your own in place of ... and <...>.", false, 1,
     22},

    /* a level too many or too few */
    {"{\"routes\": [\n{\"name\": \"r\", \"providers\": [{" GOOD "}]}]}", 0, "$.routes",
     "`routes` is no route, but holds routes: write them one level up, {\"route name\": "
     "{\"providers\": [...]}}. Give each route a name.",
     false, 1, 12},
    {" [{\"name\": \"r\", \"providers\": [{" GOOD "}]}]", 0, "$",
     "ROUTES_CONFIG must be an object: {\"route name\": {\"providers\": [...]}}. Give each route a "
     "name.",
     false, 1, 2},
    {"{" GOOD "}", 0, "$", "This is an entry of `providers` where a route belongs", false, 1, 1},
    {"{\"providers\":[{" GOOD "}]}", 1, "$.providers",
     "`providers` is this route's name: is another missing around it?", true, 1, 14},

    /* keys where names belong */
    {"{\"sk-1234567890abcdefghij\":[{" GOOD "}]}", 1, "$",
     "This looks like an API key, which is no longer", true, 1, 2},
    {ENTRY(OPENAI ",\"model\":\"sk-1234567890abcdefghij\"," KEYS), 1, "$",
     "This looks like an API key, which is no longer", true, 1, 49},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"sk-1234567890abcdefghij\"]"), 0,
     "$.r.providers[0].apiKeys[0]", "This looks like an API key, which is no longer", false, 1, 64},
    {ROUTE("\"description\":\"sk-learn and other things\""), 1, NULL, NULL, 0, 0, 0},
    {TARGET("\"keys\":1"), 1, "$.r.providers[0].keys",
     "`keys` is no field of an entry of \"providers\"; it is ignored. It is called `apiKeys`.",
     true, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"OPENAI\xEF\xBC\xBFKEY\"]"), 0,
     "$.r.providers[0].apiKeys[0]", "`apiKeys` holds the names of Worker secrets", false, 1, 64},

    /* models and endpoints that are elsewhere */
    {"{\"r\":[{\"provider\":\"zhipu\",\"model\":\"z-ai/glm-4.6\"," KEYS "}]}", 1, "$.r[0].model",
     "`z-ai/glm-4.6` is not a model of this endpoint: check `provider` and `endpoint`. Did you "
     "mean `glm-4.6`?",
     true, 1, 35},
    {"{\"r\":[{" OPENAI ",\"model\":\"openai/gpt-5\"," KEYS "}]}", 1, "$.r[0].model",
     "`openai/gpt-5` is not a model of this endpoint: check `provider` and `endpoint`. Did you "
     "mean `gpt-5`?",
     true, 0, 0},
    {"{\"r\":[{" OPENAI ",\"model\":\"deepseek/deepseek-r1:free\"," KEYS "}]}", 1, "$.r[0].model",
     "`deepseek/deepseek-r1:free` is not a model of this endpoint: check `provider` and "
     "`endpoint`.",
     true, 0, 0},
    {"{\"r\":[{" OPENAI ",\"model\":\"ft:gpt-4.1:org::9\"," KEYS "}]}", 1, NULL, NULL, 0, 0, 0},
    {"{\"r\":[{\"provider\":\"zhipu\",\"model\":\"GLM 4.7\"," KEYS "}]}", 1, "$.r[0].model",
     "`GLM 4.7` is not a model of this endpoint", true, 0, 0},
    {"{\"r\":[{\"provider\":\"zhipu\",\"model\":\"glm\xEF\xBC\x8D"
     "4.7\"," KEYS "}]}",
     1, "$.r[0].model",
     "`glm\xEF\xBC\x8D"
     "4.7` is not a model of this endpoint: check `provider` and `endpoint`. A "
     "full-width character is here: type it as on an English keyboard.",
     true, 0, 0},
    {TARGET("\"model\":\"z-ai/glm-4.6\",\"endpoint\":\"https://openrouter.ai/api/v1\""), 1,
     "$.r.providers[0].model", "`model` is given twice", true, 0, 0},
    {"{\"r\":[{\"provider\":\"zhipu\",\"model\":\"glm-4.6\",\"api\":\"responses\"," KEYS
     ",\"endpoint\":\"https://api.siliconflow.cn/v1\"}]}",
     1, "$.r[0].endpoint",
     "This service is known to speak Chat Completions alone: \"api\" must be \"chat\" here.", true,
     0, 0},
    {"{\"r\":[{\"provider\":\"zhipu\",\"model\":\"glm-4.7\"," KEYS
     ",\"endpoint\":\"https://api.z.ai/v1\"}]}",
     1, "$.r[0].endpoint",
     "This `endpoint` does not serve the provider's `api`: set `api`, or use "
     "https://api.z.ai/api/paas/v4.",
     true, 0, 0},
    {URL("https://eu.api.openai.com/v1"), 1, NULL, NULL, 0, 0, 0},
    {"{\"r\":[{" OPENAI ",\"api\":\"chat\",\"model\":\"kimi-k2.6\"," KEYS
     ",\"endpoint\":\"https://api.moonshot.cn:443/\"}]}",
     1, "$.r[0].endpoint", "`endpoint` has no path such as /v1: is it complete?", true, 0, 0},
    {"{\"r\":[{" OPENAI ",\"model\":\"deepseek-v4-flash\"," KEYS
     ",\"endpoint\":\"https://api.deepseek.com\"}]}",
     1, NULL, NULL, 0, 0, 0},
    {"{\"r\":[{" OPENAI ",\"model\":\"any\"," KEYS ",\"endpoint\":\"http://localhost:8000\"}]}", 1,
     NULL, NULL, 0, 0, 0},
    {URL("https://api.moonshot.cn/anthropic"), 0, "$.r.providers[0].endpoint",
     "`endpoint` is the address of the Anthropic API, which the gateway does not speak: use "
     "another.",
     false, 0, 0},
    {URL("https://gateway.ai.cloudflare.com/v1/a/g"), 0, "$.r.providers[0].endpoint",
     "`endpoint` stops too early, and nothing answers there: use https://gateway.ai.cloudflare.com/"
     "v1/ACCOUNT/GATEWAY/openai.",
     false, 0, 0},
    {URL("https://gateway.ai.cloudflare.com/v1/a/g/openai"), 1, NULL, NULL, 0, 0, 0},
    {URL("https://gateway.ai.cloudflare.com/v1/a/g/compat"), 1, "$.r.providers[0].endpoint",
     "This service is known to speak Chat Completions alone", true, 0, 0},

    {"{\n \"a\": 1,\n}", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Is there a comma too many before it?", false, 3, 1},
    {"{'a': 1}", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Names and strings stand in \"double", false, 1, 2},
    {"{\xE2\x80\x9C"
     "a\": 1}",
     0, "$", "ROUTES_CONFIG is not valid JSON here. These are typographic", false, 1, 2},
    {"{\n  // routes\n}", 0, "$", "ROUTES_CONFIG is not valid JSON here. JSON has no comments.",
     false, 2, 3},
    {"{\"a\": {", 0, "$", "ROUTES_CONFIG is not valid JSON here. The text ends too early.", false,
     1, 8},
    {"'''\n{}\n'''", 0, "$", "ROUTES_CONFIG is not valid JSON", false, 1, 1},
    {"{\"a\xFF\":1}", 0, "$", "ROUTES_CONFIG is not UTF-8 here.", false, 1, 4},
    {"{\"\\ud800\":1}", 0, "$", "ROUTES_CONFIG has half of a surrogate pair", false, 1, 0},

    /* routes */
    {"{\"r\": 1}", 0, "$.r", "A route must be an object", false, 1, 7},
    {"{\"r\": null}", 0, "$.r", "A route must be an object", false, 0, 0},
    {"{\"r\": {}}", 0, "$.r", "`providers` is missing", false, 1, 7},
    {"{\"r\": {\"providers\": null}}", 0, "$.r", "`providers` is missing", false, 0, 0},
    {"{\"r\": {\"providers\": []}}", 0, "$.r.providers", "`providers` must be an array: one", false,
     1, 21},
    {"{\"r\": {\"providers\": {}}}", 0, "$.r.providers", "`providers` must be an array", false, 0,
     0},
    {"{\"r\": []}", 0, "$.r", "`providers` must be an array", false, 0, 0},
    {"{\"\": [{" GOOD "}]}", 0, "$[\"\"]", "A route's name must be 1 to 200 bytes", false, 0, 0},
    {"{\"a\\nb\": [{" GOOD "}]}", 0, "$[\"a\\nb\"]", "A route's name must be", false, 0, 0},
    {"{\" a\": [{" GOOD "}]}", 1, "$[\" a\"]", "This route's name begins or ends", true, 0, 0},
    {"{\"r\": [{}],\n\"r\": [{" GOOD "}]}", 1, "$.r", "This route is given again below", true, 1,
     7},
    {"r:\n  providers:", 0, "$", "ROUTES_CONFIG is not valid JSON here. This looks like YAML",
     false, 1, 1},
    {"{\\\"r", 0, "$", "ROUTES_CONFIG is not valid JSON here. Quotes stand here without", false, 1,
     2},
    {"{\"r\":[{" GOOD "}] \"s\":1}", 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Is a comma or a colon missing before it?", false, 1, 0},
    {ROUTE("\"watch\":True"), 0, "$",
     "ROUTES_CONFIG is not valid JSON here. Names and strings stand in \"double quotes\"; true, "
     "false and null do not.",
     false, 1, 0},
    {TARGET("\"url\":1"), 1, "$.r.providers[0].url",
     "`url` is no field of an entry of \"providers\"; it is ignored. The base URL is called "
     "`endpoint`.",
     true, 0, 0},
    {TARGET("\"wire_api\":1"), 1, "$.r.providers[0].wire_api",
     "`wire_api` is no field of an entry of \"providers\"; it is ignored. It is called `api`", true,
     0, 0},
    {"{\"r\":[{\"provider\":\"GLM\",\"model\":\"m\"," KEYS "}]}", 0, "$.r[0].provider",
     "There is no provider `GLM`: there are openai and zhipu (openai with \"api\": \"chat\" and an "
     "endpoint reaches any other). Did you mean `zhipu`?",
     false, 0, 0},
    {"{\"r\":[{" OPENAI ",\"model\":\"GLM-5\"," KEYS "}]}", 1, "$.r[0].model",
     "`GLM-5` is not a model of this endpoint", true, 0, 0},
    {"{\"r\":[{\"provider\":\"zhipu\",\"model\":\"gpt-4.1\"," KEYS "}]}", 1, "$.r[0].model",
     "`gpt-4.1` is not a model of this endpoint", true, 0, 0},
    {"{\"r\":[{\"provider\":\"zhipu\",\"api\":\"responses\",\"model\":\"glm-5.3\"," KEYS
     ",\"endpoint\":\"https://api.z.ai/api/paas/v4\"}]}",
     1, "$.r[0].endpoint",
     "This `endpoint` does not serve the provider's `api`: set `api`, or use "
     "https://api.z.ai/api/v1.",
     true, 0, 0},
    {"{\"r\":[{\"provider\":\"zhipu\",\"model\":\"glm-5.3\"," KEYS
     ",\"endpoint\":\"https://open.bigmodel.cn/api/v1\"}]}",
     1, "$.r[0].endpoint",
     "This `endpoint` does not serve the provider's `api`: set `api`, or use "
     "https://open.bigmodel.cn/api/paas/v4.",
     true, 0, 0},
    {URL("https://api.openai.com"), 0, "$.r.providers[0].endpoint",
     "`endpoint` stops too early, and nothing answers there: use https://api.openai.com/v1.", false,
     0, 0},
    {"{\"$clients\":{}}", 0, "$", "ROUTES_CONFIG has no route.", false, 0, 0},
    {"{\"$clients\":[{" GOOD "}]}", 1, NULL, NULL, 0, 0, 0},
    {"{\"$clients\":{\"*\":{\"requestsPerMinute\":1}},\"r\":[{" GOOD "}]}", 1, NULL, NULL, 0, 0, 0},
    {"{\"$clients\":1,\"r\":[{" GOOD "}]}", 1, "$[\"$clients\"]", "`$clients` must be an object",
     false, 0, 0},
    {"{\"$clients\":{\"*\":7},\"r\":[{" GOOD "}]}", 1, "$[\"$clients\"][\"*\"]",
     "`$clients` must be an object", false, 0, 0},
    {"{\"$clients\":{\"*\":{\"route\":[]}},\"r\":[{" GOOD "}]}", 1, "$[\"$clients\"][\"*\"].route",
     "`route` is no field of a client. Did you mean `routes`?", false, 0, 0},
    {"{\"$clients\":{\"*\":{\"routes\":\"r\"}},\"r\":[{" GOOD "}]}", 1,
     "$[\"$clients\"][\"*\"].routes", "`routes` must be an array of routes' names.", false, 0, 0},
    {"{\"$clients\":{\"*\":{\"routes\":[\"r\",1]}},\"r\":[{" GOOD "}]}", 1,
     "$[\"$clients\"][\"*\"].routes[1]", "There is no usable route ``.", false, 0, 0},
    {"{\"$clients\":{\"*\":{\"routes\":[\"mianroute\"]}},\"mainroute\":[{" GOOD "}]}", 1,
     "$[\"$clients\"][\"*\"].routes[0]",
     "There is no usable route `mianroute`. Did you mean `mainroute`?", false, 0, 0},
    {"{\"$clients\":{\"*\":{\"requestsPerMinute\":0}},\"r\":[{" GOOD "}]}", 1,
     "$[\"$clients\"][\"*\"].requestsPerMinute", "`requestsPerMinute` must be a whole number",
     false, 0, 0},
    {"{\"$clients\":{\"*\":{\"spendPerDay\":5}},\"r\":[{" GOOD "}]}", 1,
     "$[\"$clients\"][\"*\"].spendPerDay", "`spendPerDay` must be an object of currencies", false,
     0, 0},
    {"{\"$clients\":{\"*\":{\"spendPerDay\":{\"usd\":-1}}},\"r\":[{" GOOD "}]}", 1,
     "$[\"$clients\"][\"*\"].spendPerDay", "`spendPerDay` must be an object of currencies", false,
     0, 0},
    {"{\"$clients\":{\"*\":{\"spendPerDay\":{\"usd\":1}}},\"r\":[{" GOOD "}]}", 1,
     "$[\"$clients\"][\"*\"].spendPerDay.usd", "No route has prices in `usd`", true, 0, 0},
    {"{\"$clients\":{\"*\":{\"spendPerDay\":{\"USD\":1}}},"
     "\"r\":{\"pricingCurrency\":\"usd\",\"providers\":[{" GOOD "}]}}",
     1, NULL, NULL, 0, 0, 0},
    {"{\"\\u0072\": [{}], \"r\": [{" GOOD "}]}", 1, "$[\"\\u0072\"]",
     "This route is given again below", true, 0, 0},
    {"{\"Gpt\": [{" GOOD "}], \"gpt\": [{" OPENAI "," KEYS ",\"model\":\"n\"}]}", 2, "$.gpt",
     "The name differs from `Gpt` in case alone", true, 0, 0},
    {"{\"a\": [{" GOOD "}],\n\"b\": [{" GOOD "},{" GOOD "}]}", 2, "$.b[0]",
     "Requests for the model `m` go to the route `a`", true, 2, 7},
    {"{\"a\": [{" GOOD "}], \"b\": [{" GOOD "}], \"M\": [{" GOOD "}]}", 3, NULL, NULL, 0, 0, 0},
    {ROUTE("\"provider\":\"openai\""), 1, "$.r.provider",
     "`provider` has no effect here: it belongs to an entry of \"providers\".", true, 0, 0},
    {TARGET("\"hedgeMs\":1"), 1, "$.r.providers[0].hedgeMs",
     "`hedgeMs` has no effect here: it belongs to a route.", true, 0, 0},
    {ROUTE("\"strategy\":\"round-robbin\""), 0, "$.r.strategy",
     "`strategy` must be one of: order, round-robin, weighted. Did you mean `round-robin`?", false,
     0, 0},
    {ROUTE("\"strategy\":1"), 0, "$.r.strategy",
     "`strategy` must be one of: order, round-robin, weighted.", false, 0, 0},
    {ROUTE("\"watch\":\"yes\""), 0, "$.r.watch", "`watch` must be true or false.", false, 0, 0},
    {ROUTE("\"hedgeMs\":-1"), 0, "$.r.hedgeMs",
     "`hedgeMs` must be a whole number from 0 to 600000.", false, 0, 0},
    {ROUTE("\"maxAttempts\":0"), 0, "$.r.maxAttempts",
     "`maxAttempts` must be a whole number from 1 to 31.", false, 0, 0},
    {ROUTE("\"maxAttempts\":32"), 0, "$.r.maxAttempts", "`maxAttempts` must be", false, 0, 0},
    {ROUTE("\"retryBudgetMs\":600001"), 0, "$.r.retryBudgetMs",
     "`retryBudgetMs` must be a whole number from 0 to 600000.", false, 0, 0},
    {ROUTE("\"coalesceMs\":2.5"), 0, "$.r.coalesceMs", "`coalesceMs` must be a whole", false, 0, 0},
    {ROUTE("\"coalesceMs\":{\"text\":2001}"), 0, "$.r.coalesceMs.text",
     "`text` must be a whole number from 0 to 2000.", false, 0, 0},
    {ROUTE("\"coalesceMs\":{\"reasonning\":1}"), 1, "$.r.coalesceMs.reasonning",
     "`reasonning` is no field of \"coalesceMs\"; it is ignored. Did you mean `reasoning`?", true,
     0, 0},

    /* what only describes */
    {ROUTE("\"displayNmae\":\"x\""), 1, "$.r.displayNmae",
     "`displayNmae` is no field of a route; it is ignored. Did you mean `displayName`?", true, 1,
     71},
    {ROUTE("\"nothing\":\"x\""), 1, "$.r.nothing",
     "`nothing` is no field of a route; it is ignored.", true, 0, 0},
    {ROUTE("\"display_name\":\"x\""), 1, "$.r.display_name",
     "`display_name` should be written `displayName`.", true, 0, 0},
    {ROUTE("\"input_price_per_1m\":0"), 1, "$.r.input_price_per_1m",
     "`input_price_per_1m` should be written `inputPricePer1m`.", true, 0, 0},
    {"{\"r\":{\"Providers\":[{" GOOD "}]}}", 1, "$.r.Providers", "`Providers` should be written",
     true, 0, 0},
    {ROUTE("\"displayName\":1"), 1, "$.r.displayName",
     "`displayName` must be a string; it is left out.", true, 0, 0},
    {ROUTE("\"contextWindow\":\"8192\""), 1, "$.r.contextWindow",
     "`contextWindow` must be a whole number of tokens, not negative; it is left out.", true, 0, 0},
    {ROUTE("\"contextWindow\":1.5"), 1, "$.r.contextWindow", "`contextWindow` must be", true, 0, 0},
    {ROUTE("\"inputPricePer1m\":-1"), 1, "$.r.inputPricePer1m",
     "`inputPricePer1m` must be a number, not negative", true, 0, 0},
    {ROUTE("\"metadata\":[]"), 1, "$.r.metadata", "`metadata` must be an object", true, 0, 0},
    {ROUTE("\"flags\":[1]"), 1, "$.r.flags", "`flags` must be an array of strings", true, 0, 0},
    {ROUTE("\"outputPricePer1m\":3"), 1, "$.r", "There are prices but no `pricingCurrency`", true,
     0, 0},
    {TARGET("\"outputPricePer1m\":3"), 1, "$.r.providers[0]", "There are prices but no", true, 0,
     0},
    {ENTRY(OPENAI "," KEYS ",\"model\":\"gpt-4o\",\"contextWindow\":128001"), 1,
     "$.r.providers[0].contextWindow",
     "`contextWindow` is larger than the model's, which is 128000 tokens.", true, 0, 0},
    {"{\"r\":{\"maxOutputTokens\":16385,\"providers\":[{" OPENAI "," KEYS
     ",\"model\":\"gpt-4o\"}]}}",
     1, "$.r.maxOutputTokens", "`maxOutputTokens` is larger", true, 0, 0},
    {"{\"r\":{\"maxInputTokens\":999999999,\"providers\":[{" OPENAI "," KEYS
     ",\"model\":\"gpt-4o\"},{" GOOD "}]}}",
     1, NULL, NULL, 0, 0, 0},

    /* providers */
    {"{\"r\":[1]}", 0, "$.r[0]", "A provider must be an object", false, 0, 0},
    {ENTRY(MODEL "," KEYS), 0, "$.r.providers[0]", "`provider` is missing.", false, 0, 0},
    {ENTRY("\"provider\":1," MODEL "," KEYS), 0, "$.r.providers[0].provider",
     "`provider` must be a string", false, 0, 0},
    {ENTRY("\"provider\":\"zipu\"," MODEL "," KEYS), 0, "$.r.providers[0].provider",
     "There is no provider `zipu`: there are openai and zhipu (openai with \"api\": \"chat\" and "
     "an "
     "endpoint reaches any other). Did you mean `zhipu`?",
     false, 0, 0},
    {ENTRY("\"provider\":\"anthropic\"," MODEL "," KEYS), 0, "$.r.providers[0].provider",
     "There is no provider `anthropic`", false, 0, 0},
    {ENTRY(OPENAI "," KEYS), 0, "$.r.providers[0]", "`model` is missing.", false, 0, 0},
    {ENTRY(OPENAI "," KEYS ",\"model\":\" \""), 0, "$.r.providers[0].model",
     "`model` must be a string of 1 to 200 bytes", false, 0, 0},
    {ENTRY(OPENAI "," KEYS ",\"model\":\"a\\nb\""), 0, "$.r.providers[0].model", "`model` must be",
     false, 0, 0},
    {TARGET("\"api\":\"respones\""), 0, "$.r.providers[0].api",
     "`api` must be one of: responses, chat. Did you mean `responses`?", false, 0, 0},
    {TARGET("\"weight\":-1"), 0, "$.r.providers[0].weight",
     "`weight` must be a whole number from 0 to 1000000.", false, 0, 0},
    {TARGET("\"timeouts\":5"), 0, "$.r.providers[0].timeouts", "`timeouts` must be an object",
     false, 0, 0},
    {TARGET("\"timeouts\":{\"connectMs\":9}"), 0, "$.r.providers[0].timeouts.connectMs",
     "`connectMs` must be a whole number from 10 to 600000.", false, 0, 0},
    {TARGET("\"timeouts\":{\"idle_ms\":90}"), 1, "$.r.providers[0].timeouts.idle_ms",
     "`idle_ms` should be written `idleMs`.", true, 0, 0},
    {TARGET("\"timeouts\":{\"conectMs\":90}"), 1, "$.r.providers[0].timeouts.conectMs",
     "`conectMs` is no field of \"timeouts\"; it is ignored. Did you mean `connectMs`?", true, 0,
     0},

    /* keys */
    {ENTRY(OPENAI "," MODEL), 0, "$.r.providers[0]", "`apiKeys` is missing: one name", false, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[]"), 0, "$.r.providers[0].apiKeys",
     "`apiKeys` must be an array", false, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":\"K\""), 0, "$.r.providers[0].apiKeys",
     "`apiKeys` must be an array", false, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"K\",1]"), 0, "$.r.providers[0].apiKeys[1]",
     "`apiKeys` holds the names", false, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"\"]"), 0, "$.r.providers[0].apiKeys[0]",
     "`apiKeys` holds the names", false, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"PROXY_AUTH_TOKEN\"]"), 0,
     "$.r.providers[0].apiKeys[0]", "`apiKeys` holds the names", false, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"CLOUDFLARE_API_TOKEN\"]"), 0,
     "$.r.providers[0].apiKeys[0]", "`apiKeys` holds the names", false, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"K\",\"K\"]"), 1, "$.r.providers[0].apiKeys[1]",
     "`K` is here twice.", true, 0, 0},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"sk-leaked\"]"), 0, "$.r.providers[0].apiKeys[0]",
     "This looks like an API key, which", false, 1, 64},
    {ENTRY(OPENAI "," MODEL ",\"apiKeys\":[\"0123456789abcdef0123456789abcdef.leakedleaked\"]"), 0,
     "$.r.providers[0].apiKeys[0]", "This looks like an API key, which", false, 0, 0},
    {ENTRY(OPENAI "," MODEL "," KEYS ",\"sk-leaked\":1"), 1, "$.r.providers[0][\"(not shown)\"]",
     "`(not shown)` is no field", true, 0, 0},
    {ENTRY("\"provider\":\"sk-leaked\"," MODEL "," KEYS), 0, "$.r.providers[0].provider",
     "There is no provider `(not shown)`", false, 0, 0},
    {"{\"sk-leaked\": 1}", 0, "$[\"(not shown)\"]", "A route must be an object", false, 0, 0},

    /* endpoints */
    {URL("https://x.example:8443/v1//"), 1, NULL, NULL, 0, 0, 0},
    {URL("HTTPS://X.example/v1"), 1, NULL, NULL, 0, 0, 0},
    {URL("https://[2001:db8::1]:8443/v1"), 1, NULL, NULL, 0, 0, 0},
    {URL("http://127.0.0.1:8080/v1"), 1, NULL, NULL, 0, 0, 0},
    {URL("http://127.200.3.4"), 1, NULL, NULL, 0, 0, 0},
    {URL("http://localhost:1"), 1, NULL, NULL, 0, 0, 0},
    {URL("http://[::1]:65535"), 1, NULL, NULL, 0, 0, 0},
    {URL(""), 1, "$.r.providers[0].endpoint", "`endpoint` is empty: the default is used.", true, 0,
     0},
#define BAD_URL(url, message)                                                                      \
  { URL(url), 0, "$.r.providers[0].endpoint", "`endpoint` must be " message, false, 0, 0 }
    BAD_URL("http://x.example", "an https URL; http is for"),
    BAD_URL("http://127.evil.example", "an https URL; http"),
    BAD_URL("http://127.0.0.1.evil.example", "an https URL; http"),
    BAD_URL("http://127.-0.0.1", "an https URL; http"),
    BAD_URL("http://127.1", "an https URL; http"),
    BAD_URL("http://127.0.0.1.", "an https URL; http"),
    BAD_URL("http://0.0.0.0", "an https URL; http"),
    BAD_URL("ftp://x.example", "an https URL, such as"),
    BAD_URL("x.example/v1", "an https URL, such as"),
    BAD_URL("https:/x.example", "an https URL, such as"),
    BAD_URL("https://", "a URL with a host name"),
    BAD_URL("https:///v1", "a URL with a host name"),
    BAD_URL("https://x.example:0", "a URL with a host name"),
    BAD_URL("https://x.example:65536", "a URL with a host name"),
    BAD_URL("https://x.example:", "a URL with a host name"),
    BAD_URL("https://x.example:80:80", "a URL with a host name"),
    BAD_URL("https://[::1", "a URL with a host name"),
    BAD_URL("https://[::1]x", "a URL with a host name"),
    BAD_URL("https://-x.example", "a URL with a host name"),
    BAD_URL("https://x.ex(ample", "a URL with a host name"),
    BAD_URL("https://user:sk-leaked@x.example", "a URL without a user name"),
    BAD_URL("https://x.example@evil.example/v1", "a URL without a user name"),
    BAD_URL("https://x.example/v1?key=sk-leaked", "a base URL without a query"),
    BAD_URL("https://x.example/v1#a", "a base URL without a query"),
    BAD_URL("https://x.example/a b", "a URL without spaces"),
    BAD_URL("https://x.example\\\\@evil.example", "a URL without spaces"),
    BAD_URL("https://x.\xC3\xA9xample", "a URL without spaces"),
    {URL("https://x.example/v1\\r\\nx-evil: 1"), 0, "$.r.providers[0].endpoint",
     "`endpoint` must be a string of 1 to 1024 bytes, without control", false, 0, 0},
    {TARGET("\"endpoint\":1"), 0, "$.r.providers[0].endpoint", "`endpoint` must be a string", false,
     0, 0},
    {TARGET("\"baseUrl\":\"nonsense\""), 0, "$.r.providers[0].baseUrl",
     "`baseUrl` must be an https", false, 0, 0},
    {TARGET("\"base_url\":\"https://x.example/v1\""), 1, "$.r.providers[0].base_url",
     "`base_url` should be written `baseUrl`.", true, 0, 0},
    {TARGET("\"baseUrl\":\"https://a.example\",\"endpoint\":\"https://b.example/v1\""), 1,
     "$.r.providers[0].endpoint", "`baseUrl` is ignored", true, 0, 0},
    {URL("https://x.example/v1/chat/completions"), 1, "$.r.providers[0].endpoint",
     "`endpoint` is a base URL: the path at its end is left out", true, 0, 0},
    {URL("https://x.example/v1/responses/"), 1, "$.r.providers[0].endpoint",
     "`endpoint` is a base URL", true, 0, 0},
};

/* Nothing that looks like a key reaches a problem. */
static bool leaks(void) {
  struct buf out;
  struct arena arena = {0};
  buf_init(&out, &arena, 1 * MIB);
  config_put_problems(&out, &config);
  bool leaked = str_find(buf_str(&out), STR("leaked")) != STR_NOWHERE;
  struct json json;
  size_t where;
  CHECK_INT(json_parse(&json, &arena, buf_str(&out), &where), 0);
  arena_drop(&arena);
  return leaked;
}

static bool check_problem(const struct said *s, const struct problem *p) {
  bool good = CHECK_EQUAL(p->path, text_of(s->path));
  good &= CHECK(str_starts(p->message, text_of(s->message)));
  good &= CHECK_INT(p->warning, s->warning);
  if (s->line > 0)
    good &= CHECK_INT(p->line, s->line);
  if (s->column > 0)
    good &= CHECK_INT(p->column, s->column);
  return good;
}

static void test_said(void) {
  for (size_t i = 0; i < COUNT(said); i++) {
    const struct said *s = &said[i];
    bool good = CHECK_INT(config_open(&config, text_of(s->text)), 0);
    good &= CHECK_INT(config.route_count, s->routes);
    good &= CHECK_INT(config.problem_count, s->path != NULL);
    good &= CHECK(!leaks());
    if (s->path != NULL && config.problem_count > 0)
      good &= check_problem(s, &config.problems[0]);
    if (!good) {
      printf("  in %s\n", s->text);
      show_problems();
    }
    arena_drop(&config.arena);
  }
}

/* All of them in one run; a bad route takes no other down. */
static void test_all_at_once(void) {
  CHECK_INT(config_open(&config, STR("{\n"
                                     "\"bad\": {\"providers\": [\n"
                                     "  {\"provider\": \"opnai\", \"model\": 1,\n"
                                     "   \"apiKeys\": [\"sk-leaked\", \"K\", \"a b\"],\n"
                                     "   \"endpoint\": \"http://x.example\", \"weight\": 1.5},\n"
                                     "  {\"provider\": \"openai\"}]},\n"
                                     "\"good\": [{" GOOD "}],\n"
                                     "\"worse\": true,\n"
                                     "\"Bad\": {\"inputPricePer1m\": 2, \"providers\": [\n"
                                     "  {\"provider\": \"opnai\", \"model\": \"m\",\n"
                                     "   \"apiKeys\": [\"K\"]}]}}")),
            0);
  static const struct {
    struct str path;
    uint32_t line;
  } want[] = {
      {STR_INIT("$.bad.providers[0].weight"), 5},
      {STR_INIT("$.bad.providers[0].provider"), 3},
      {STR_INIT("$.bad.providers[0].model"), 3},
      {STR_INIT("$.bad.providers[0].endpoint"), 5},
      {STR_INIT("$.bad.providers[0].apiKeys[0]"), 4},
      {STR_INIT("$.bad.providers[0].apiKeys[2]"), 4},
      {STR_INIT("$.bad.providers[1]"), 6},
      {STR_INIT("$.bad.providers[1]"), 6},
      {STR_INIT("$.worse"), 8},
      {STR_INIT("$.Bad"), 9}, /* the name, in other case */
      {STR_INIT("$.Bad.providers[0].provider"), 10},
      {STR_INIT("$.Bad"), 9}, /* a price without a currency */
  };
  CHECK_INT(config.problem_count, COUNT(want));
  for (size_t i = 0; i < COUNT(want) && i < config.problem_count; i++) {
    CHECK_EQUAL(config.problems[i].path, want[i].path);
    CHECK_INT(config.problems[i].line, want[i].line);
  }
  CHECK(!leaks());
  CHECK_INT(config.route_count, 1);
  CHECK_STR(config.routes[0].name, "good");
  arena_drop(&config.arena);
}

/* A misspelt "providers" is not taken for a level too many. */
static void test_misspelt(void) {
  CHECK_INT(config_open(&config, STR("{\"r\":{\"provders\":[{" GOOD "}]},"
                                     "\"s\":{\"provider\":[{" GOOD "}]}}")),
            0);
  CHECK_INT(config.problem_count, 4);
  CHECK_STR(config.problems[0].message,
            "`provders` is no field of a route; it is ignored. Did you mean `providers`?");
  CHECK(str_starts(config.problems[1].message, STR("`providers` is missing")));
  CHECK(str_starts(config.problems[2].message, STR("`provider` has no effect here")));
  CHECK(str_starts(config.problems[3].message, STR("`providers` is missing")));
  arena_drop(&config.arena);
}

static void test_values(void) {
  CHECK_INT(config_open(&config, STR("{\"\\u4f60\\n\":1,\"a\\\"b\":{\"strategy\":\"weighted\","
                                     "\"hedgeMs\":700,\"coalesceMs\":30,\"watch\":true,"
                                     "\"maxAttempts\":3,\"retryBudgetMs\":900,"
                                     "\"continueOnFailure\":true,\"streamStructured\":true,"
                                     "\"providers\":[{\"provider\":"
                                     "\"zhipu\",\"api\":\"responses\",\"model\":\" glm-5.3 \","
                                     "\"apiKeys\":[\"B\",\"A\"],\"weight\":7,\"timeouts\":"
                                     "{\"idleMs\":1000}},{" OPENAI ",\"api\":\"chat\",\"endpoint\":"
                                     "\"https://api.deepseek.com/\"," MODEL "," KEYS "}]}}")),
            0);
  CHECK_INT(config.route_count, 1);
  const struct route *r = &config.routes[0];
  CHECK_STR(r->name, "a\"b");
  CHECK_INT(r->strategy, STRATEGY_WEIGHTED);
  CHECK(r->hedge_ms == 700 && r->coalesce.text == 30 && r->coalesce.reasoning == 30 &&
        r->coalesce.arguments == 30 && r->watch && r->continue_on_failure && r->stream_structured);
  CHECK(r->max_attempts == 3 && r->retry_budget_ms == 900);
  const struct target *t = &r->targets[0];
  CHECK_STR(t->model, "glm-5.3");
  CHECK_STR(t->endpoint, "https://api.z.ai/api/v1");
  CHECK_INT(t->api, API_RESPONSES);
  CHECK_INT(t->weight, 7);
  CHECK_INT(t->timeouts.idle, 1000);
  CHECK_INT(t->timeouts.connect, CONNECT_TIMEOUT);
  CHECK_INT(t->timeouts.whole, WHOLE_TIMEOUT);
  CHECK_INT(t->key_count, 2);
  CHECK_STR(t->keys[0]->name, "B");
  CHECK_INT(t[1].api, API_CHAT);
  CHECK_INT(t[1].weight, 1);
  CHECK_STR(t[1].endpoint, "https://api.deepseek.com");
  CHECK(!t[1].provider->chat.developer_role); /* it is not OpenAI there */
  arena_drop(&config.arena);
}

/* ---- limits ---- */

static char large[ROUTES_TEXT_MAX + 2];

static struct str repeat(const char *head, const char *each, size_t n, const char *tail) {
  size_t at = 0;
  memcpy(large, head, strlen(head));
  at += strlen(head);
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      large[at++] = ',';
    for (const char *c = each; *c != 0; c++) { /* '#' stands for a number */
      if (*c != '#') {
        large[at++] = *c;
        continue;
      }
      large[at++] = (char)('0' + i / 100);
      large[at++] = (char)('0' + i / 10 % 10);
      large[at++] = (char)('0' + i % 10);
    }
  }
  memcpy(large + at, tail, strlen(tail));
  return str_of(large, at + strlen(tail));
}

static void check_limit(struct str text, uint32_t routes, struct str message) {
  CHECK_INT(config_open(&config, text), 0);
  if (!CHECK_INT(config.route_count, routes) ||
      (message.n == 0 ? !CHECK_INT(config.problem_count, 0)
                      : !CHECK(str_starts(config.problems[0].message, message))))
    show_problems();
  arena_drop(&config.arena);
}

static void test_limits(void) {
  const char *route = "\"r#\":[{" OPENAI "," KEYS ",\"model\":\"m#\"}]";
  check_limit(repeat("{", route, ROUTES_MAX, "}"), ROUTES_MAX, STR_NONE);
  check_limit(repeat("{", route, ROUTES_MAX + 1, "}"), ROUTES_MAX,
              STR("There are more than 256 routes"));
  check_limit(repeat("{\"r\":[", "{" GOOD "}", TARGETS_MAX, "]}"), 1, STR_NONE);
  check_limit(repeat("{\"r\":[", "{" GOOD "}", TARGETS_MAX + 1, "]}"), 0,
              STR("A route has at most 32 providers."));
  const char *entry = "{\"r\":[{" OPENAI "," MODEL ",\"apiKeys\":[";
  check_limit(repeat(entry, "\"K#\"", KEYS_MAX, "]}]}"), 1, STR_NONE);
  check_limit(repeat(entry, "\"K#\"", KEYS_MAX + 1, "]}]}"), 0,
              STR("All routes together name more than 512 keys."));
  memset(large, ' ', sizeof large);
  memcpy(large, "{\"r\":[{" GOOD "}]}", strlen("{\"r\":[{" GOOD "}]}"));
  check_limit(str_of(large, ROUTES_TEXT_MAX), 1, STR_NONE);
  check_limit(str_of(large, ROUTES_TEXT_MAX + 1), 0, STR("ROUTES_CONFIG is longer than 1048576"));
  static const char tail[] = "\":[{" GOOD "}]}";
  for (size_t n = NAME_MAX_BYTES; n <= NAME_MAX_BYTES + 1; n++) {
    memset(large, 'n', sizeof large);
    memcpy(large, "{\"", 2);
    memcpy(large + 2 + n, tail, sizeof tail);
    check_limit(str_of(large, n + 1 + sizeof tail), n == NAME_MAX_BYTES,
                n == NAME_MAX_BYTES ? STR_NONE : STR("A route's name must be"));
  }
}

/* What replaces the problems of another program's configuration does not hide a key, and problems
 * of a route are not replaced. */
static void test_foreign(void) {
  CHECK_INT(
      config_open(&config, STR("{\"model_list\":[{\"api_key\":\"sk-1234567890abcdefghij\"}]}")), 0);
  CHECK_INT(config.problem_count, 2);
  CHECK(str_starts(config.problems[0].message, STR("This is for LiteLLM")));
  CHECK(str_starts(config.problems[1].message, STR("This looks like an API key")));
  CHECK_INT(config.problems[1].column, 27);
  arena_drop(&config.arena);
  CHECK_INT(config_open(&config, STR("{\"r\":{\"group\":1,\"providers\":[{" MODEL "," KEYS "}]}}")),
            0);
  CHECK_INT(config.problem_count, 2);
  CHECK_STR(config.problems[0].path, "$.r.group");
  CHECK_STR(config.problems[1].message, "`provider` is missing.");
  arena_drop(&config.arena);
}

/* More problems than there is room for are counted all the same. */
static void test_many_problems(void) {
  CHECK_INT(config_open(&config, repeat("{", "\"r#\":#", 200, "}")), 0);
  CHECK_INT(config.problem_count, 1); /* 007 is no number */
  arena_drop(&config.arena);
  CHECK_INT(config_open(&config, repeat("{", "\"r#\":true", 200, "}")), 0);
  CHECK_INT(config.problem_count, 200);
  CHECK_STR(config.problems[PROBLEMS_MAX - 1].path, "$.r099");
  config_put_variable(&config, STR("PROXY_AUTH_TOKEN"), STR("t"));
  config_close(&config);
  CHECK_STR(config.more.message,
            "There are more problems than the 100 that are shown: 100 are not.");
  CHECK(!config.more.warning && config_has_errors(&config));
  CHECK(!leaks());
  arena_drop(&config.arena);
}

/* However many warnings come first, they are no error, and hide none. */
static void test_many_warnings(void) {
  struct str text = repeat("{\"a\":{\"providers\":[{" GOOD "}],", "\"odd#\":1", 150, "}}");
  CHECK_INT(config_open(&config, text), 0);
  config_put_variable(&config, STR("PROXY_AUTH_TOKEN"), STR("t"));
  config_put_variable(&config, STR("K"), STR("k"));
  config_close(&config);
  CHECK_INT(config.problem_count, 150);
  CHECK(!config_has_errors(&config) && config.more.warning);
  CHECK_STR(config.more.message,
            "There are more problems than the 100 that are shown: 50 are not.");
  arena_drop(&config.arena);
  CHECK_INT(config_open(&config, text), 0);
  config_close(&config); /* no token, and the only secret is missing */
  CHECK(config_has_errors(&config));
  CHECK(str_starts(config.problems[0].message, STR("The secret `PROXY_AUTH_TOKEN` is not set")));
  CHECK(str_starts(config.problems[PROBLEMS_MAX - 1].message, STR("The secret `K` is not set")));
  CHECK(config.more.warning);
  arena_drop(&config.arena);
}

/* What only matters where the routes are deployed. */
static void test_deployment(void) {
  static const char text[] = "{\"r\":[{" GOOD ",\"endpoint\":\"http://127.0.0.1:8080/v1\"},{" GOOD
                             ",\"baseUrl\":\"https://my.example.com/v1\"},{" GOOD "}]}";
  for (int deploying = 0; deploying < 2; deploying++) {
    CHECK_INT(config_open(&config, text_of(text)), 0);
    config_put_variable(&config, STR("PROXY_AUTH_TOKEN"), STR("t"));
    config_put_variable(&config, STR("K"), STR("k"));
    config.deploying = deploying;
    config_close(&config);
    CHECK_INT(config.problem_count, 2 * deploying);
    if (!deploying) {
      arena_drop(&config.arena);
      continue;
    }
    CHECK_STR(config.problems[0].path, "$.r[0].endpoint");
    CHECK(str_starts(config.problems[0].message, STR("`endpoint` is an address of the machine")));
    CHECK_STR(config.problems[1].path, "$.r[1].baseUrl");
    CHECK(config.problems[1].warning);
  }
  arena_drop(&config.arena);
}

/* What came with a secret from where it was copied is left out, and said. */
static void test_cleaned(void) {
  static const struct str values[] = {STR_INIT("Bearer sk-x"), STR_INIT("\"sk-x\""),
                                      STR_INIT(" 'bearer sk-x '\n"), STR_INIT("sk-x\n")};
  for (size_t i = 0; i < COUNT(values); i++) {
    CHECK_INT(config_open(&config, STR("{\"r\":[{" GOOD "}]}")), 0);
    CHECK_INT(config_put_variable(&config, STR("K"), values[i]), 1);
    CHECK_STR(config.routes[0].targets[0].keys[0]->secret, "sk-x");
    CHECK_INT(config.problem_count, 1);
    CHECK(config.problems[0].warning);
    CHECK(str_starts(config.problems[0].message, STR("The secret `K` has blanks, quotes or")));
    arena_drop(&config.arena);
  }
}

/* ---- the Worker's variables ---- */

static void test_variables(void) {
  CHECK_INT(config_open(&config, STR("{\"r\":[{" OPENAI "," MODEL
                                     ",\"apiKeys\":[\"A\",\"B\",\"C\"]}],\n\"s\":[{" OPENAI
                                     ",\"model\":\"n\",\"apiKeys\":[\"C\",\"D\"]}]}")),
            0);
  CHECK_INT(config_put_variable(&config, STR("A"), STR(" sk-a \n")), 1);
  CHECK_STR(config.routes[0].targets[0].keys[0]->secret, "sk-a");
  CHECK_INT(config_put_variable(&config, STR("B"), STR("  ")), 0);
  CHECK_INT(config_put_variable(&config, STR("NOBODY"), STR("leaked")), 0);
  CHECK_INT(config_put_variable(&config, STR("a"), STR("leaked")), 0);
  CHECK_INT(config_put_variable(&config, STR("PROXY_AUTH_TOKEN"), STR("my token\n")), 1);
  CHECK_STR(config.owner.token, "my token");
  CHECK_INT(config.problem_count, 2); /* what stood around two of them */
  CHECK_INT(config_put_variable(&config, STR("C"), STR("lea\r\nleaked")), 0);
  CHECK_INT(config_put_variable(&config, STR("C"), STR("leaked\xC3\xA9")), 0);
  CHECK_INT(config.problem_count, 4);
  config_close(&config);
  CHECK_INT(config.problem_count, 7);
  CHECK(!leaks());
  static const struct {
    bool warning;
    struct str path, message;
  } want[] = {
      {true, STR_INIT("$.r[0]"), STR_INIT("The secret `B` is not set, or cannot be used. Add it")},
      {false, STR_INIT("$.s[0]"),
       STR_INIT("The secret `C` is not set, or cannot be used, and this route has no other. Add")},
      {false, STR_INIT("$.s[0]"), STR_INIT("The secret `D` is not set")},
  };
  for (size_t i = 0; i < COUNT(want); i++) {
    CHECK_INT(config.problems[i + 4].warning, want[i].warning);
    CHECK_EQUAL(config.problems[i + 4].path, want[i].path);
    CHECK(str_starts(config.problems[i + 4].message, want[i].message));
  }
  CHECK_INT(config.problems[5].line, 2);
  arena_drop(&config.arena);
}

static void test_token_missing(void) {
  CHECK_INT(config_open(&config, STR("{\"r\":[{" GOOD "}]}")), 0);
  CHECK_INT(config_put_variable(&config, STR("K"), STR("x")), 1);
  CHECK_INT(config_put_variable(&config, STR("PROXY_AUTH_TOKEN"), STR("")), 0);
  config_close(&config);
  CHECK_INT(config.problem_count, 1);
  CHECK(!config.problems[0].warning && config.owner.token.n == 0);
  CHECK(str_starts(config.problems[0].message, STR("The secret `PROXY_AUTH_TOKEN` is not set")));
  arena_drop(&config.arena);
}

static void test_body_max(void) {
  static const struct {
    struct str value;
    int kept;
    uint32_t max;
  } rows[] = {
      {STR_INIT("1"), 1, 1},
      {STR_INIT(" 1048576\n"), 1, 1048576},
      {STR_INIT("67108864"), 1, BODY_MAX_CEILING},
      {STR_INIT(""), 0, BODY_MAX},
      {STR_INIT("67108865"), -1, BODY_MAX},
      {STR_INIT("0"), -1, BODY_MAX},
      {STR_INIT("-1"), -1, BODY_MAX},
      {STR_INIT("32MB"), -1, BODY_MAX},
      {STR_INIT("99999999999999999999"), -1, BODY_MAX},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    CHECK_INT(config_open(&config, STR("{\"r\":[{" GOOD "}]}")), 0);
    CHECK_INT(config_put_variable(&config, STR("MAX_BODY_BYTES"), rows[i].value), rows[i].kept > 0);
    CHECK_INT(config.body_max, rows[i].max);
    CHECK_INT(config.problem_count, rows[i].kept < 0);
    arena_drop(&config.arena);
  }
}

static void test_long_secret(void) {
  memset(large, 'x', VARIABLE_MAX + 1);
  CHECK_INT(config_open(&config, STR("{\"r\":[{" GOOD "}]}")), 0);
  CHECK_INT(config_put_variable(&config, STR("K"), str_of(large, VARIABLE_MAX + 1)), 0);
  CHECK_INT(config.problem_count, 1);
  CHECK_INT(config_put_variable(&config, STR("K"), str_of(large, VARIABLE_MAX)), 1);
  arena_drop(&config.arena);
}

/* ---- hard inputs ---- */

/* The example, cut at every byte and with every byte changed: no trap, no
 * leak, and what stands can be used. */
static void test_hostile(void) {
  static char text[sizeof example];
  static const char bytes[] = "\0\"\\{}[],:x\xFF";
  size_t n = sizeof example - 1;
  for (size_t i = 0; i < n; i++) {
    CHECK_INT(config_open(&config, str_of(example, i)), 0);
    arena_drop(&config.arena);
    for (size_t k = 0; k < sizeof bytes - 1; k++) {
      memcpy(text, example, n);
      text[i] = bytes[k];
      if (config_open(&config, str_of(text, n)) != 0)
        CHECK(false);
      config_close(&config);
      arena_drop(&config.arena);
    }
  }
}

/* With the nth taking refused: an error that says so or a sound result. */
static void run_refused(const char *text, size_t n, bool forever) {
  arena_refuse(n, forever);
  int error = config_open(&config, text_of(text));
  CHECK(error == 0 || error == ERR_MEMORY);
  if (error == 0) {
    int kept = config_put_variable(&config, STR("OPENAI_KEY_1"), STR("x"));
    CHECK(kept == 1 || kept == 0 || kept == ERR_MEMORY);
    config_close(&config);
  }
  arena_refuse(0, false);
  for (uint32_t i = 0; i < config.route_count; i++)
    for (uint32_t k = 0; k < config.routes[i].target_count; k++)
      CHECK(config.routes[i].targets[k].provider != NULL &&
            config.routes[i].targets[k].key_count > 0 && config.routes[i].targets[k].model.n > 0);
  arena_drop(&config.arena);
}

static void test_refused(void) {
  static const char bad[] = "{\"a\\nb\":1,\"r\":[{\"provider\":\"opnai\",\"model\":\"\\u0061\","
                            "\"apiKeys\":[\"\\u0041\",\"sk-x\"],\"endpoint\":\"http:\\/\\/x\"}],"
                            "\"OK\":[{\"provider\":\"openai\",\"model\":\"\\u0061\",\"weight\":1,"
                            "\"apiKeys\":[\"\\u0041\"],\"contextWindow\":-1}]}";
  for (size_t n = 1; n < 120; n++) {
    run_refused(example, n, false);
    run_refused(example, n, true);
    run_refused(bad, n, false);
    run_refused(bad, n, true);
  }
}

int main(void) {
  test_example();
  test_said();
  test_all_at_once();
  test_misspelt();
  test_values();
  test_limits();
  test_foreign();
  test_many_problems();
  test_many_warnings();
  test_deployment();
  test_cleaned();
  test_variables();
  test_token_missing();
  test_body_max();
  test_long_secret();
  test_hostile();
  test_refused();
  return unit_done();
}
