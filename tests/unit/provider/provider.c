/* provider.c -- tests of wasm/provider/provider.c, error_table.c, verdict.c and trouble.c,
 * and of wasm/text/time_parse.c. */
#include "provider/provider.h"

#include "base/errors.h"
#include "limits.h"
#include "provider/context_overflow.h"
#include "provider/pattern.h"
#include "provider/trouble.h"
#include "provider/verdict.h"
#include "text/time_parse.h"
#include "unit/unit.h"

/* 2026-11-23 09:36:00 UTC, which is 17:36 in China. */
static const double now = 1795426560000.0;

static struct arena arena;

static const struct provider *named(const char *name) {
  return provider_find(name[0] == 'z' ? STR("zhipu") : STR("openai"));
}

static struct trouble trouble(int status, struct str code, struct str message) {
  return (struct trouble){.status = status, .code = code, .message = message, .retry_after = -1};
}

/* ---- which failure leads to what ---- */

enum { GROW = 0, ANY = -1 };

static const struct judged {
  const char *provider;
  int status;
  struct str code, type, message;
  enum action action, then;
  enum blame blame;
  double cooldown; /* ms; GROW; ANY = within the limits of a rate limit */
  int client;
  struct str client_code;
} judged[] = {
#define ROW(provider, status, code, type, message, ...)                                            \
  { provider, status, STR_INIT(code), STR_INIT(type), STR_INIT(message), __VA_ARGS__ }
#define TELLS(status, code) status, STR_INIT(code)
#define SAME_PROVIDER ACTION_SAME, ACTION_PROVIDER
#define KEY_PROVIDER ACTION_KEY, ACTION_PROVIDER
#define PROVIDER_PROVIDER ACTION_PROVIDER, ACTION_PROVIDER
#define FAIL_FAIL ACTION_FAIL, ACTION_FAIL
    /* GLM, as in UPSTREAMS.md; the bodies of recordings/glm/errors-quoted */
    ROW("z", 500, "500", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(500, "upstream_error")),
    ROW("z", 500, "1234", "", "网络错误", SAME_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(500, "upstream_error")),
    ROW("z", 200, "1230", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("z", 401, "401", "", "令牌已过期或验证不正确！", KEY_PROVIDER, BLAME_KEY, PROBE_INTERVAL,
        TELLS(502, "upstream_auth_failed")),
    ROW("z", 401, "1002", "", "", KEY_PROVIDER, BLAME_KEY, PROBE_INTERVAL,
        TELLS(502, "upstream_auth_failed")),
    ROW("z", 401, "1110", "", "", KEY_PROVIDER, BLAME_KEY, PROBE_INTERVAL,
        TELLS(502, "upstream_auth_failed")),
    ROW("z", 429, "1121", "", "", KEY_PROVIDER, BLAME_KEY, PROBE_INTERVAL,
        TELLS(502, "upstream_auth_failed")),
    ROW("z", 429, "1113", "", "", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("z", 400, "1210", "", "", FAIL_FAIL, BLAME_NOBODY, GROW, TELLS(400, "invalid_request")),
    ROW("z", 400, "1211", "", "", PROVIDER_PROVIDER, BLAME_KEY_MODEL, COOLDOWN_MODEL,
        TELLS(404, "model_not_found")),
    ROW("z", 400, "1214", "", "角色信息不正确", FAIL_FAIL, BLAME_NOBODY, GROW,
        TELLS(400, "invalid_request")),
    ROW("z", 400, "1214", "", "modelCode: does not exist", PROVIDER_PROVIDER, BLAME_KEY_MODEL,
        COOLDOWN_MODEL, TELLS(404, "model_not_found")),
    ROW("z", 403, "1220", "", "", KEY_PROVIDER, BLAME_KEY_MODEL, COOLDOWN_MODEL,
        TELLS(404, "model_not_found")),
    ROW("z", 404, "1222", "", "", PROVIDER_PROVIDER, BLAME_KEY_MODEL, GROW,
        TELLS(502, "upstream_not_found")),
    ROW("z", 400, "1231", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("z", 400, "1261", "", "Prompt 超长", PROVIDER_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(400, "context_length_exceeded")),
    ROW("z", 400, "1301", "", "", FAIL_FAIL, BLAME_NOBODY, GROW, TELLS(400, "invalid_prompt")),
    ROW("z", 429, "1302", "", "", ACTION_KEY, ACTION_SAME, BLAME_KEY, ANY,
        TELLS(429, "rate_limit_exceeded")),
    ROW("z", 200, "1303", "", "", ACTION_KEY, ACTION_SAME, BLAME_KEY, ANY,
        TELLS(429, "rate_limit_exceeded")),
    ROW("z", 429, "1304", "", "", KEY_PROVIDER, BLAME_KEY, 6.0 * HOUR + 24 * MINUTE,
        TELLS(429, "insufficient_quota")),
    ROW("z", 529, "1305", "", "", PROVIDER_PROVIDER, BLAME_KEY_MODEL, GROW,
        TELLS(503, "server_is_overloaded")),
    ROW("z", 429, "1312", "", "", PROVIDER_PROVIDER, BLAME_KEY_MODEL, GROW,
        TELLS(503, "server_is_overloaded")),
    /* the stamp is China's time: read as UTC it would be 8 hours late */
    ROW("z", 429, "1308", "", "Your limit will reset at 2026-11-23 19:36:00", KEY_PROVIDER,
        BLAME_KEY, 2.0 * HOUR, TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1308", "", "您的限额将在 2026-11-23 17:46:00 重置。", KEY_PROVIDER, BLAME_KEY,
        10.0 * MINUTE, TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1308", "", "reset at 2026-11-24 19:36:00", KEY_PROVIDER, BLAME_KEY,
        COOLDOWN_FIVE_HOURS, TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1308", "", "reset at 2026-11-23 17:35:00", KEY_PROVIDER, BLAME_KEY, MINUTE,
        TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1308", "", "no stamp", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1310", "", "reset at 2026-11-26 17:36:00", KEY_PROVIDER, BLAME_KEY, 72.0 * HOUR,
        TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1310", "", "reset at 9999-12-31 23:59:59", KEY_PROVIDER, BLAME_KEY,
        COOLDOWN_STAMP_MAX, TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1309", "", "", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1311", "", "", KEY_PROVIDER, BLAME_KEY_MODEL, COOLDOWN_MODEL,
        TELLS(404, "model_not_found")),
    ROW("z", 429, "1313", "", "", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("z", 429, "1321", "", "", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("z", 200, "network_error", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(502, "network_error")),

    /* OpenAI */
    ROW("o", 401, "invalid_api_key", "invalid_request_error", "", KEY_PROVIDER, BLAME_KEY,
        PROBE_INTERVAL, TELLS(502, "upstream_auth_failed")),
    ROW("o", 403, "", "", "", KEY_PROVIDER, BLAME_KEY, PROBE_INTERVAL,
        TELLS(502, "upstream_auth_failed")),
    /* what is said of the key in other words, or under another status */
    ROW("o", 400, "400", "", "API key not valid. Please pass a valid API key.", KEY_PROVIDER,
        BLAME_KEY, PROBE_INTERVAL, TELLS(502, "upstream_auth_failed")),
    ROW("o", 400, "InvalidApiKey", "", "", KEY_PROVIDER, BLAME_KEY, PROBE_INTERVAL,
        TELLS(502, "upstream_auth_failed")),
    /* ... of the balance ... */
    ROW("o", 401, "", "CreditsError", "Insufficient balance. Manage your billing here",
        KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA, TELLS(429, "insufficient_quota")),
    ROW("o", 403, "", "exceeded_current_quota_error", "Your account org-x is suspended",
        KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA, TELLS(429, "insufficient_quota")),
    ROW("o", 429, "", "exceeded_current_quota_error", "You exceeded your current quota",
        KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA, TELLS(429, "insufficient_quota")),
    ROW("o", 400, "Arrearage", "", "Access denied", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("o", 403, "AllocationQuota.FreeTierOnly", "", "", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("o", 403, "", "", "This request requires more credits", KEY_PROVIDER, BLAME_KEY,
        COOLDOWN_QUOTA, TELLS(429, "insufficient_quota")),
    /* Gemini says the same of a minute's limit, and names the wait */
    ROW("o", 429, "429", "", "You exceeded your current quota. Please retry in 12.5s.", ACTION_KEY,
        ACTION_SAME, BLAME_KEY, ANY, TELLS(429, "rate_limit_exceeded")),
    /* ... and of the model */
    ROW("o", 400, "invalid_request_error", "invalid_request_error", "Model Not Exist",
        PROVIDER_PROVIDER, BLAME_KEY_MODEL, COOLDOWN_MODEL, TELLS(404, "model_not_found")),
    ROW("o", 400, "400", "", "some/model is not a valid model ID", PROVIDER_PROVIDER,
        BLAME_KEY_MODEL, COOLDOWN_MODEL, TELLS(404, "model_not_found")),
    ROW("o", 404, "", "", "model 'qwen9' not found", PROVIDER_PROVIDER, BLAME_KEY_MODEL,
        COOLDOWN_MODEL, TELLS(404, "model_not_found")),
    ROW("o", 400, "model_decommissioned", "invalid_request_error", "", PROVIDER_PROVIDER,
        BLAME_KEY_MODEL, COOLDOWN_MODEL, TELLS(404, "model_not_found")),
    /* a place that the vendor refuses says nothing of the key */
    ROW("o", 403, "unsupported_country_region_territory", "request_forbidden",
        "Country, region, or territory not supported", PROVIDER_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(502, "upstream_region_refused")),
    ROW("o", 400, "400", "", "User location is not supported for the API use.", PROVIDER_PROVIDER,
        BLAME_NOBODY, GROW, TELLS(502, "upstream_region_refused")),
    /* the vendor's own sentence about what the request needs */
    ROW("o", 404, "404", "", "No endpoints found that support tool use.", PROVIDER_PROVIDER,
        BLAME_NOBODY, GROW, TELLS(404, "not_found")),
    ROW("o", 404, "", "", "Not Found", PROVIDER_PROVIDER, BLAME_KEY_MODEL, GROW,
        TELLS(502, "upstream_not_found")),
    ROW("o", 404, "", "", "404 page not found", PROVIDER_PROVIDER, BLAME_KEY_MODEL, GROW,
        TELLS(502, "upstream_not_found")),
    /* statuses of something on the way */
    ROW("o", 421, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 423, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 424, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 425, "", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(425, "upstream_error")),
    ROW("o", 426, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 451, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 498, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 499, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    /* no wait makes a request smaller than the limit */
    ROW("o", 429, "rate_limit_exceeded", "tokens",
        "Request too large for gpt-4.1 on tokens per min (TPM): Limit 30000, Requested 35000.",
        KEY_PROVIDER, BLAME_NOBODY, GROW, TELLS(429, "rate_limit_exceeded")),
    ROW("o", 404, "model_not_found", "invalid_request_error", "", KEY_PROVIDER, BLAME_KEY_MODEL,
        COOLDOWN_MODEL, TELLS(404, "model_not_found")),
    ROW("o", 404, "", "invalid_request_error", "Item with id 'rs_1' not found.", KEY_PROVIDER,
        BLAME_NOBODY, GROW, TELLS(404, "")),
    ROW("o", 404, "", "invalid_request_error", "Invalid URL (POST /v1/x)", PROVIDER_PROVIDER,
        BLAME_KEY_MODEL, GROW, TELLS(502, "upstream_not_found")),
    ROW("o", 404, "", "", "<html>", PROVIDER_PROVIDER, BLAME_KEY_MODEL, GROW,
        TELLS(502, "upstream_not_found")),
    ROW("o", 400, "context_length_exceeded", "invalid_request_error", "", PROVIDER_PROVIDER,
        BLAME_NOBODY, GROW, TELLS(400, "context_length_exceeded")),
    ROW("o", 400, "invalid_request_error", "invalid_request_error",
        "This model's maximum context length is 1048565 tokens.", PROVIDER_PROVIDER, BLAME_NOBODY,
        GROW, TELLS(400, "context_length_exceeded")),
    ROW("o", 400, "unsupported_parameter", "invalid_request_error", "", FAIL_FAIL, BLAME_NOBODY,
        GROW, TELLS(400, "unsupported_parameter")),
    ROW("o", 400, "", "invalid_request_error", "Unsupported parameter: 'temperature'", FAIL_FAIL,
        BLAME_NOBODY, GROW, TELLS(400, "")),
    ROW("o", 422, "", "", "", FAIL_FAIL, BLAME_NOBODY, GROW, TELLS(422, "invalid_request")),
    ROW("o", 400, "previous_response_not_found", "invalid_request_error", "", KEY_PROVIDER,
        BLAME_NOBODY, GROW, TELLS(400, "previous_response_not_found")),
    ROW("o", 429, "rate_limit_exceeded", "requests", "", ACTION_KEY, ACTION_SAME, BLAME_KEY, ANY,
        TELLS(429, "rate_limit_exceeded")),
    ROW("o", 429, "slow_down", "", "", ACTION_KEY, ACTION_SAME, BLAME_KEY, ANY,
        TELLS(429, "rate_limit_exceeded")),
    ROW("o", 429, "", "", "", ACTION_KEY, ACTION_SAME, BLAME_KEY, ANY,
        TELLS(429, "rate_limit_exceeded")),
    ROW("o", 429, "insufficient_quota", "insufficient_quota", "", KEY_PROVIDER, BLAME_KEY,
        COOLDOWN_QUOTA, TELLS(429, "insufficient_quota")),
    ROW("o", 429, "project_spend_limit_exceeded", "", "", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("o", 402, "", "", "Insufficient Balance", KEY_PROVIDER, BLAME_KEY, COOLDOWN_QUOTA,
        TELLS(429, "insufficient_quota")),
    ROW("o", 408, "", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(408, "upstream_error")),
    ROW("o", 409, "", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(409, "upstream_error")),
    ROW("o", 503, "", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(503, "upstream_error")),
    ROW("o", 200, "server_is_overloaded", "service_unavailable_error", "", SAME_PROVIDER,
        BLAME_NOBODY, GROW, TELLS(503, "server_is_overloaded")),
    ROW("o", 200, "server_error", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(502, "server_error")),
    ROW("o", 200, "vector_store_timeout", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(502, "vector_store_timeout")),
    ROW("o", 200, "rate_limit_exceeded", "", "", ACTION_KEY, ACTION_SAME, BLAME_KEY, ANY,
        TELLS(429, "rate_limit_exceeded")),
    ROW("o", 200, "invalid_prompt", "", "", FAIL_FAIL, BLAME_NOBODY, GROW,
        TELLS(400, "invalid_prompt")),
    ROW("o", 200, "bio_policy", "", "", FAIL_FAIL, BLAME_NOBODY, GROW, TELLS(400, "bio_policy")),
    ROW("o", 200, "image_too_large", "", "", FAIL_FAIL, BLAME_NOBODY, GROW,
        TELLS(400, "image_too_large")),
    ROW("o", 200, "failed_to_download_image", "", "", FAIL_FAIL, BLAME_NOBODY, GROW,
        TELLS(400, "failed_to_download_image")),
    ROW("o", 200, "502", "", "upstream of the upstream", SAME_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(502, "upstream_error")),
    ROW("o", 200, "429", "", "", ACTION_KEY, ACTION_SAME, BLAME_KEY, ANY,
        TELLS(429, "rate_limit_exceeded")),
    ROW("o", 200, "", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 302, "", "", "", PROVIDER_PROVIDER, BLAME_KEY_MODEL, GROW,
        TELLS(502, "upstream_not_found")),
    ROW("o", 413, "", "", "", PROVIDER_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(413, "request_too_large")),
    ROW("o", 0, "", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", 999, "", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    ROW("o", -5, "-1", "", "", SAME_PROVIDER, BLAME_NOBODY, GROW, TELLS(502, "upstream_error")),
    /* the native Responses endpoint of GLM speaks OpenAI's words */
    ROW("z", 400, "context_length_exceeded", "invalid_request_error", "", PROVIDER_PROVIDER,
        BLAME_NOBODY, GROW, TELLS(400, "context_length_exceeded")),
    ROW("z", 503, "", "", "<html>", SAME_PROVIDER, BLAME_NOBODY, GROW,
        TELLS(503, "upstream_error")),
};

static bool in_rate_limit(double ms) {
  return ms >= RATE_WAIT && ms <= RATE_WAIT + RATE_WAIT_JITTER;
}

static void check_judged(const struct judged *j) {
  struct trouble t = trouble(j->status, j->code, j->message);
  t.type = j->type;
  struct verdict v;
  provider_judge(named(j->provider), &t, now, 0x80000000u, &v);
  bool good = CHECK_INT(v.action, j->action);
  good &= CHECK_INT(v.then, j->then);
  good &= CHECK_INT(v.blame, j->blame);
  good &= j->cooldown == ANY ? CHECK(in_rate_limit(v.cooldown) && v.wait == v.cooldown)
                             : CHECK_INT((long long)v.cooldown, (long long)j->cooldown);
  good &= CHECK_INT(v.status, j->client);
  good &= CHECK_EQUAL(v.code, j->client_code);
  CHECK(v.type.n > 0 && v.wait >= 0 && v.wait < SAME_WAIT_MAX && v.jitter == 0.5);
  CHECK(v.blame != BLAME_NOBODY || !v.disable);
  if (!good)
    printf("  in row %d\n", (int)(j - judged));
}

static void test_judge(void) {
  for (size_t i = 0; i < COUNT(judged); i++)
    check_judged(&judged[i]);
}

/* ---- the prompt is too long ---- */

static const struct str overflows[] = {
    STR_INIT(
        "This model's maximum context length is 131072 tokens. However, you requested 140000."),
    STR_INIT(
        "The input (345516 tokens) is longer than the model's context length (262144 tokens)."),
    STR_INIT("length of prompt_tokens (200000) must be less than max_seq_len (163840)."),
    STR_INIT("max_total_tokens (140000) must be less than or equal to 131072"),
    STR_INIT(
        "Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)"),
    STR_INIT(
        "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 98304]"),
    STR_INIT("prompt is too long: 214000 tokens > 200000 maximum"),
    STR_INIT("The input token count (1200000) exceeds the maximum number of tokens allowed."),
    STR_INIT("the input token count is 1048577 but model only supports up to 1048576"),
    STR_INIT("invalid params, context window exceeds limit (2013)"),
    STR_INIT("Your input exceeds the context window of this model."),
    STR_INIT("Input tokens exceed the configured limit of 272000 tokens."),
    STR_INIT("prompt too long; exceeded max context length by 4 tokens"),
    STR_INIT("the input length exceeds the context length"),
    STR_INIT("This model's maximum prompt length is 131072 but the request contains 537812 tokens"),
    STR_INIT("Please reduce the length of the messages or completion."),
    STR_INIT("prompt token count of 141832 exceeds the limit of 128000"),
    STR_INIT("the request exceeds the available context size, try increasing it"),
    STR_INIT("The number of tokens to keep from the initial prompt is greater than the context "
             "length."),
    STR_INIT("too large for model with 32768 maximum context length"),
    STR_INIT("input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000"),
    STR_INIT("`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000"),
    STR_INIT("Input length 128001 exceeds the maximum length 126976"),
    STR_INIT("Input is too long for requested model."),
    STR_INIT("Prompt 超长"),
};

static const struct str no_overflows[] = {
    STR_INIT(
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens"),
    STR_INIT("Unsupported parameter: 'temperature' is not supported with this model."),
    STR_INIT("Invalid 'tools': array too long. Expected an array with maximum length 128."),
    STR_INIT("messages[0].content is required"),
};

static void test_overflow(void) {
  for (size_t i = 0; i < COUNT(overflows); i++) {
    struct trouble t = trouble(400, STR("400"), overflows[i]);
    struct verdict v;
    provider_judge(named("o"), &t, now, 0, &v);
    if (!CHECK(v.larger_only) || !CHECK_STR(v.code, "context_length_exceeded"))
      printf("  in wording %d\n", (int)i);
    CHECK_INT(v.status, 400);
    t.status = 401;
    CHECK(!context_overflow_fits(&t));
  }
  for (size_t i = 0; i < COUNT(no_overflows); i++) {
    struct trouble t = trouble(400, STR(""), no_overflows[i]);
    if (!CHECK(!context_overflow_fits(&t)))
      printf("  in wording %d\n", (int)i);
  }
  struct trouble t = trouble(400, STR("exceed_context_size_error"), STR("x"));
  CHECK(context_overflow_fits(&t));
}

static void test_overflow_message(void) {
  struct str phrase = STR("This model's maximum context length is 8 tokens.");
  CHECK_EQUAL(context_overflow_message(phrase, 9, &arena), phrase);
  CHECK_STR(context_overflow_message(STR("Too long."), 9, &arena),
            "This model's maximum context length is 9 tokens. Too long.");
  CHECK_STR(context_overflow_message(STR("Too long."), 0, &arena),
            "This model's maximum context length is exceeded. Too long.");
}

/* ---- wordings ---- */

static void test_patterns(void) {
  static const struct {
    struct str pattern, text;
    bool fits;
  } rows[] = {
      {STR_INIT("free tier"), STR_INIT("The Free Tier ended"), true},
      {STR_INIT("free tier"), STR_INIT("free-tier"), false},
      {STR_INIT("model*not found"), STR_INIT("Model x was Not Found."), true},
      {STR_INIT("model*not found"), STR_INIT("Not found: model"), false},
      {STR_INIT("^404"), STR_INIT("404 page not found"), true},
      {STR_INIT("^404"), STR_INIT("a 404"), false},
      {STR_INIT("^not found$"), STR_INIT(" Not Found\n"), true},
      {STR_INIT("^not found$"), STR_INIT("Not Found: x"), false},
      {STR_INIT("a"), STR_INIT(""), false},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    if (!CHECK_INT(pattern_fits(rows[i].pattern, rows[i].text), rows[i].fits))
      printf("  in row %d\n", (int)i);
}

static void test_waits(void) {
  static const struct {
    struct str text;
    long long ms;
  } rows[] = {
      {STR_INIT("Please try again in 8.25s."), 8250},
      {STR_INIT("Please try again in 12m30s. Visit"), 750000},
      {STR_INIT("try again in 350ms"), 350},
      {STR_INIT("Please retry in 12.5s."), 12500},
      {STR_INIT("Please retry after 20 seconds."), 20000},
      {STR_INIT("Try Again After 1 minute and 5 seconds"), 65000},
      {STR_INIT("wait 3 seconds before"), 3000},
      {STR_INIT("resets in 2 hours"), 7200000},
      {STR_INIT("try again in a moment"), -1},
      {STR_INIT("try again in 2027"), -1},
      {STR_INIT("try again in "), -1},
      {STR_INIT("8.25s"), -1},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    if (!CHECK_INT((long long)time_find_wait(rows[i].text), rows[i].ms))
      printf("  in row %d\n", (int)i);
}

/* A page of HTML is of something before the API; and what is ours alone is asked of nobody. */
static void test_not_the_upstream(void) {
  struct trouble t = trouble(400, STR_NONE, STR_NONE);
  struct verdict v;
  t.html = true;
  provider_judge(named("o"), &t, now, 0, &v);
  CHECK(v.action == ACTION_PROVIDER && v.blame == BLAME_NOBODY && v.status == 502);
  t.status = 403;
  provider_judge(named("o"), &t, now, 0, &v);
  CHECK(v.action == ACTION_PROVIDER && v.blame == BLAME_NOBODY && v.status == 502);
  t = trouble(503, STR("server_is_overloaded"), STR("The gateway is out of memory."));
  t.own = true;
  provider_judge(named("o"), &t, now, 0, &v);
  CHECK(v.action == ACTION_FAIL && v.blame == BLAME_NOBODY && v.status == 503);
  CHECK_STR(v.code, "server_is_overloaded");
}

/* What a client must not see is replaced, and the operator is told. */
static void test_messages(void) {
  static const struct {
    int status;
    struct str code;
    bool own, advice;
  } rows[] = {
      {401, STR_INIT("invalid_api_key"), true, true},
      {429, STR_INIT("insufficient_quota"), true, true},
      {429, STR_INIT("rate_limit_exceeded"), false, true},
      {400, STR_INIT("bad"), false, false},
      {0, STR_INIT(""), true, true},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct trouble t = trouble(rows[i].status, rows[i].code, STR("sk-secret"));
    struct verdict v;
    provider_judge(named("o"), &t, now, 0, &v);
    CHECK(rows[i].own == (v.message.n > 0));
    CHECK(rows[i].advice == (v.advice.n > 0));
  }
}

static void test_flags(void) {
  struct verdict v;
  struct trouble t = trouble(400, STR("1261"), STR_NONE);
  provider_judge(named("z"), &t, now, 0, &v);
  CHECK(v.larger_only && !v.disable);
  t.code = STR("1003");
  provider_judge(named("z"), &t, now, 0, &v);
  CHECK(!v.larger_only && v.disable);
}

/* ---- Retry-After ---- */

static void check_asked(struct str code, double asked, enum action action, double wait,
                        double cooldown) {
  struct trouble t = trouble(429, code, STR_NONE);
  t.retry_after = asked;
  struct verdict v;
  if (str_equal(code, STR("")))
    t.status = 503;
  provider_judge(named("o"), &t, now, 0, &v);
  CHECK_INT(v.action, action);
  CHECK_INT((long long)v.wait, (long long)wait);
  CHECK_INT((long long)v.cooldown, (long long)cooldown);
}

static void test_asked(void) {
  check_asked(STR("slow_down"), 1250, ACTION_KEY, 1250, 1250);
  check_asked(STR("slow_down"), 0, ACTION_KEY, 1, 1); /* 0 would be the growing backoff */
  check_asked(STR("slow_down"), 1e15, ACTION_KEY, COOLDOWN_MAX, COOLDOWN_MAX);
  check_asked(STR("insufficient_quota"), 1000, ACTION_KEY, 1000, COOLDOWN_QUOTA);
  check_asked(STR("insufficient_quota"), 2.0 * COOLDOWN_QUOTA, ACTION_KEY, 2.0 * COOLDOWN_QUOTA,
              2.0 * COOLDOWN_QUOTA);
  check_asked(STR(""), 2000, ACTION_SAME, 2000, 2000);
  /* nobody holds a client for a minute */
  check_asked(STR(""), MINUTE, ACTION_PROVIDER, MINUTE, MINUTE);
}

static const struct {
  struct str head;
  double ms;
} heads[] = {
    {STR_INIT(""), -1},
    {STR_INIT("429\ncontent-type: text/html\n"), -1},
    {STR_INIT("retry-after-ms: 1250.5\nretry-after: 9\n"), 1250.5},
    {STR_INIT("Retry-After: 12\n"), 12000},
    {STR_INIT("RETRY-AFTER:0.5"), 500},
    {STR_INIT("retry-after: Mon, 23 Nov 2026 09:36:30 GMT\n"), 30000},
    {STR_INIT("retry-after: Mon, 23 Nov 2026 09:35:30 GMT\n"), 0},
    {STR_INIT("retry-after: soon\n"), -1},
    {STR_INIT("retry-after: -1\n"), -1},
    {STR_INIT("retry-after:\n"), -1},
    {STR_INIT("retry-after: 1e9\n"), -1},
    {STR_INIT("retry-after: 99999999999999999999\n"), -1},
    {STR_INIT("x-ratelimit-reset-requests: 6m0s\n"), -1},
    {STR_INIT("x-ratelimit-remaining-requests: 3\nx-ratelimit-reset-requests: 6m0s\n"), -1},
    {STR_INIT("x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 6m0s\n"), 360000},
    {STR_INIT("x-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 6m0s\n"
              "x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 1h2m3.5s\n"),
     3723500},
    {STR_INIT("x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 12ms\n"), 12},
    {STR_INIT("x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 7\n"), 7000},
    {STR_INIT("x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 12x\n"), -1},
    {STR_INIT("x-ratelimit-remaining: 0\nx-ratelimit-reset: 1795426590000\n"), 30000},
    {STR_INIT("x-ratelimit-remaining: 0\nx-ratelimit-reset: 1795426590\n"), 30000},
    {STR_INIT("ratelimit-remaining: 0\nratelimit-reset: 30\n"), 30000},
};

static void test_retry_after(void) {
  for (size_t i = 0; i < COUNT(heads); i++)
    if (!CHECK(provider_retry_after(heads[i].head, now) == heads[i].ms))
      printf("  in head %d: %f\n", (int)i, provider_retry_after(heads[i].head, now));
}

static void test_soonest_reset(void) {
  CHECK(provider_soonest_reset(STR("x-ratelimit-reset-requests: 8.64s\n"
                                   "x-ratelimit-reset-tokens: 6m0s\n")) == 8640);
  CHECK(provider_soonest_reset(STR("x-ratelimit-reset-tokens: 6m0s\n")) == 360000);
  CHECK(provider_soonest_reset(STR("retry-after: 3\n")) == -1);
}

static void test_moments(void) {
  CHECK(time_parse_date(STR("Sun, 06 Nov 1994 08:49:37 GMT")) == 784111777000.0);
  CHECK(time_parse_date(STR("Thu, 29 Feb 2024 00:00:00 GMT")) == 1709164800000.0);
  CHECK(time_parse_date(STR("Sun, 06 nov 1994 08:49:37 GMT")) == -1);
  CHECK(time_parse_date(STR("Sun, 06 anF 1994 08:49:37 GMT")) == -1);
  CHECK(time_parse_date(STR("Sun, 06 Nov 1994 08:49:37 GMT ")) == -1);
  CHECK(time_parse_date(STR("Sun, 06 Nov 1969 08:49:37 GMT")) == -1);
  CHECK(time_parse_date(STR_NONE) == -1);
  CHECK(time_find_stamp(STR("at 1970-01-01 08:00:00")) == 0);
  CHECK(time_find_stamp(STR("1970-13-01 08:00:00, 2026-08-27T21:31:39Z")) == 1787837499000.0);
  CHECK(time_find_stamp(STR("2026-08-27 21:31")) == -1);
  CHECK(time_find_stamp(STR_NONE) == -1);
  CHECK(time_to_midnight(0) == 16.0 * HOUR);
  CHECK(time_parse_duration(STR("1d")) == 24.0 * HOUR);
  CHECK(time_parse_duration(STR("1.5s")) == 1500);
  CHECK(time_parse_duration(STR("s")) == -1 && time_parse_duration(STR("1")) == -1);
  CHECK(time_parse_number(STR(".")) == -1 && time_parse_number(STR("1.2.3")) == -1);
}

/* ---- reading an error ---- */

static const struct {
  struct str body;
  bool error;
  struct str code, type, message;
} bodies[] = {
    {STR_INIT("{\"error\":{\"code\":\"1214\",\"message\":\"角色信息不正确\"}}"), true,
     STR_INIT("1214"), STR_INIT(""), STR_INIT("角色信息不正确")},
    {STR_INIT("{\"error\":{\"code\":1214,\"message\":\"m\",\"type\":\"t\"}}"), true,
     STR_INIT("1214"), STR_INIT("t"), STR_INIT("m")},
    {STR_INIT("{\"error\":{\"code\":null,\"message\":\"m\",\"param\":null}}"), true, STR_INIT(""),
     STR_INIT(""), STR_INIT("m")},
    {STR_INIT("{\"error\":\"model 'x' not found\"}"), true, STR_INIT(""), STR_INIT(""),
     STR_INIT("model 'x' not found")},
    {STR_INIT("{\"type\":\"error\",\"sequence_number\":2,\"error\":{\"type\":\"server_error\","
              "\"code\":\"c\",\"message\":\"m\",\"param\":null}}"),
     true, STR_INIT("c"), STR_INIT("server_error"), STR_INIT("m")},
    {STR_INIT("{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\",\"param\":null}"), true,
     STR_INIT("c"), STR_INIT(""), STR_INIT("m")},
    {STR_INIT("{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"c\","
              "\"message\":\"m\"}}}"),
     true, STR_INIT("c"), STR_INIT(""), STR_INIT("m")},
    {STR_INIT("{\"type\":\"response.failed\",\"response\":{\"error\":null}}"), true, STR_INIT(""),
     STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"type\":\"response.failed\"}"), true, STR_INIT(""), STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"code\":500,\"msg\":\"404 NOT_FOUND\",\"success\":false}"), true, STR_INIT("500"),
     STR_INIT(""), STR_INIT("404 NOT_FOUND")},
    {STR_INIT("{\"object\":\"error\",\"message\":\"m\",\"type\":\"t\",\"code\":404}"), true,
     STR_INIT("404"), STR_INIT("t"), STR_INIT("m")},
    {STR_INIT("{\"detail\":\"Not Found\"}"), true, STR_INIT(""), STR_INIT(""),
     STR_INIT("Not Found")},
    {STR_INIT("[{\"error\":{\"code\":400,\"message\":\"m\"}}]"), true, STR_INIT("400"),
     STR_INIT(""), STR_INIT("m")},
    {STR_INIT("{\"error\":{\"message\":{\"a\":1}}}"), true, STR_INIT(""), STR_INIT(""),
     STR_INIT("{\"a\":1}")},
    /* a router tells what the provider behind it said */
    {STR_INIT("{\"error\":{\"message\":\"Provider returned error\",\"code\":400,\"metadata\":{"
              "\"raw\":\"{\\\"error\\\":{\\\"code\\\":\\\"400\\\",\\\"message\\\":\\\"Param "
              "Incorrect\\\"}}\",\"provider_name\":\"X\"}}}"),
     true, STR_INIT("400"), STR_INIT(""), STR_INIT("X: Param Incorrect")},
    {STR_INIT("{\"error\":{\"message\":\"Provider returned error\",\"code\":429,\"metadata\":{"
              "\"raw\":\"temporarily rate-limited\"}}}"),
     true, STR_INIT("429"), STR_INIT(""), STR_INIT("temporarily rate-limited")},
    {STR_INIT("{\"error\":{\"message\":\"m\",\"code\":502,\"metadata\":{\"raw\":\"\"}}}"), true,
     STR_INIT("502"), STR_INIT(""), STR_INIT("m")},
    {STR_INIT("{\"error\":null,\"output\":[]}"), false, STR_INIT(""), STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"error\":{},\"choices\":[]}"), false, STR_INIT(""), STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"error\":\"\"}"), false, STR_INIT(""), STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"code\":200,\"msg\":\"ok\"}"), false, STR_INIT(""), STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"type\":\"response.created\",\"response\":{\"error\":null}}"), false, STR_INIT(""),
     STR_INIT(""), STR_INIT("")},
    {STR_INIT("{\"choices\":[{\"delta\":{\"content\":\"error\"}}]}"), false, STR_INIT(""),
     STR_INIT(""), STR_INIT("")},
    {STR_INIT("[]"), false, STR_INIT(""), STR_INIT(""), STR_INIT("")},
    {STR_INIT("\"Processing_1776098203\""), false, STR_INIT(""), STR_INIT(""), STR_INIT("")},
};

static void test_read(void) {
  for (size_t i = 0; i < COUNT(bodies); i++) {
    struct json json;
    size_t where;
    struct trouble t = {.status = 418, .retry_after = 7};
    CHECK_INT(json_parse(&json, &arena, bodies[i].body, &where), 0);
    bool error = provider_read_error(json_root(&json), &arena, &t);
    bool good = CHECK_INT(error, bodies[i].error);
    CHECK(t.status == 418 && t.retry_after == 7);
    good &= CHECK_EQUAL(t.code, bodies[i].code);
    good &= CHECK_EQUAL(t.type, bodies[i].type);
    good &= CHECK_EQUAL(t.message, bodies[i].message);
    if (!good)
      printf("  in body %d\n", (int)i);
    arena_drop(&arena);
  }
}

/* An error's body need not be JSON. */
static void test_read_body(void) {
  static const struct {
    struct str body, message;
    bool html;
  } rows[] = {
      {STR_INIT("{\"error\":\"m\"}"), STR_INIT("m"), false},
      {STR_INIT(" upstream connect error\n"), STR_INIT("upstream connect error"), false},
      {STR_INIT("\n<!DOCTYPE html><p>Bad</p>"), STR_INIT(""), true},
      {STR_INIT("{\"error\":{\"message\":\"cut"), STR_INIT(""), false},
      {STR_INIT(""), STR_INIT(""), false},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct trouble t = {.status = 418, .retry_after = 7};
    provider_read_error_body(rows[i].body, &arena, &t);
    CHECK_EQUAL(t.message, rows[i].message);
    CHECK(t.html == rows[i].html && t.status == 418 && t.retry_after == 7);
    arena_drop(&arena);
  }
}

/* Without memory an error is still one; only an escaped text is lost. */
static void test_read_refused(void) {
  struct json json;
  size_t where;
  struct trouble t;
  struct str body = STR("{\"error\":{\"code\":\"1\\u0032\",\"message\":\"a\\nb\"}}");
  CHECK_INT(json_parse(&json, &arena, body, &where), 0);
  arena_refuse(1, true);
  CHECK(provider_read_error(json_root(&json), &arena, &t));
  arena_refuse(0, false);
  CHECK_STR(t.code, "");
  CHECK(provider_read_error(json_root(&json), &arena, &t));
  CHECK_STR(t.code, "12");
  CHECK_STR(t.message, "a\nb");
  arena_drop(&arena);
}

/* ---- models, efforts, endpoints ---- */

static const struct {
  const char *provider;
  struct str model;
  int64_t context, output;
  enum thinking thinking;
  enum effort_scale effort;
  bool images, tool_stream;
} models[] = {
    {"z", STR_INIT("glm-5.3"), 1048576, 131072, THINKING_ALWAYS, EFFORT_GLM53, false, true},
    {"z", STR_INIT("GLM-5.3-Flash"), 1048576, 131072, THINKING_ALWAYS, EFFORT_GLM53, true, true},
    {"z", STR_INIT("glm-5.3[1m]"), 1048576, 131072, THINKING_ALWAYS, EFFORT_GLM53, false, true},
    {"z", STR_INIT("glm-5.2"), 1048576, 131072, THINKING_OPTIONAL, EFFORT_GLM52, false, true},
    {"z", STR_INIT("glm-5.9"), 0, 131072, THINKING_ALWAYS, EFFORT_GLM53, true, true},
    {"z", STR_INIT("glm-5.1"), 204800, 131072, THINKING_OPTIONAL, EFFORT_IGNORED, false, true},
    {"z", STR_INIT("glm-5-turbo"), 204800, 131072, THINKING_OPTIONAL, EFFORT_IGNORED, false, true},
    {"z", STR_INIT("glm-5v-turbo"), 204800, 131072, THINKING_OPTIONAL, EFFORT_IGNORED, true, true},
    {"z", STR_INIT("glm-4.7-flash"), 204800, 131072, THINKING_OPTIONAL, EFFORT_IGNORED, false,
     true},
    {"z", STR_INIT("glm-4.6"), 204800, 131072, THINKING_OPTIONAL, EFFORT_IGNORED, false, true},
    {"z", STR_INIT("glm-4.6v-flash"), 131072, 32768, THINKING_OPTIONAL, EFFORT_IGNORED, true,
     false},
    {"z", STR_INIT("glm-4.5-air"), 131072, 98304, THINKING_OPTIONAL, EFFORT_IGNORED, false, false},
    {"z", STR_INIT("glm-4.5v"), 0, 16384, THINKING_ALWAYS, EFFORT_IGNORED, true, false},
    {"z", STR_INIT("something"), 0, 0, THINKING_OPTIONAL, EFFORT_OPENAI, true, false},
    {"o", STR_INIT("gpt-4.1-mini"), 1047576, 32768, THINKING_NONE, EFFORT_IGNORED, true, false},
    {"o", STR_INIT("gpt-4o-2024-08-06"), 128000, 16384, THINKING_NONE, EFFORT_IGNORED, true, false},
    {"o", STR_INIT("gpt-5-nano"), 400000, 128000, THINKING_ALWAYS, EFFORT_OPENAI, true, false},
    {"o", STR_INIT("gpt-5.6-sol"), 0, 128000, THINKING_OPTIONAL, EFFORT_OPENAI, true, false},
    {"o", STR_INIT("o4-mini"), 200000, 100000, THINKING_ALWAYS, EFFORT_OPENAI, true, false},
    {"o", STR_INIT("deepseek-chat"), 0, 0, THINKING_OPTIONAL, EFFORT_OPENAI, true, false},
    {"o", STR_INIT(""), 0, 0, THINKING_OPTIONAL, EFFORT_OPENAI, true, false},
};

static void test_models(void) {
  for (size_t i = 0; i < COUNT(models); i++) {
    const struct model_facts *f = provider_model(named(models[i].provider), models[i].model);
    bool good = CHECK_INT(f->context, models[i].context);
    good &= CHECK_INT(f->output_max, models[i].output);
    good &= CHECK_INT(f->thinking, models[i].thinking);
    good &= CHECK_INT(f->effort, models[i].effort);
    good &= CHECK(f->images == models[i].images && f->tool_stream == models[i].tool_stream);
    if (!good)
      printf("  in model %d\n", (int)i);
  }
}

static void test_effort(void) {
  static const struct {
    struct str word, glm52, glm53, openai;
    bool off_glm, off_openai;
  } rows[] = {
#define EFFORT(a, b, c, d, e, f) {STR_INIT(a), STR_INIT(b), STR_INIT(c), STR_INIT(d), e, f}
      EFFORT("none", "none", "low", "none", true, true),
      EFFORT("minimal", "none", "low", "minimal", true, false),
      EFFORT("low", "high", "low", "low", false, false),
      EFFORT("medium", "high", "high", "medium", false, false),
      EFFORT("high", "high", "high", "high", false, false),
      EFFORT("xhigh", "max", "max", "xhigh", false, false),
      EFFORT("max", "max", "max", "xhigh", false, false),
      EFFORT("other", "", "", "other", false, false),
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    bool off;
    CHECK_EQUAL(provider_effort(EFFORT_GLM52, rows[i].word, &off), rows[i].glm52);
    CHECK_INT(off, rows[i].off_glm);
    CHECK_EQUAL(provider_effort(EFFORT_GLM53, rows[i].word, &off), rows[i].glm53);
    CHECK_INT(off, rows[i].off_glm);
    CHECK_EQUAL(provider_effort(EFFORT_OPENAI, rows[i].word, &off), rows[i].openai);
    CHECK_INT(off, rows[i].off_openai);
    CHECK_STR(provider_effort(EFFORT_IGNORED, rows[i].word, &off), "");
    CHECK_INT(off, rows[i].off_glm);
  }
}

static void test_find(void) {
  CHECK(provider_find(STR("zhipu")) == provider_at(1) &&
        provider_find(STR("openai")) == provider_at(0));
  CHECK(provider_find(STR("OpenAI")) == NULL && provider_find(STR_NONE) == NULL);
  CHECK(provider_at(2) == NULL);
  const struct provider *o = named("o"), *z = named("z");
  CHECK(provider_find_at(o, STR("https://api.openai.com/v1")) == o);
  CHECK(provider_find_at(o, STR("https://API.openai.com:443/v1")) == o);
  CHECK(provider_find_at(o, STR("https://eu.api.openai.com/v1")) == o);
  CHECK(provider_find_at(o, STR("https://x.openai.azure.com/openai/v1")) == o);
  const struct provider *other = provider_find_at(o, STR("https://api.openai.com.evil.example/v1"));
  CHECK(other != o && str_equal(other->name, STR("openai")));
  CHECK(!other->chat.developer_role && !other->chat.max_completion);
  CHECK(provider_find_at(o, STR("http://127.0.0.1:8080")) == other);
  CHECK(provider_find_at(z, STR("http://127.0.0.1:8080")) == z);
  const struct provider *china = provider_find_at(z, STR("https://open.bigmodel.cn/api/paas/v4"));
  CHECK(china != z);
  CHECK_STR(china->name, "zhipu");
  CHECK_STR(china->chat.search_engine, "search_pro");
  CHECK_STR(z->chat.search_engine, "search-prime");
}

int main(void) {
  test_judge();
  test_messages();
  test_flags();
  test_overflow();
  test_overflow_message();
  test_patterns();
  test_waits();
  test_not_the_upstream();
  test_asked();
  test_retry_after();
  test_soonest_reset();
  test_moments();
  test_read();
  test_read_body();
  test_read_refused();
  test_models();
  test_effort();
  test_find();
  return unit_done();
}
