/* outcome.c -- see outcome.h.
 *
 * The types and codes are those that OpenAI's SDKs and the Codex CLI act on.
 */
#include "provider/outcome.h"

#include "limits.h"

#define INVALID "invalid_request_error"
#define SERVER "server_error"

#define ONCE_MORE                                                                                  \
  .action = ACTION_SAME, .then = ACTION_PROVIDER, .wait = RETRY_WAIT, .wait_jitter = RETRY_WAIT,   \
  .type = SERVER

/* 502, since the client's own token was right: 401 would mislead its user. */
#define DISABLED                                                                                   \
  .action = ACTION_KEY, .then = ACTION_PROVIDER, .blame = BLAME_KEY, .disable = true,              \
  .rest = REST_FIXED, .rest_ms = PROBE_INTERVAL, .status = 502, .type = SERVER,                    \
  .code = "upstream_auth_failed"

#define QUOTA                                                                                      \
  .action = ACTION_KEY, .then = ACTION_PROVIDER, .blame = BLAME_KEY, .status = 429,                \
  .type = "insufficient_quota", .code = "insufficient_quota",                                      \
  .message = "The upstream account has no balance or quota left."

#define MODEL_GONE                                                                                 \
  .then = ACTION_PROVIDER, .blame = BLAME_KEY_MODEL, .rest = REST_FIXED,                           \
  .rest_ms = COOLDOWN_MODEL, .status = 404, .type = INVALID, .code = "model_not_found"

const struct outcome outcomes[] = {
    [OUTCOME_same_key] =
        {
            ONCE_MORE,
            .keep = true,
            .status = 502,
            .code = "upstream_error",
        },

    [OUTCOME_no_answer] =
        {
            ONCE_MORE,
            .status = 502,
            .code = "upstream_error",
            .message = "The upstream could not be reached.",
            .advice = "The endpoint did not answer: check its address, and the vendor's "
                      "status page.",
        },

    /* The upstream may still be working, and bill for it: no retry there. */
    [OUTCOME_silent] =
        {
            .action = ACTION_KEY,
            .then = ACTION_PROVIDER,
            .status = 504,
            .type = SERVER,
            .code = "upstream_timeout",
            .advice = "The upstream was silent for longer than \"timeouts\" allow: raise them for "
                      "models that think for long, or add a provider.",
        },

    [OUTCOME_bad_key] =
        {
            DISABLED,
            .message = "The upstream refused the gateway's API key.",
            .advice = "The upstream refuses this key: put a valid one into the secret, of the "
                      "same vendor and region as the endpoint.",
        },

    [OUTCOME_locked_account] =
        {
            DISABLED,
            .message = "The upstream refused the gateway's account.",
            .advice = "The vendor has not activated, or has locked, this key's account: log in "
                      "there, or ask its support.",
        },

    [OUTCOME_account_trouble] =
        {
            .action = ACTION_KEY,
            .then = ACTION_SAME,
            .blame = BLAME_KEY,
            .wait = RETRY_WAIT,
            .wait_jitter = RETRY_WAIT,
            .status = 502,
            .type = SERVER,
            .code = "upstream_error",
        },

    [OUTCOME_no_balance] =
        {
            QUOTA,
            .rest = REST_FIXED,
            .rest_ms = COOLDOWN_QUOTA,
            .advice = "No balance, or a spending limit is reached: see the vendor's billing "
                      "page of this key's account.",
        },

    [OUTCOME_glm_no_balance] =
        {
            QUOTA,
            .rest = REST_FIXED,
            .rest_ms = COOLDOWN_QUOTA,
            .advice = "No balance, or a Coding-Plan key on the general endpoint: set endpoint "
                      "to https://api.z.ai/api/coding/paas/v4 (in China "
                      "https://open.bigmodel.cn/api/coding/paas/v4).",
        },

    [OUTCOME_glm_daily] =
        {
            QUOTA,
            .rest = REST_MIDNIGHT,
            .advice = "The account's daily limit of this API is reached; it begins anew at "
                      "midnight, UTC+8.",
        },

    [OUTCOME_glm_five_hours] =
        {
            QUOTA,
            .rest = REST_STAMP,
            .rest_ms = COOLDOWN_FIVE_HOURS,
            .advice = "The plan's 5-hour quota is used up; the key rests until it is reset.",
        },

    [OUTCOME_glm_weekly] =
        {
            QUOTA,
            .rest = REST_STAMP,
            .rest_ms = COOLDOWN_STAMP_MAX,
            .advice = "The plan's weekly or monthly quota is used up; the key rests until it is "
                      "reset.",
        },

    [OUTCOME_glm_plan] =
        {
            QUOTA,
            .rest = REST_FIXED,
            .rest_ms = COOLDOWN_QUOTA,
            .advice = "The Coding Plan has ended or is restricted: see the plan's page of this "
                      "key's account.",
        },

    [OUTCOME_rate_limit] =
        {
            .action = ACTION_KEY,
            .then = ACTION_SAME,
            .blame = BLAME_KEY,
            .rest = REST_SHORT,
            .wait = RATE_WAIT,
            .wait_jitter = RATE_WAIT_JITTER,
            .status = 429,
            .type = "requests",
            .code = "rate_limit_exceeded",
            .advice = "The account's rate or concurrency limit is reached: add a key of another "
                      "account, or send less at once.",
        },

    /* Overload lasts for minutes and concerns all keys of the vendor. */
    [OUTCOME_overload] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .blame = BLAME_KEY_MODEL,
            .status = 503,
            .type = SERVER,
            .code = "server_is_overloaded",
            .advice = "The vendor is overloaded: a second provider in the route answers "
                      "meanwhile.",
        },

    [OUTCOME_overload_same] =
        {
            ONCE_MORE,
            .status = 503,
            .code = "server_is_overloaded",
        },

    [OUTCOME_unknown_model] =
        {
            MODEL_GONE,
            .action = ACTION_PROVIDER,
            .advice = "The upstream does not know this model: check the spelling of \"model\", "
                      "and that the endpoint serves it.",
        },

    [OUTCOME_no_access] =
        {
            MODEL_GONE,
            .action = ACTION_KEY,
            .advice = "This key's account or plan does not include the model, or the model does "
                      "not exist: check \"model\", or take another key.",
        },

    [OUTCOME_no_endpoint] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .blame = BLAME_KEY_MODEL,
            .status = 502,
            .type = SERVER,
            .code = "upstream_not_found",
            .message = "The upstream has nothing at the configured endpoint.",
            .advice = "Nothing is at this endpoint: it must be a base URL such as "
                      "https://api.openai.com/v1, of the \"api\" that the provider speaks.",
        },

    [OUTCOME_new_id] =
        {
            .action = ACTION_SAME,
            .then = ACTION_PROVIDER,
            .status = 502,
            .type = SERVER,
            .code = "upstream_error",
        },

    [OUTCOME_too_long] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .larger_only = true,
            .status = 400,
            .type = INVALID,
            .code = "context_length_exceeded",
        },

    [OUTCOME_too_large] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .keep = true,
            .status = 413,
            .type = INVALID,
            .code = "request_too_large",
        },

    /* The client's fault; it gets the upstream's own message. */
    [OUTCOME_refused] =
        {
            .action = ACTION_FAIL,
            .then = ACTION_FAIL,
            .keep = true,
            .status = 400,
            .type = INVALID,
            .code = "invalid_request",
        },

    [OUTCOME_glm_refused] =
        {
            .action = ACTION_FAIL,
            .then = ACTION_FAIL,
            .status = 400,
            .type = INVALID,
            .code = "invalid_request",
            .advice = "GLM refused a field. When the request was a usual one, the gateway's "
                      "translation is at fault: please report it.",
        },

    /* The code is one of ResponseError's, so that response.failed can have it, too. */
    [OUTCOME_policy] =
        {
            .action = ACTION_FAIL,
            .then = ACTION_FAIL,
            .status = 400,
            .type = INVALID,
            .code = "invalid_prompt",
        },

    /* Stored items and encrypted reasoning belong to the organisation of the key
     * that made them, which may be another key of this provider. */
    [OUTCOME_elsewhere] =
        {
            .action = ACTION_KEY,
            .then = ACTION_PROVIDER,
            .keep = true,
            .status = 400,
            .type = INVALID,
            .code = "invalid_request",
        },

    /* The same for reasoning: without it the request can be sent again. */
    [OUTCOME_foreign_reasoning] =
        {
            .action = ACTION_KEY,
            .then = ACTION_PROVIDER,
            .keep = true,
            .foreign_reasoning = true,
            .status = 400,
            .type = INVALID,
            .code = "invalid_request",
        },

    /* The request alone exceeds the tokens per minute: waiting does not help, but another account's
     * limit may be higher. */
    [OUTCOME_too_large_for_limit] =
        {
            .action = ACTION_KEY,
            .then = ACTION_PROVIDER,
            .keep = true,
            .status = 429,
            .type = "tokens",
            .code = "rate_limit_exceeded",
            .advice = "The request is larger than the account's tokens per minute: raise the "
                      "account's tier, or add a provider.",
        },

    /* The vendor refuses the region, and so all its keys from here. */
    [OUTCOME_wrong_region] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .status = 502,
            .type = SERVER,
            .code = "upstream_region_refused",
            .message = "The upstream refuses requests from the region in which the gateway ran.",
            .advice = "The Worker ran in a region that this vendor refuses. The key is not at "
                      "fault: set [placement] in wrangler.toml so that it runs elsewhere, or add "
                      "a provider that serves the region.",
        },

    /* A firewall or a proxy in front of the API refused the request: not the key's fault. */
    [OUTCOME_blocked] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .status = 502,
            .type = SERVER,
            .code = "upstream_error",
            .message = "Something in front of the upstream refused the request.",
            .advice = "A page of HTML came in place of the API's answer: a firewall or a proxy "
                      "stands before this endpoint, or it is no API.",
        },

    /* The vendor does not serve what the request needs; the client gets its message. */
    [OUTCOME_not_served] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .keep = true,
            .status = 404,
            .type = INVALID,
            .code = "not_found",
        },

    /* Statuses that no API documents: another provider may work. */
    [OUTCOME_odd_status] =
        {
            .action = ACTION_PROVIDER,
            .then = ACTION_PROVIDER,
            .status = 502,
            .type = SERVER,
            .code = "upstream_error",
        },

    [OUTCOME_own_failure] =
        {
            .action = ACTION_FAIL,
            .then = ACTION_FAIL,
            .status = 503,
            .type = SERVER,
            .code = "server_is_overloaded",
        },
};
