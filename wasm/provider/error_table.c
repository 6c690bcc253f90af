/* error_table.c -- see error_table.h.
 *
 * GLM's numbers: https://docs.z.ai/api-reference/api-code and
 * https://docs.bigmodel.cn/cn/api/api-code, read 2026-11-23.  GLM's messages are in English or in
 * Chinese, so its rows match the code and not the message.  OpenAI's words: its OpenAPI document
 * (ResponseError), its page on error codes, and recordings.
 */
#include "provider/error_table.h"

#define CODE(number) .code = (number)
#define CODES(from, to) .code = (from), .code_last = (to)
#define TEXT(of, literal) .kind = (of), .text = (literal), .n = sizeof(literal) - 1
#define WORD(literal) TEXT(ROW_WORD, literal)
#define SAYS(literal) TEXT(ROW_SAYS, literal)
#define STATUS(number) .status = (number)
#define HTML .kind = ROW_HTML
#define STATUSES(from, to) .status = (from), .status_last = (to)

const struct error_row provider_errors_glm[] = {
    {CODE(401), .outcome = &outcome_bad_key},
    {CODE(500), .outcome = &outcome_same_key},
    {CODES(1000, 1004), .outcome = &outcome_bad_key},
    {CODE(1100), .outcome = &outcome_account_trouble},
    {CODES(1110, 1112), .outcome = &outcome_locked_account},
    {CODE(1113), .outcome = &outcome_glm_no_balance},
    {CODE(1120), .outcome = &outcome_account_trouble},
    {CODE(1121), .outcome = &outcome_locked_account},
    {CODE(1200), .outcome = &outcome_same_key},
    {CODE(1211), .outcome = &outcome_unknown_model},
    /* Reported for a model that does not exist, in place of 1211. */
    {CODE(1214), SAYS("modelcode"), .outcome = &outcome_unknown_model},
    {CODES(1210, 1215), .outcome = &outcome_glm_refused},
    {CODE(1220), .outcome = &outcome_no_access},
    {CODES(1221, 1222), .outcome = &outcome_no_endpoint},
    {CODE(1230), .outcome = &outcome_same_key},
    {CODE(1231), .outcome = &outcome_new_id},
    {CODE(1234), .outcome = &outcome_same_key},
    {CODE(1261), .outcome = &outcome_too_long},
    {CODES(1300, 1301), .outcome = &outcome_policy},
    {CODES(1302, 1303), .outcome = &outcome_rate_limit},
    {CODE(1304), .outcome = &outcome_glm_daily},
    {CODE(1305), .outcome = &outcome_overload},
    {CODE(1308), .outcome = &outcome_glm_five_hours},
    {CODE(1309), .outcome = &outcome_glm_plan},
    {CODE(1310), .outcome = &outcome_glm_weekly},
    {CODE(1311), .outcome = &outcome_no_access},
    {CODE(1312), .outcome = &outcome_overload},
    {CODES(1313, 1321), .outcome = &outcome_glm_plan},
    {WORD("network_error"), .outcome = &outcome_same_key}, /* a finish_reason */
    {.outcome = NULL},
};

const struct error_row provider_errors_common[] = {
    {STATUS(STATUS_NONE), .outcome = &outcome_no_answer},
    {WORD("upstream_timeout"), .outcome = &outcome_silent},

    /* DashScope calls a limit of tokens per minute a quota. */
    {SAYS("error-code#token-limit"), .outcome = &outcome_rate_limit},

    /* Codes and types. */
    {WORD("model_not_found"), .outcome = &outcome_no_access},
    {WORD("model_not_available"), .outcome = &outcome_no_access},      /* Together */
    {WORD("modelnotopen"), .outcome = &outcome_no_access},             /* Volcengine */
    {WORD("*accessdenied*"), .outcome = &outcome_no_access},           /* DashScope */
    {WORD("deploymentnotfound"), .outcome = &outcome_unknown_model},   /* Azure */
    {WORD("model_decommissioned"), .outcome = &outcome_unknown_model}, /* Groq */
    {WORD("model_not_supported"), .outcome = &outcome_unknown_model},
    {WORD("modelnotfound"), .outcome = &outcome_unknown_model},
    {WORD("invalid_model*"), .outcome = &outcome_unknown_model},
    {WORD("unsupported_country_region_territory"), .outcome = &outcome_wrong_region},
    {WORD("insufficient_quota"), .outcome = &outcome_no_balance},
    {WORD("insufficient_balance*"), .outcome = &outcome_no_balance},
    {WORD("insufficient_user_quota"), .outcome = &outcome_no_balance}, /* new-api, also the next */
    {WORD("*token_quota_failed"), .outcome = &outcome_no_balance},
    {WORD("credit_balance_exhausted"), .outcome = &outcome_no_balance},
    {WORD("creditserror"), .outcome = &outcome_no_balance},
    {WORD("exceeded_current_quota*"), .outcome = &outcome_no_balance}, /* Kimi */
    {WORD("arrearage"), .outcome = &outcome_no_balance},               /* DashScope */
    {WORD("allocationquota*"), .outcome = &outcome_no_balance},
    {WORD("quotaexceeded"), .outcome = &outcome_no_balance}, /* Volcengine, also the next */
    {WORD("setlimitexceeded"), .outcome = &outcome_no_balance},
    {WORD("*_spend_limit_exceeded"), .outcome = &outcome_no_balance},
    {WORD("*_usage_limit_exceeded"), .outcome = &outcome_no_balance},
    {WORD("usage_limit_*"), .outcome = &outcome_no_balance},
    {WORD("billing_*"), .outcome = &outcome_no_balance},
    {STATUSES(400, 499), SAYS("request too large*tokens per"),
     .outcome = &outcome_too_large_for_limit},
    {WORD("rate_limit_*"), .outcome = &outcome_rate_limit},
    {WORD("slow_down"), .outcome = &outcome_rate_limit},
    {WORD("invalid_api_key"), .outcome = &outcome_bad_key},
    {WORD("invalidapikey"), .outcome = &outcome_bad_key}, /* DashScope */
    {WORD("invalid_authentication*"), .outcome = &outcome_bad_key},
    {WORD("account_deactivated"), .outcome = &outcome_locked_account},
    {WORD("organization_restricted"), .outcome = &outcome_locked_account}, /* Groq */
    {SAYS("organization has been disabled"), .outcome = &outcome_locked_account},
    {WORD("*overloaded*"), .outcome = &outcome_overload_same},
    {WORD("vector_store_timeout"), .outcome = &outcome_same_key},
    {WORD("previous_response_not_found"), .outcome = &outcome_elsewhere},
    {WORD("invalid_encrypted_content"), .outcome = &outcome_foreign_reasoning},
    {WORD("content_filter"), .outcome = &outcome_refused},
    {WORD("data_inspection*"), .outcome = &outcome_refused}, /* DashScope */
    /* Groq: the model's output could not be parsed; it may succeed the next time. */
    {WORD("tool_use_failed"), .outcome = &outcome_same_key},
    {WORD("json_validate_failed"), .outcome = &outcome_same_key},

    /* Messages, where the code or the status is missing or misleading; from public issues. */
    {SAYS("exceeded your current quota*retry in "),
     .outcome = &outcome_rate_limit}, /* Gemini: the limit of a minute */
    {STATUSES(200, 500), SAYS("insufficient balance"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("balance is insufficient"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("balance not enough"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("have any credits"), .outcome = &outcome_no_balance}, /* xAI */
    {STATUSES(200, 429), SAYS("free allocation"), .outcome = &outcome_no_balance},  /* Cloudflare */
    {STATUSES(200, 429), SAYS("today's quota"), .outcome = &outcome_no_balance},    /* ModelScope */
    {STATUSES(200, 429), SAYS("insufficient*credit"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("not enough*credit"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("not enough*balance"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("out of credit"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("no credits"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("more credits"), .outcome = &outcome_no_balance}, /* OpenRouter */
    {STATUSES(200, 429), SAYS("credit balance"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("insufficient*balance"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("insufficient quota"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("insufficient funds"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("account*in arrears"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("account*overdue"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("exceeded your current quota"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("free tier*exhausted"), .outcome = &outcome_no_balance},
    {STATUSES(200, 403), SAYS("free tier"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("free quota"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("usage limit"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("spending limit"), .outcome = &outcome_no_balance},
    {STATUSES(200, 403), SAYS("plan and billing"), .outcome = &outcome_no_balance},
    {STATUSES(200, 403), SAYS("payment required"), .outcome = &outcome_no_balance},
    {STATUSES(200, 429), SAYS("\xe4\xbd\x99\xe9\xa2\x9d\xe4\xb8\x8d\xe8\xb6\xb3"),
     .outcome = &outcome_no_balance}, /* "balance too low" */
    {STATUSES(200, 429), SAYS("\xe6\xac\xa0\xe8\xb4\xb9"),
     .outcome = &outcome_no_balance}, /* "in debt" */
    {STATUSES(400, 403), SAYS("country, region, or territory not supported"),
     .outcome = &outcome_wrong_region},
    {STATUSES(400, 403), SAYS("user location is not supported"), .outcome = &outcome_wrong_region},
    {STATUSES(400, 451), SAYS("not*your*region"), .outcome = &outcome_wrong_region},
    {STATUSES(400, 451), SAYS("your region*not"), .outcome = &outcome_wrong_region},
    {STATUSES(400, 451), SAYS("not*your country"), .outcome = &outcome_wrong_region},
    {STATUSES(400, 451), SAYS("unsupported country"), .outcome = &outcome_wrong_region},
    {STATUSES(400, 451), SAYS("region*not supported"), .outcome = &outcome_wrong_region},
    {STATUS(403), SAYS("check your network settings"), .outcome = &outcome_wrong_region}, /* Groq */
    {STATUS(403), SAYS("^request not allowed$"), .outcome = &outcome_wrong_region}, /* Anthropic */
    {STATUS(403), SAYS("firewall rules"), .outcome = &outcome_blocked},             /* Azure */
    {STATUS(403), SAYS("violates*guidelines"), .outcome = &outcome_policy},         /* xAI */
    {STATUS(200), SAYS("rate limit"), .outcome = &outcome_rate_limit}, /* MiniMax, also the next */
    {STATUS(200), SAYS("login fail"), .outcome = &outcome_bad_key},
    {STATUS(200), SAYS("new_sensitive"), .outcome = &outcome_policy},
    {STATUSES(200, 400), SAYS("api key not valid"), .outcome = &outcome_bad_key}, /* Gemini */
    {STATUSES(200, 400), SAYS("api_key_invalid"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("api key expired"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("invalid api key"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("invalid api-key"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("incorrect api key"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("api key is invalid"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("api key*not found"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("invalid authentication"), .outcome = &outcome_bad_key},
    {STATUSES(200, 400), SAYS("authentication fail"), .outcome = &outcome_bad_key},
    {STATUSES(200, 404), SAYS("model not exist"), .outcome = &outcome_unknown_model}, /* DeepSeek */
    {STATUSES(200, 404), SAYS("model does not exist"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("the model*does not exist"), .outcome = &outcome_no_access},
    {STATUSES(200, 404), SAYS("not a valid model"),
     .outcome = &outcome_unknown_model}, /* OpenRouter */
    {STATUSES(200, 404), SAYS("no such model"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("invalid model id"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("model identifier is invalid"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("model disabled"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("no models loaded"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("not found the model"), .outcome = &outcome_no_access}, /* Kimi */
    {STATUS(404), SAYS("^no endpoints found for "), .outcome = &outcome_unknown_model},
    {STATUS(404), SAYS("^model: "), .outcome = &outcome_unknown_model}, /* Anthropic */
    {STATUSES(400, 404), SAYS("organization must be verified"), .outcome = &outcome_no_access},
    {STATUSES(200, 404), SAYS("unknown model"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 422), SAYS("model not found"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("unsupported model"), .outcome = &outcome_unknown_model},
    {STATUSES(400, 404), SAYS("^model*is not supported"), .outcome = &outcome_unknown_model},
    {STATUSES(400, 404), SAYS("^model*is not available"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("model '*' not found"),
     .outcome = &outcome_unknown_model}, /* Ollama */
    {STATUSES(200, 404), SAYS("model \"*\" not found"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("model*has been deprecated"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("model*has been decommissioned"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 404), SAYS("model*no longer available"), .outcome = &outcome_unknown_model},
    {STATUSES(200, 403), SAYS("have access to*model"), .outcome = &outcome_no_access},
    {STATUSES(200, 403), SAYS("not allowed to*model"), .outcome = &outcome_no_access},

    /* Types with more than one meaning. */
    {STATUS(404), SAYS("item with id 'rs_"), .outcome = &outcome_foreign_reasoning},
    {STATUS(404), SAYS("item with id"), .outcome = &outcome_elsewhere},
    {STATUS(400), SAYS("item 'rs_*was provided without its required"),
     .outcome = &outcome_foreign_reasoning},
    {STATUS(400), SAYS("was provided without its required 'reasoning' item"),
     .outcome = &outcome_foreign_reasoning},
    {STATUS(400), SAYS("encrypted content*could not be"), .outcome = &outcome_foreign_reasoning},
    {STATUS(400), SAYS("encrypted content*not be verified"), .outcome = &outcome_foreign_reasoning},
    {WORD("authentication_error"), .outcome = &outcome_bad_key},
    {WORD("invalid_prompt"), .outcome = &outcome_refused},
    {WORD("*_policy*"), .outcome = &outcome_refused},
    {STATUS(403), SAYS("flagged"), .outcome = &outcome_refused}, /* OpenRouter: moderation */
    {WORD("*image*"), .outcome = &outcome_refused},
    {WORD("server_error"), .outcome = &outcome_same_key},
    {STATUS(404), SAYS("invalid url"), .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS("unknown request url"), .outcome = &outcome_no_endpoint}, /* Groq */
    {STATUSES(200, 400), WORD("invalid_request_error"), .outcome = &outcome_refused},
    {STATUS(404), WORD("invalid_request_error"), .outcome = &outcome_refused},

    /* HTTP's statuses. */
    {STATUSES(200, 299), .outcome = &outcome_same_key},
    {STATUSES(300, 399), .outcome = &outcome_no_endpoint},
    {STATUS(400), HTML, .outcome = &outcome_blocked},
    {STATUS(401), .outcome = &outcome_bad_key},
    {STATUS(402), .outcome = &outcome_no_balance},
    {STATUS(403), HTML, .outcome = &outcome_blocked},
    {STATUS(403), SAYS("^error code: 1"), .outcome = &outcome_blocked}, /* Cloudflare's firewall */
    {STATUS(403), .outcome = &outcome_bad_key},
    {STATUS(404), SAYS("model*not found"), .outcome = &outcome_unknown_model},
    {STATUS(410), .outcome = &outcome_unknown_model}, /* NVIDIA: at the end of its life */
    {STATUS(404), SAYS("not found for*version"), .outcome = &outcome_unknown_model}, /* Gemini */
    {STATUS(404), SAYS("^404"), .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS("^not found$"), .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS("^not found.$"), .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS("^resource not found$"), .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS("page not found"), .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS("cannot post"), .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS("no route"), .outcome = &outcome_no_endpoint},
    {STATUS(404), HTML, .outcome = &outcome_no_endpoint},
    {STATUS(404), SAYS(" "), .outcome = &outcome_not_served},
    {STATUSES(404, 405), .outcome = &outcome_no_endpoint},
    {STATUSES(408, 409), .outcome = &outcome_same_key},
    {STATUS(413), .outcome = &outcome_too_large},
    {STATUS(421), .outcome = &outcome_odd_status},
    {STATUSES(423, 424), .outcome = &outcome_odd_status},
    {STATUS(425), .outcome = &outcome_same_key},
    {STATUS(426), .outcome = &outcome_odd_status},
    {STATUS(429), .outcome = &outcome_rate_limit},
    {STATUS(434), .outcome = &outcome_no_access}, /* bigmodel.cn's documents: "no API permission" */
    {STATUS(451), .outcome = &outcome_odd_status},
    {STATUSES(498, 499),
     .outcome = &outcome_odd_status}, /* Groq: no flex capacity; nginx: client closed the request */
    {STATUSES(400, 499), .outcome = &outcome_refused},
    {STATUS(529), .outcome = &outcome_overload},
    {.outcome = &outcome_same_key},
    {.outcome = NULL},
};
