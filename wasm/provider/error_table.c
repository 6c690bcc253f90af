/* error_table.c -- see error_table.h.
 *
 * The numbers: https://docs.z.ai/api-reference/api-code and
 * https://docs.bigmodel.cn/cn/api/api-code, read 2026-11-23; GLM's texts come
 * in English or Chinese, so its rows look at the code and not at the text.
 * The words: OpenAI's OpenAPI text (ResponseError), its page on error codes,
 * and recordings.  What the client is told are codes that its SDKs and the
 * Codex CLI act on.
 */
#include "provider/error_table.h"

#include "limits.h"

#define INVALID STR_INIT("invalid_request_error")
#define SERVER STR_INIT("server_error")

#define ONCE_MORE                                                                                  \
  .action = ACTION_SAME, .then = ACTION_PROVIDER, .wait = RETRY_WAIT, .wait_jitter = RETRY_WAIT,   \
  .type = SERVER

static const struct outcome same_key = {
    ONCE_MORE,
    .keep = true,
    .status = 502,
    .code = STR_INIT("upstream_error"),
};

static const struct outcome no_answer = {
    ONCE_MORE,
    .status = 502,
    .code = STR_INIT("upstream_error"),
    .message = STR_INIT("The upstream could not be reached."),
    .advice = STR_INIT("The endpoint did not answer: check its address, and the vendor's "
                       "status page."),
};

/* It may be at work all the same, and paid: the same question goes to somebody else. */
static const struct outcome silent = {
    .action = ACTION_KEY,
    .then = ACTION_PROVIDER,
    .status = 504,
    .type = SERVER,
    .code = STR_INIT("upstream_timeout"),
    .advice = STR_INIT("The upstream was silent for longer than \"timeouts\" allow: raise them for "
                       "models that think for long, or add a provider."),
};

/* The client's own token was right: 401 would send its user to the wrong place. */
#define DISABLED                                                                                   \
  .action = ACTION_KEY, .then = ACTION_PROVIDER, .blame = BLAME_KEY, .disable = true,              \
  .rest = REST_FIXED, .rest_ms = PROBE_INTERVAL, .status = 502, .type = SERVER,                    \
  .code = STR_INIT("upstream_auth_failed")

static const struct outcome bad_key = {
    DISABLED,
    .message = STR_INIT("The upstream refused the gateway's API key."),
    .advice = STR_INIT("The upstream refuses this key: put a valid one into the secret, of the "
                       "same vendor and region as the endpoint."),
};

static const struct outcome locked_account = {
    DISABLED,
    .message = STR_INIT("The upstream refused the gateway's account."),
    .advice = STR_INIT("The vendor has not activated, or has locked, this key's account: log in "
                       "there, or ask its support."),
};

static const struct outcome account_trouble = {
    .action = ACTION_KEY,
    .then = ACTION_SAME,
    .blame = BLAME_KEY,
    .wait = RETRY_WAIT,
    .wait_jitter = RETRY_WAIT,
    .status = 502,
    .type = SERVER,
    .code = STR_INIT("upstream_error"),
};

#define QUOTA                                                                                      \
  .action = ACTION_KEY, .then = ACTION_PROVIDER, .blame = BLAME_KEY, .status = 429,                \
  .type = STR_INIT("insufficient_quota"), .code = STR_INIT("insufficient_quota"),                  \
  .message = STR_INIT("The upstream account has no balance or quota left.")

static const struct outcome no_balance = {
    QUOTA,
    .rest = REST_FIXED,
    .rest_ms = COOLDOWN_QUOTA,
    .advice = STR_INIT("No balance, or a spending limit is reached: see the vendor's billing "
                       "page of this key's account."),
};

static const struct outcome glm_no_balance = {
    QUOTA,
    .rest = REST_FIXED,
    .rest_ms = COOLDOWN_QUOTA,
    .advice = STR_INIT("No balance, or a Coding-Plan key on the general endpoint: set endpoint "
                       "to https://api.z.ai/api/coding/paas/v4 (in China "
                       "https://open.bigmodel.cn/api/coding/paas/v4)."),
};

static const struct outcome glm_daily = {
    QUOTA,
    .rest = REST_MIDNIGHT,
    .advice = STR_INIT("The account's daily limit of this API is reached; it begins anew at "
                       "midnight, UTC+8."),
};

static const struct outcome glm_five_hours = {
    QUOTA,
    .rest = REST_STAMP,
    .rest_ms = COOLDOWN_FIVE_HOURS,
    .advice = STR_INIT("The plan's 5-hour quota is used up; the key rests until it is reset."),
};

static const struct outcome glm_weekly = {
    QUOTA,
    .rest = REST_STAMP,
    .rest_ms = COOLDOWN_STAMP_MAX,
    .advice = STR_INIT("The plan's weekly or monthly quota is used up; the key rests until it is "
                       "reset."),
};

static const struct outcome glm_plan = {
    QUOTA,
    .rest = REST_FIXED,
    .rest_ms = COOLDOWN_QUOTA,
    .advice = STR_INIT("The Coding Plan has ended or is restricted: see the plan's page of this "
                       "key's account."),
};

static const struct outcome rate_limit = {
    .action = ACTION_KEY,
    .then = ACTION_SAME,
    .blame = BLAME_KEY,
    .rest = REST_SHORT,
    .wait = RATE_WAIT,
    .wait_jitter = RATE_WAIT_JITTER,
    .status = 429,
    .type = STR_INIT("requests"),
    .code = STR_INIT("rate_limit_exceeded"),
    .advice = STR_INIT("The account's rate or concurrency limit is reached: add a key of another "
                       "account, or send less at once."),
};

/* For minutes, and whoever asks: another key of the same vendor rarely helps. */
static const struct outcome overload = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .blame = BLAME_KEY_MODEL,
    .status = 503,
    .type = SERVER,
    .code = STR_INIT("server_is_overloaded"),
    .advice = STR_INIT("The vendor is overloaded: a second provider in the route answers "
                       "meanwhile."),
};

static const struct outcome overload_same = {
    ONCE_MORE,
    .status = 503,
    .code = STR_INIT("server_is_overloaded"),
};

#define MODEL_GONE                                                                                 \
  .then = ACTION_PROVIDER, .blame = BLAME_KEY_MODEL, .rest = REST_FIXED,                           \
  .rest_ms = COOLDOWN_MODEL, .status = 404, .type = INVALID, .code = STR_INIT("model_not_found")

static const struct outcome unknown_model = {
    MODEL_GONE,
    .action = ACTION_PROVIDER,
    .advice = STR_INIT("The upstream does not know this model: check the spelling of \"model\", "
                       "and that the endpoint serves it."),
};

static const struct outcome no_access = {
    MODEL_GONE,
    .action = ACTION_KEY,
    .advice = STR_INIT("This key's account or plan does not include the model, or the model does "
                       "not exist: check \"model\", or take another key."),
};

static const struct outcome no_endpoint = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .blame = BLAME_KEY_MODEL,
    .status = 502,
    .type = SERVER,
    .code = STR_INIT("upstream_not_found"),
    .message = STR_INIT("The upstream has nothing at the configured endpoint."),
    .advice = STR_INIT("Nothing is at this endpoint: it must be a base URL such as "
                       "https://api.openai.com/v1, of the \"api\" that the provider speaks."),
};

static const struct outcome new_id = {
    .action = ACTION_SAME,
    .then = ACTION_PROVIDER,
    .status = 502,
    .type = SERVER,
    .code = STR_INIT("upstream_error"),
};

const struct outcome provider_too_long = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .larger_only = true,
    .status = 400,
    .type = INVALID,
    .code = STR_INIT("context_length_exceeded"),
};

static const struct outcome too_large = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .keep = true,
    .status = 413,
    .type = INVALID,
    .code = STR_INIT("request_too_large"),
};

/* The client's own fault, in the upstream's own words. */
static const struct outcome refused = {
    .action = ACTION_FAIL,
    .then = ACTION_FAIL,
    .keep = true,
    .status = 400,
    .type = INVALID,
    .code = STR_INIT("invalid_request"),
};

static const struct outcome glm_refused = {
    .action = ACTION_FAIL,
    .then = ACTION_FAIL,
    .status = 400,
    .type = INVALID,
    .code = STR_INIT("invalid_request"),
    .advice = STR_INIT("GLM refused a field. When the request was a usual one, the gateway's "
                       "translation is at fault: please report it."),
};

/* One of ResponseError's codes, so that it can stand in response.failed too. */
static const struct outcome policy = {
    .action = ACTION_FAIL,
    .then = ACTION_FAIL,
    .status = 400,
    .type = INVALID,
    .code = STR_INIT("invalid_prompt"),
};

/* Stored items and encrypted reasoning belong to the organisation of the key
 * that made them, which may be another key of this provider. */
static const struct outcome elsewhere = {
    .action = ACTION_KEY,
    .then = ACTION_PROVIDER,
    .keep = true,
    .status = 400,
    .type = INVALID,
    .code = STR_INIT("invalid_request"),
};

/* The same, of reasoning: without it the request can be asked again. */
static const struct outcome foreign_reasoning = {
    .action = ACTION_KEY,
    .then = ACTION_PROVIDER,
    .keep = true,
    .foreign_reasoning = true,
    .status = 400,
    .type = INVALID,
    .code = STR_INIT("invalid_request"),
};

/* A token-per-minute limit that this request alone exceeds: no wait helps, another account's
 * limit may be higher. */
static const struct outcome too_large_for_limit = {
    .action = ACTION_KEY,
    .then = ACTION_PROVIDER,
    .keep = true,
    .status = 429,
    .type = STR_INIT("tokens"),
    .code = STR_INIT("rate_limit_exceeded"),
    .advice = STR_INIT("The request is larger than the account's tokens per minute: raise the "
                       "account's tier, or add a provider."),
};

/* The vendor's rules for places, not for keys: all its keys are refused from here. */
static const struct outcome wrong_region = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .status = 502,
    .type = SERVER,
    .code = STR_INIT("upstream_region_refused"),
    .message = STR_INIT("The upstream refuses requests from the region in which the gateway ran."),
    .advice = STR_INIT("The Worker ran in a region that this vendor refuses. The key is not at "
                       "fault: set [placement] in wrangler.toml so that it runs elsewhere, or add "
                       "a provider that serves the region."),
};

/* Of a firewall or a proxy before the API: it says nothing about the key. */
static const struct outcome blocked = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .status = 502,
    .type = SERVER,
    .code = STR_INIT("upstream_error"),
    .message = STR_INIT("Something in front of the upstream refused the request."),
    .advice = STR_INIT("A page of HTML came in place of the API's answer: a firewall or a proxy "
                       "stands before this endpoint, or it is no API."),
};

/* The vendor's own sentence about what this request needs of it. */
static const struct outcome not_served = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .keep = true,
    .status = 404,
    .type = INVALID,
    .code = STR_INIT("not_found"),
};

/* Statuses that no API documents: what they mean here, another provider need not share. */
static const struct outcome odd_status = {
    .action = ACTION_PROVIDER,
    .then = ACTION_PROVIDER,
    .status = 502,
    .type = SERVER,
    .code = STR_INIT("upstream_error"),
};

const struct outcome provider_own_failure = {
    .action = ACTION_FAIL,
    .then = ACTION_FAIL,
    .status = 503,
    .type = SERVER,
    .code = STR_INIT("server_is_overloaded"),
};

#define CODE(number) .code = (number)
#define CODES(from, to) .code = (from), .code_last = (to)
#define WORD(text) .word = STR_INIT(text)
#define SAYS(text) .says = STR_INIT(text)
#define STATUS(number) .status = (number)
#define HTML .html = true
#define STATUSES(from, to) .status = (from), .status_last = (to)

const struct error_row provider_errors_glm[] = {
    {CODE(401), .outcome = &bad_key},
    {CODE(500), .outcome = &same_key},
    {CODES(1000, 1004), .outcome = &bad_key},
    {CODE(1100), .outcome = &account_trouble},
    {CODES(1110, 1112), .outcome = &locked_account},
    {CODE(1113), .outcome = &glm_no_balance},
    {CODE(1120), .outcome = &account_trouble},
    {CODE(1121), .outcome = &locked_account},
    {CODE(1200), .outcome = &same_key},
    {CODE(1211), .outcome = &unknown_model},
    /* Seen for a model that does not exist, in place of 1211 [I]. */
    {CODE(1214), SAYS("modelcode"), .outcome = &unknown_model},
    {CODES(1210, 1215), .outcome = &glm_refused},
    {CODE(1220), .outcome = &no_access},
    {CODES(1221, 1222), .outcome = &no_endpoint},
    {CODE(1230), .outcome = &same_key},
    {CODE(1231), .outcome = &new_id},
    {CODE(1234), .outcome = &same_key},
    {CODE(1261), .outcome = &provider_too_long},
    {CODES(1300, 1301), .outcome = &policy},
    {CODES(1302, 1303), .outcome = &rate_limit},
    {CODE(1304), .outcome = &glm_daily},
    {CODE(1305), .outcome = &overload},
    {CODE(1308), .outcome = &glm_five_hours},
    {CODE(1309), .outcome = &glm_plan},
    {CODE(1310), .outcome = &glm_weekly},
    {CODE(1311), .outcome = &no_access},
    {CODE(1312), .outcome = &overload},
    {CODES(1313, 1321), .outcome = &glm_plan},
    {WORD("network_error"), .outcome = &same_key}, /* a finish_reason */
    {.outcome = NULL},
};

const struct error_row provider_errors_common[] = {
    {STATUS(STATUS_NONE), .outcome = &no_answer},
    {WORD("upstream_timeout"), .outcome = &silent},

    /* Codes and types. */
    {WORD("model_not_found"), .outcome = &no_access},
    {WORD("model_decommissioned"), .outcome = &unknown_model}, /* Groq */
    {WORD("model_not_supported"), .outcome = &unknown_model},
    {WORD("modelnotfound"), .outcome = &unknown_model},
    {WORD("invalid_model*"), .outcome = &unknown_model},
    {WORD("unsupported_country_region_territory"), .outcome = &wrong_region},
    {WORD("insufficient_quota"), .outcome = &no_balance},
    {WORD("insufficient_balance*"), .outcome = &no_balance},
    {WORD("credit_balance_exhausted"), .outcome = &no_balance},
    {WORD("creditserror"), .outcome = &no_balance},
    {WORD("exceeded_current_quota*"), .outcome = &no_balance}, /* Kimi */
    {WORD("arrearage"), .outcome = &no_balance},               /* DashScope */
    {WORD("allocationquota*"), .outcome = &no_balance},
    {WORD("*_spend_limit_exceeded"), .outcome = &no_balance},
    {WORD("*_usage_limit_exceeded"), .outcome = &no_balance},
    {WORD("usage_limit_*"), .outcome = &no_balance},
    {WORD("billing_*"), .outcome = &no_balance},
    {STATUSES(400, 499), SAYS("request too large*tokens per"), .outcome = &too_large_for_limit},
    {WORD("rate_limit_*"), .outcome = &rate_limit},
    {WORD("slow_down"), .outcome = &rate_limit},
    {WORD("invalid_api_key"), .outcome = &bad_key},
    {WORD("invalidapikey"), .outcome = &bad_key}, /* DashScope */
    {WORD("invalid_authentication*"), .outcome = &bad_key},
    {WORD("account_deactivated"), .outcome = &locked_account},
    {WORD("*overloaded*"), .outcome = &overload_same},
    {WORD("vector_store_timeout"), .outcome = &same_key},
    {WORD("previous_response_not_found"), .outcome = &elsewhere},
    {WORD("invalid_encrypted_content"), .outcome = &foreign_reasoning},

    /* Wordings, where the code or the status says something else or nothing [I]. */
    {SAYS("exceeded your current quota*retry in "),
     .outcome = &rate_limit}, /* Gemini, a minute's */
    {STATUSES(200, 403), SAYS("insufficient balance"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("insufficient*credit"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("not enough*credit"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("not enough*balance"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("out of credit"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("no credits"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("more credits"), .outcome = &no_balance}, /* OpenRouter */
    {STATUSES(200, 429), SAYS("credit balance"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("insufficient*balance"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("insufficient quota"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("insufficient funds"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("account*in arrears"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("account*overdue"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("exceeded your current quota"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("free tier*exhausted"), .outcome = &no_balance},
    {STATUSES(200, 403), SAYS("free tier"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("free quota"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("usage limit"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("spending limit"), .outcome = &no_balance},
    {STATUSES(200, 403), SAYS("plan and billing"), .outcome = &no_balance},
    {STATUSES(200, 403), SAYS("payment required"), .outcome = &no_balance},
    {STATUSES(200, 429), SAYS("\xe4\xbd\x99\xe9\xa2\x9d\xe4\xb8\x8d\xe8\xb6\xb3"),
     .outcome = &no_balance}, /* "balance too low" */
    {STATUSES(200, 429), SAYS("\xe6\xac\xa0\xe8\xb4\xb9"), .outcome = &no_balance}, /* "in debt" */
    {STATUSES(400, 403), SAYS("country, region, or territory not supported"),
     .outcome = &wrong_region},
    {STATUSES(400, 403), SAYS("user location is not supported"), .outcome = &wrong_region},
    {STATUSES(400, 451), SAYS("not available in your*region"), .outcome = &wrong_region},
    {STATUSES(400, 451), SAYS("not available in your country"), .outcome = &wrong_region},
    {STATUSES(400, 451), SAYS("unsupported country"), .outcome = &wrong_region},
    {STATUSES(400, 451), SAYS("region*not supported"), .outcome = &wrong_region},
    {STATUSES(200, 400), SAYS("api key not valid"), .outcome = &bad_key}, /* Gemini */
    {STATUSES(200, 400), SAYS("api_key_invalid"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("api key expired"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("invalid api key"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("invalid api-key"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("incorrect api key"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("api key is invalid"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("api key*not found"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("invalid authentication"), .outcome = &bad_key},
    {STATUSES(200, 400), SAYS("authentication fail"), .outcome = &bad_key},
    {STATUSES(200, 404), SAYS("model not exist"), .outcome = &unknown_model}, /* DeepSeek */
    {STATUSES(200, 404), SAYS("model does not exist"), .outcome = &unknown_model},
    {STATUSES(200, 404), SAYS("the model*does not exist"), .outcome = &no_access},
    {STATUSES(200, 404), SAYS("not a valid model"), .outcome = &unknown_model}, /* OpenRouter */
    {STATUSES(200, 404), SAYS("no such model"), .outcome = &unknown_model},
    {STATUSES(200, 404), SAYS("unknown model"), .outcome = &unknown_model},
    {STATUSES(200, 404), SAYS("model not found"), .outcome = &unknown_model},
    {STATUSES(200, 404), SAYS("model '*' not found"), .outcome = &unknown_model}, /* Ollama */
    {STATUSES(200, 404), SAYS("model \"*\" not found"), .outcome = &unknown_model},
    {STATUSES(200, 404), SAYS("model*has been deprecated"), .outcome = &unknown_model},
    {STATUSES(200, 404), SAYS("model*has been decommissioned"), .outcome = &unknown_model},
    {STATUSES(200, 404), SAYS("model*no longer available"), .outcome = &unknown_model},
    {STATUSES(200, 403), SAYS("not have access to*model"), .outcome = &no_access},
    {STATUSES(200, 403), SAYS("not allowed to*model"), .outcome = &no_access},

    /* What stands in types of more than one meaning. */
    {STATUS(404), SAYS("item with id 'rs_"), .outcome = &foreign_reasoning},
    {STATUS(404), SAYS("item with id"), .outcome = &elsewhere},
    {STATUS(400), SAYS("item 'rs_*was provided without its required"),
     .outcome = &foreign_reasoning},
    {STATUS(400), SAYS("was provided without its required 'reasoning' item"),
     .outcome = &foreign_reasoning},
    {STATUS(400), SAYS("encrypted content*could not be"), .outcome = &foreign_reasoning},
    {STATUS(400), SAYS("encrypted content*not be verified"), .outcome = &foreign_reasoning},
    {WORD("authentication_error"), .outcome = &bad_key},
    {WORD("invalid_prompt"), .outcome = &refused},
    {WORD("*_policy*"), .outcome = &refused},
    {STATUS(403), SAYS("flagged"), .outcome = &refused}, /* OpenRouter: moderation */
    {WORD("*image*"), .outcome = &refused},
    {WORD("server_error"), .outcome = &same_key},
    {STATUS(404), SAYS("invalid url"), .outcome = &no_endpoint},
    {STATUSES(200, 400), WORD("invalid_request_error"), .outcome = &refused},
    {STATUS(404), WORD("invalid_request_error"), .outcome = &refused},

    /* HTTP's statuses. */
    {STATUSES(200, 299), .outcome = &same_key},
    {STATUSES(300, 399), .outcome = &no_endpoint},
    {STATUS(400), HTML, .outcome = &blocked},
    {STATUS(401), .outcome = &bad_key},
    {STATUS(402), .outcome = &no_balance},
    {STATUS(403), HTML, .outcome = &blocked},
    {STATUS(403), .outcome = &bad_key},
    {STATUS(404), SAYS("not found for*version"), .outcome = &unknown_model}, /* Gemini */
    {STATUS(404), SAYS("^404"), .outcome = &no_endpoint},
    {STATUS(404), SAYS("^not found$"), .outcome = &no_endpoint},
    {STATUS(404), SAYS("^not found.$"), .outcome = &no_endpoint},
    {STATUS(404), SAYS("page not found"), .outcome = &no_endpoint},
    {STATUS(404), SAYS("cannot post"), .outcome = &no_endpoint},
    {STATUS(404), SAYS("no route"), .outcome = &no_endpoint},
    {STATUS(404), HTML, .outcome = &no_endpoint},
    {STATUS(404), SAYS(" "), .outcome = &not_served},
    {STATUSES(404, 405), .outcome = &no_endpoint},
    {STATUSES(408, 409), .outcome = &same_key},
    {STATUS(413), .outcome = &too_large},
    {STATUS(421), .outcome = &odd_status},
    {STATUSES(423, 424), .outcome = &odd_status},
    {STATUS(425), .outcome = &same_key},
    {STATUS(426), .outcome = &odd_status},
    {STATUS(429), .outcome = &rate_limit},
    {STATUS(434), .outcome = &no_access}, /* bigmodel.cn: "no API permission" [D] */
    {STATUS(451), .outcome = &odd_status},
    {STATUSES(498, 499), .outcome = &odd_status}, /* Groq: no flex capacity; nginx: gave up */
    {STATUSES(400, 499), .outcome = &refused},
    {STATUS(529), .outcome = &overload},
    {.outcome = &same_key},
    {.outcome = NULL},
};
