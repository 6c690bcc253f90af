/* provider.c -- see provider.h.
 *
 * Sources: the vendors' OpenAPI texts [S] and documents [D], recorded traffic
 * [R], public issues [I], guesses [?]; gathered 2026-11-23.
 */
#include "provider/provider.h"

#include "limits.h"
#include "provider/error_table.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum {
  K128 = 128 * 1024,
  K200 = 200 * 1024, /* "200K" in documents means either; the larger value refuses less */
  M1 = 1024 * 1024,
};

/* A model that is in no table: nothing is clamped, and what the client asks for is sent. */
static const struct model_facts unknown = {
    .thinking = THINKING_OPTIONAL,
    .effort = EFFORT_OPENAI,
    .images = true,
    .search = true,
};

#define MODEL(name) .prefix = STR_INIT(name)

/* docs.z.ai, model pages [D]; thinking and effort [R][D].  Some vision
 * models take no tools but functions [S], so none of them gets web search; response_format is only
 * for text models [S]. */
static const struct model_facts glm_models[] = {
    /* A GLM that is not in the documents: nothing is sent that only some models have. */
    {MODEL("glm-"), 0, 0, THINKING_OPTIONAL, EFFORT_IGNORED, true, false, true},
    /* A newer 5.x: treated as 5.3, whose words 5.2 accepts, too [?]. */
    {MODEL("glm-5."), 0, K128, THINKING_ALWAYS, EFFORT_GLM53, true, true, true},
    {MODEL("glm-5.3"), M1, K128, THINKING_ALWAYS, EFFORT_GLM53, false, true, true},
    {MODEL("glm-5.3-flash"), M1, K128, THINKING_ALWAYS, EFFORT_GLM53, true, true, false, true},
    {MODEL("glm-5.2"), M1, K128, THINKING_OPTIONAL, EFFORT_GLM52, false, true, true},
    {MODEL("glm-5.1"), K200, K128, THINKING_OPTIONAL, EFFORT_IGNORED, false, true, true},
    {MODEL("glm-5"), K200, K128, THINKING_OPTIONAL, EFFORT_IGNORED, false, true, true},
    {MODEL("glm-5v"), K200, K128, THINKING_OPTIONAL, EFFORT_IGNORED, true, true, false, true},
    {MODEL("glm-4.7"), K200, K128, THINKING_OPTIONAL, EFFORT_IGNORED, false, true, true},
    {MODEL("glm-4.6"), K200, K128, THINKING_OPTIONAL, EFFORT_IGNORED, false, true, true},
    {MODEL("glm-4.6v"), K128, 32 * 1024, THINKING_OPTIONAL, EFFORT_IGNORED, true, false, false,
     true},
    {MODEL("glm-4.5"), K128, 96 * 1024, THINKING_OPTIONAL, EFFORT_IGNORED, false, false, true},
    {MODEL("glm-4.5v"), 0, 16 * 1024, THINKING_ALWAYS, EFFORT_IGNORED, true, false, false, true},
    {MODEL("glm-4-32b-0414-128k"), K128, 16 * 1024, THINKING_NONE, EFFORT_IGNORED, false, false,
     true},
    {MODEL("glm-4-"), 0, 0, THINKING_NONE, EFFORT_IGNORED, true, false, true},
};

/* Models that reason refuse temperature and top_p [I]; from 5.1 on they take them with effort
 * "none" [D]. */
#define REASONS(name, context, output, thinking)                                                   \
  { MODEL(name), context, output, thinking, EFFORT_OPENAI, true, false, false, false, true }

/* platform.openai.com/docs/models [D]. */
static const struct model_facts openai_models[] = {
    {MODEL("gpt-4.1"), 1047576, 32768, THINKING_NONE, EFFORT_IGNORED, true, false, false},
    {MODEL("gpt-4o"), 128000, 16384, THINKING_NONE, EFFORT_IGNORED, true, false, false},
    {MODEL("gpt-4-turbo"), 128000, 4096, THINKING_NONE, EFFORT_IGNORED, true, false, false},
    {MODEL("gpt-3.5"), 16385, 4096, THINKING_NONE, EFFORT_IGNORED, false, false, false},
    REASONS("gpt-5", 400000, 128000, THINKING_ALWAYS),
    {MODEL("gpt-5-chat"), 128000, 16384, THINKING_NONE, EFFORT_IGNORED, true, false, false},
    /* gpt-5.x: later ones may have larger windows, so only the output is known. */
    REASONS("gpt-5.", 0, 128000, THINKING_OPTIONAL),
    REASONS("gpt-5.1", 400000, 128000, THINKING_OPTIONAL),
    REASONS("gpt-5.2", 400000, 128000, THINKING_OPTIONAL),
    REASONS("gpt-6", 0, 0, THINKING_OPTIONAL),
    REASONS("o1", 200000, 100000, THINKING_ALWAYS),
    REASONS("o3", 200000, 100000, THINKING_ALWAYS),
    REASONS("o4", 200000, 100000, THINKING_ALWAYS),
    REASONS("o5", 0, 0, THINKING_ALWAYS),
};

enum {
  OPENAI,
  COMPATIBLE,
  REASONING_BACK, /* compatible, and needs its own reasoning back */
  NO_REASONING,   /* compatible, and refuses any */
  OPENROUTER,
  ZHIPU,
  ZHIPU_CHINA,
};

/* clang-format off */
#define CHAT_OF_GLM              \
  .needs_user = true, /* error 1214 [I] */ \
  .needs_call = true, /* error 1214 [?] */ \
  .system_text = true, /* [S] */ \
  .file_alone = true, /* [S] */  \
  .tool_description = true,      \
  .tool_stream = true,           \
  .thinking = true,              \
  .tokenizer = STR_INIT("/tokenizer"), /* [D], for some models */ \
  .reasoning = REASONING_ANY,    \
  .stop_one = true,              \
  .temperature_max = 1,          \
  .top_p_min = 0.01,             \
  .tools_max = 128,              \
  .user_min = 6,                 \
  .user_max = 128,               \
  .user_field = STR_INIT("user_id")

/* OpenAI's format on another host: only what all of them take.  DeepSeek and Mistral refuse
 * "developer", and know max_tokens only [I]. */
#define COMPATIBLE_WITH(reasoning_field)                    \
  {                                                         \
    .name = STR_INIT("openai"),                             \
    .api = API_RESPONSES,                                   \
    .endpoint = STR_INIT("https://api.openai.com/v1"),      \
    .chat =                                                 \
        {                                                   \
            .tool_choice = true,                            \
            .json_schema = true,                            \
            .extras = true,                                 \
            .reasoning = reasoning_field,                   \
            .temperature_max = 2,                           \
            .tools_max = TOOLS_MAX,                         \
            .user_min = 1,                                  \
            .user_max = 64,                                 \
            .user_field = STR_INIT("user"),                 \
        },                                                  \
    .models = openai_models,                                \
    .model_count = COUNT(openai_models),                    \
  }
/* clang-format on */

static const struct provider providers[] = {
    [OPENAI] =
        {
            .name = STR_INIT("openai"),
            .api = API_RESPONSES,
            .endpoint = STR_INIT("https://api.openai.com/v1"),
            .chat =
                {
                    .native = true,
                    .developer_role = true,
                    .tool_choice = true,
                    .json_schema = true,
                    .extras = true,
                    .max_completion = true, /* o-series models refuse max_tokens [D] */
                    .temperature_max = 2,
                    .tools_max = 128,
                    .user_min = 1,
                    .user_max = 64,
                    .user_field = STR_INIT("safety_identifier"),
                },
            .models = openai_models,
            .model_count = COUNT(openai_models),
        },
    [COMPATIBLE] = COMPATIBLE_WITH(REASONING_OWN),
    [REASONING_BACK] = COMPATIBLE_WITH(REASONING_NEEDED),
    [NO_REASONING] = COMPATIBLE_WITH(REASONING_REFUSED),
    [OPENROUTER] = COMPATIBLE_WITH(REASONING_TEXT),
    [ZHIPU] =
        {
            .name = STR_INIT("zhipu"),
            .api = API_CHAT,
            .endpoint = STR_INIT("https://api.z.ai/api/paas/v4"),
            .responses_endpoint = STR_INIT("https://api.z.ai/api/v1"),
            .chat = {CHAT_OF_GLM, .search_engine = STR_INIT("search-prime")},
            .models = glm_models,
            .model_count = COUNT(glm_models),
            .errors = provider_errors_glm,
        },
    /* The same in China, with other search engines [D]. */
    [ZHIPU_CHINA] =
        {
            .name = STR_INIT("zhipu"),
            .api = API_CHAT,
            .chat = {CHAT_OF_GLM, .search_engine = STR_INIT("search_pro")},
            .models = glm_models,
            .model_count = COUNT(glm_models),
            .errors = provider_errors_glm,
        },
};

/* The ones that ROUTES_CONFIG can name. */
static const struct provider *const named[] = {&providers[OPENAI], &providers[ZHIPU]};

const struct provider *provider_at(uint32_t i) {
  return i < COUNT(named) ? named[i] : NULL;
}

const struct provider *provider_find(struct str name) {
  for (uint32_t i = 0; i < COUNT(named); i++)
    if (str_equal(named[i]->name, name))
      return named[i];
  return NULL;
}

/* Keys of z.ai and of bigmodel.cn are separate, and those of the Coding Plan; the native Responses
 * endpoints are closed to whoever has a Coding Plan [D]. */
static const char *const glm_hosts[] = {
    "https://api.z.ai/api/paas/v4",
    "https://api.z.ai/api/coding/paas/v4",
    "https://open.bigmodel.cn/api/paas/v4",
    "https://open.bigmodel.cn/api/coding/paas/v4",
    "https://api.z.ai/api/v1",
    "https://open.bigmodel.cn/api/v1",
};
enum { GLM_NATIVE = 4 }; /* the first of those with the Responses API */

struct str provider_host(const struct provider *p, bool native, uint32_t i) {
  uint32_t end = GLM_NATIVE;
  if (native) {
    i += GLM_NATIVE;
    end = COUNT(glm_hosts);
  }
  return p->errors == provider_errors_glm && i < end ? str_literal(glm_hosts[i]) : STR_NONE;
}

/* The host of a URL, without its port. */
static struct str host_of(struct str url) {
  size_t scheme = str_find(url, STR("://"));
  struct str host = scheme == STR_NOWHERE ? url : str_from(url, scheme + 3);
  for (size_t i = 0; i < host.n; i++)
    if (host.p[i] == '/' || host.p[i] == ':')
      return str_part(host, 0, i);
  return host;
}

static bool ends_nocase(struct str s, struct str with) {
  return s.n >= with.n && str_equal_nocase(str_from(s, s.n - with.n), with);
}

/* Which row replaces |from| at a host. A host with a leading dot matches all below it, an empty one
 * matches any. */
static const struct place {
  uint8_t from, to;
  const char *host;
} places[] = {
    {OPENAI, OPENAI, "api.openai.com"},
    {OPENAI, OPENAI, ".api.openai.com"},
    {OPENAI, OPENAI, ".openai.azure.com"},
    {OPENAI, REASONING_BACK, "api.deepseek.com"}, /* [I] */
    {OPENAI, REASONING_BACK, "api.moonshot.ai"},  /* Kimi [I] */
    {OPENAI, REASONING_BACK, "api.moonshot.cn"},
    {OPENAI, REASONING_BACK, "api.kimi.com"},
    {OPENAI, NO_REASONING, "api.groq.com"}, /* [I] */
    {OPENAI, NO_REASONING, "api.cerebras.ai"},
    {OPENAI, NO_REASONING, "api.mistral.ai"}, /* refuses unknown members */
    {OPENAI, OPENROUTER, "openrouter.ai"},
    {OPENAI, COMPATIBLE, ""},
    {ZHIPU, ZHIPU_CHINA, "open.bigmodel.cn"},
};

static bool is_at(struct str host, struct str place) {
  bool below = place.n == 0 || place.p[0] == '.';
  return below ? ends_nocase(host, place) : str_equal_nocase(host, place);
}

const struct provider *provider_find_at(const struct provider *p, struct str endpoint) {
  struct str host = host_of(endpoint);
  for (size_t i = 0; i < COUNT(places); i++)
    if (p == &providers[places[i].from] && is_at(host, str_literal(places[i].host)))
      return &providers[places[i].to];
  return p;
}

static bool starts_nocase(struct str s, struct str with) {
  return s.n >= with.n && str_equal_nocase(str_part(s, 0, with.n), with);
}

const struct model_facts *provider_model(const struct provider *p, struct str model) {
  const struct model_facts *best = &unknown;
  for (uint32_t i = 0; i < p->model_count; i++)
    if (p->models[i].prefix.n > best->prefix.n && starts_nocase(model, p->models[i].prefix))
      best = &p->models[i];
  return best;
}

bool provider_fixes_sampling(const struct model_facts *model, struct str effort) {
  bool off = model->thinking == THINKING_OPTIONAL && str_equal(effort, STR("none"));
  return model->fixed_sampling && !off;
}

/* OpenAI's words, and what GLM takes instead [R][D]: 5.2 treats "low" and
 * "medium" as "high"; 5.3 has three words and cannot disable thinking. */
static const struct effort_row {
  const char *word, *glm52, *glm53;
  bool off;
} efforts[] = {
    {"none", "none", "low", true},   {"minimal", "none", "low", true},
    {"low", "high", "low", false},   {"medium", "high", "high", false},
    {"high", "high", "high", false}, {"xhigh", "max", "max", false},
    {"max", "max", "max", false},
};

struct str provider_effort(enum effort_scale scale, struct str effort, bool *off) {
  const struct effort_row *row = STR_ROW(effort, efforts);
  *off = row != NULL && row->off;
  switch (scale) {
  case EFFORT_OPENAI:
    *off = str_equal(effort, STR("none"));
    /* "max" is GLM's word; OpenAI's highest is "xhigh" [S]. */
    return str_equal(effort, STR("max")) ? STR("xhigh") : effort;
  case EFFORT_GLM52:
    return row != NULL ? str_literal(row->glm52) : STR_NONE;
  case EFFORT_GLM53:
    return row != NULL ? str_literal(row->glm53) : STR_NONE;
  case EFFORT_IGNORED:
    break;
  }
  return STR_NONE;
}
