/* error_table.c -- see error_table.h.
 *
 * GLM's numbers: https://docs.z.ai/api-reference/api-code and
 * https://docs.bigmodel.cn/cn/api/api-code, read 2026-11-23.  GLM's messages are in English or in
 * Chinese, so its rows match the code and not the message.  OpenAI's words: its OpenAPI document
 * (ResponseError), its page on error codes, and recordings.
 */
#include "provider/error_table.h"

#define OUTCOME(name) .outcome = OUTCOME_##name
#define CODES(first, last) .is_code = true, .from = (first), .to = (last)
#define CODE(number) CODES(number, 0)
#define TEXT(of, literal) .kind = (of), .text = (literal), .n = sizeof(literal) - 1
#define WORD(literal) TEXT(ROW_WORD, literal)
#define SAYS(literal) TEXT(ROW_SAYS, literal)
#define HTML .kind = ROW_HTML
#define STATUSES(first, last) .from = (first), .to = (last)
#define STATUS(number) STATUSES(number, 0)

const struct error_row provider_errors_glm[] = {
    {CODE(401), OUTCOME(bad_key)},
    {CODE(500), OUTCOME(same_key)},
    {CODES(1000, 1004), OUTCOME(bad_key)},
    {CODE(1100), OUTCOME(account_trouble)},
    {CODES(1110, 1112), OUTCOME(locked_account)},
    {CODE(1113), OUTCOME(glm_no_balance)},
    {CODE(1120), OUTCOME(account_trouble)},
    {CODE(1121), OUTCOME(locked_account)},
    {CODE(1200), OUTCOME(same_key)},
    {CODE(1211), OUTCOME(unknown_model)},
    /* Reported for a model that does not exist, in place of 1211. */
    {CODE(1214), SAYS("modelcode"), OUTCOME(unknown_model)},
    {CODES(1210, 1215), OUTCOME(glm_refused)},
    {CODE(1220), OUTCOME(no_access)},
    {CODES(1221, 1222), OUTCOME(no_endpoint)},
    {CODE(1230), OUTCOME(same_key)},
    {CODE(1231), OUTCOME(new_id)},
    {CODE(1234), OUTCOME(same_key)},
    {CODE(1261), OUTCOME(too_long)},
    {CODES(1300, 1301), OUTCOME(policy)},
    {CODES(1302, 1303), OUTCOME(rate_limit)},
    {CODE(1304), OUTCOME(glm_daily)},
    {CODE(1305), OUTCOME(overload)},
    {CODE(1308), OUTCOME(glm_five_hours)},
    {CODE(1309), OUTCOME(glm_plan)},
    {CODE(1310), OUTCOME(glm_weekly)},
    {CODE(1311), OUTCOME(no_access)},
    {CODE(1312), OUTCOME(overload)},
    {CODES(1313, 1321), OUTCOME(glm_plan)},
    {WORD("network_error"), OUTCOME(same_key)}, /* a finish_reason */
    {OUTCOME(none)},
};

const struct error_row provider_errors_common[] = {
    {STATUS(STATUS_NONE), OUTCOME(no_answer)},
    {WORD("upstream_timeout"), OUTCOME(silent)},

    /* DashScope calls a limit of tokens per minute a quota. */
    {SAYS("error-code#token-limit"), OUTCOME(rate_limit)},

    /* Codes and types. */
    {WORD("model_not_found"), OUTCOME(no_access)},
    {WORD("model_not_available"), OUTCOME(no_access)},      /* Together */
    {WORD("modelnotopen"), OUTCOME(no_access)},             /* Volcengine */
    {WORD("*accessdenied*"), OUTCOME(no_access)},           /* DashScope */
    {WORD("deploymentnotfound"), OUTCOME(unknown_model)},   /* Azure */
    {WORD("model_decommissioned"), OUTCOME(unknown_model)}, /* Groq */
    {WORD("model_not_supported"), OUTCOME(unknown_model)},
    {WORD("modelnotfound"), OUTCOME(unknown_model)},
    {WORD("invalid_model*"), OUTCOME(unknown_model)},
    {WORD("unsupported_country_region_territory"), OUTCOME(wrong_region)},
    {WORD("insufficient_quota"), OUTCOME(no_balance)},
    {WORD("insufficient_balance*"), OUTCOME(no_balance)},
    {WORD("insufficient_user_quota"), OUTCOME(no_balance)}, /* new-api, also the next */
    {WORD("*token_quota_failed"), OUTCOME(no_balance)},
    {WORD("credit_balance_exhausted"), OUTCOME(no_balance)},
    {WORD("creditserror"), OUTCOME(no_balance)},
    {WORD("exceeded_current_quota*"), OUTCOME(no_balance)}, /* Kimi */
    {WORD("arrearage"), OUTCOME(no_balance)},               /* DashScope */
    {WORD("allocationquota*"), OUTCOME(no_balance)},
    {WORD("quotaexceeded"), OUTCOME(no_balance)}, /* Volcengine, also the next */
    {WORD("setlimitexceeded"), OUTCOME(no_balance)},
    {WORD("*_spend_limit_exceeded"), OUTCOME(no_balance)},
    {WORD("*_usage_limit_exceeded"), OUTCOME(no_balance)},
    {WORD("usage_limit_*"), OUTCOME(no_balance)},
    {WORD("billing_*"), OUTCOME(no_balance)},
    {STATUSES(400, 499), SAYS("request too large*tokens per"), OUTCOME(too_large_for_limit)},
    {WORD("rate_limit_*"), OUTCOME(rate_limit)},
    {WORD("slow_down"), OUTCOME(rate_limit)},
    {WORD("invalid_api_key"), OUTCOME(bad_key)},
    {WORD("invalidapikey"), OUTCOME(bad_key)}, /* DashScope */
    {WORD("invalid_authentication*"), OUTCOME(bad_key)},
    {WORD("account_deactivated"), OUTCOME(locked_account)},
    {WORD("organization_restricted"), OUTCOME(locked_account)}, /* Groq */
    {SAYS("organization has been disabled"), OUTCOME(locked_account)},
    {WORD("*overloaded*"), OUTCOME(overload_same)},
    {WORD("vector_store_timeout"), OUTCOME(same_key)},
    {WORD("previous_response_not_found"), OUTCOME(elsewhere)},
    {WORD("invalid_encrypted_content"), OUTCOME(foreign_reasoning)},
    {WORD("content_filter"), OUTCOME(refused)},
    {WORD("data_inspection*"), OUTCOME(refused)}, /* DashScope */
    /* Groq: the model's output could not be parsed; it may succeed the next time. */
    {WORD("tool_use_failed"), OUTCOME(same_key)},
    {WORD("json_validate_failed"), OUTCOME(same_key)},

    /* Messages, where the code or the status is missing or misleading; from public issues. */
    {SAYS("exceeded your current quota*retry in "),
     OUTCOME(rate_limit)}, /* Gemini: the limit of a minute */
    {STATUSES(200, 500), SAYS("insufficient balance"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("balance is insufficient"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("balance not enough"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("have any credits"), OUTCOME(no_balance)}, /* xAI */
    {STATUSES(200, 429), SAYS("free allocation"), OUTCOME(no_balance)},  /* Cloudflare */
    {STATUSES(200, 429), SAYS("today's quota"), OUTCOME(no_balance)},    /* ModelScope */
    {STATUSES(200, 429), SAYS("insufficient*credit"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("not enough*credit"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("not enough*balance"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("out of credit"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("no credits"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("more credits"), OUTCOME(no_balance)}, /* OpenRouter */
    {STATUSES(200, 429), SAYS("credit balance"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("insufficient*balance"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("insufficient quota"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("insufficient funds"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("account*in arrears"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("account*overdue"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("exceeded your current quota"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("free tier*exhausted"), OUTCOME(no_balance)},
    {STATUSES(200, 403), SAYS("free tier"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("free quota"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("usage limit"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("spending limit"), OUTCOME(no_balance)},
    {STATUSES(200, 403), SAYS("plan and billing"), OUTCOME(no_balance)},
    {STATUSES(200, 403), SAYS("payment required"), OUTCOME(no_balance)},
    {STATUSES(200, 429), SAYS("\xe4\xbd\x99\xe9\xa2\x9d\xe4\xb8\x8d\xe8\xb6\xb3"),
     OUTCOME(no_balance)}, /* "balance too low" */
    {STATUSES(200, 429), SAYS("\xe6\xac\xa0\xe8\xb4\xb9"), OUTCOME(no_balance)}, /* "in debt" */
    {STATUSES(400, 403), SAYS("country, region, or territory not supported"),
     OUTCOME(wrong_region)},
    {STATUSES(400, 403), SAYS("user location is not supported"), OUTCOME(wrong_region)},
    {STATUSES(400, 451), SAYS("not*your*region"), OUTCOME(wrong_region)},
    {STATUSES(400, 451), SAYS("your region*not"), OUTCOME(wrong_region)},
    {STATUSES(400, 451), SAYS("not*your country"), OUTCOME(wrong_region)},
    {STATUSES(400, 451), SAYS("unsupported country"), OUTCOME(wrong_region)},
    {STATUSES(400, 451), SAYS("region*not supported"), OUTCOME(wrong_region)},
    {STATUS(403), SAYS("check your network settings"), OUTCOME(wrong_region)}, /* Groq */
    {STATUS(403), SAYS("^request not allowed$"), OUTCOME(wrong_region)},       /* Anthropic */
    {STATUS(403), SAYS("firewall rules"), OUTCOME(blocked)},                   /* Azure */
    {STATUS(403), SAYS("violates*guidelines"), OUTCOME(policy)},               /* xAI */
    {STATUS(200), SAYS("rate limit"), OUTCOME(rate_limit)}, /* MiniMax, also the next */
    {STATUS(200), SAYS("login fail"), OUTCOME(bad_key)},
    {STATUS(200), SAYS("new_sensitive"), OUTCOME(policy)},
    {STATUSES(200, 400), SAYS("api key not valid"), OUTCOME(bad_key)}, /* Gemini */
    {STATUSES(200, 400), SAYS("api_key_invalid"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("api key expired"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("invalid api key"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("invalid api-key"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("incorrect api key"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("api key is invalid"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("api key*not found"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("invalid authentication"), OUTCOME(bad_key)},
    {STATUSES(200, 400), SAYS("authentication fail"), OUTCOME(bad_key)},
    {STATUSES(200, 404), SAYS("model not exist"), OUTCOME(unknown_model)}, /* DeepSeek */
    {STATUSES(200, 404), SAYS("model does not exist"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("the model*does not exist"), OUTCOME(no_access)},
    {STATUSES(200, 404), SAYS("not a valid model"), OUTCOME(unknown_model)}, /* OpenRouter */
    {STATUSES(200, 404), SAYS("no such model"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("invalid model id"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("model identifier is invalid"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("model disabled"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("no models loaded"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("not found the model"), OUTCOME(no_access)}, /* Kimi */
    {STATUS(404), SAYS("^no endpoints found for "), OUTCOME(unknown_model)},
    {STATUS(404), SAYS("^model: "), OUTCOME(unknown_model)}, /* Anthropic */
    {STATUSES(400, 404), SAYS("organization must be verified"), OUTCOME(no_access)},
    {STATUSES(200, 404), SAYS("unknown model"), OUTCOME(unknown_model)},
    {STATUSES(200, 422), SAYS("model not found"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("unsupported model"), OUTCOME(unknown_model)},
    {STATUSES(400, 404), SAYS("^model*is not supported"), OUTCOME(unknown_model)},
    {STATUSES(400, 404), SAYS("^model*is not available"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("model '*' not found"), OUTCOME(unknown_model)}, /* Ollama */
    {STATUSES(200, 404), SAYS("model \"*\" not found"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("model*has been deprecated"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("model*has been decommissioned"), OUTCOME(unknown_model)},
    {STATUSES(200, 404), SAYS("model*no longer available"), OUTCOME(unknown_model)},
    {STATUSES(200, 403), SAYS("have access to*model"), OUTCOME(no_access)},
    {STATUSES(200, 403), SAYS("not allowed to*model"), OUTCOME(no_access)},

    /* Types with more than one meaning. */
    {STATUS(404), SAYS("item with id 'rs_"), OUTCOME(foreign_reasoning)},
    {STATUS(404), SAYS("item with id"), OUTCOME(elsewhere)},
    {STATUS(400), SAYS("item 'rs_*was provided without its required"), OUTCOME(foreign_reasoning)},
    {STATUS(400), SAYS("was provided without its required 'reasoning' item"),
     OUTCOME(foreign_reasoning)},
    {STATUS(400), SAYS("encrypted content*could not be"), OUTCOME(foreign_reasoning)},
    {STATUS(400), SAYS("encrypted content*not be verified"), OUTCOME(foreign_reasoning)},
    {WORD("authentication_error"), OUTCOME(bad_key)},
    {WORD("invalid_prompt"), OUTCOME(refused)},
    {WORD("*_policy*"), OUTCOME(refused)},
    {STATUS(403), SAYS("flagged"), OUTCOME(refused)}, /* OpenRouter: moderation */
    {WORD("*image*"), OUTCOME(refused)},
    {WORD("server_error"), OUTCOME(same_key)},
    {STATUS(404), SAYS("invalid url"), OUTCOME(no_endpoint)},
    {STATUS(404), SAYS("unknown request url"), OUTCOME(no_endpoint)}, /* Groq */
    {STATUSES(200, 400), WORD("invalid_request_error"), OUTCOME(refused)},
    {STATUS(404), WORD("invalid_request_error"), OUTCOME(refused)},

    /* HTTP's statuses. */
    {STATUSES(200, 299), OUTCOME(same_key)},
    {STATUSES(300, 399), OUTCOME(no_endpoint)},
    {STATUS(400), HTML, OUTCOME(blocked)},
    {STATUS(401), OUTCOME(bad_key)},
    {STATUS(402), OUTCOME(no_balance)},
    {STATUS(403), HTML, OUTCOME(blocked)},
    {STATUS(403), SAYS("^error code: 1"), OUTCOME(blocked)}, /* Cloudflare's firewall */
    {STATUS(403), OUTCOME(bad_key)},
    {STATUS(404), SAYS("model*not found"), OUTCOME(unknown_model)},
    {STATUS(410), OUTCOME(unknown_model)}, /* NVIDIA: at the end of its life */
    {STATUS(404), SAYS("not found for*version"), OUTCOME(unknown_model)}, /* Gemini */
    {STATUS(404), SAYS("^404"), OUTCOME(no_endpoint)},
    {STATUS(404), SAYS("^not found$"), OUTCOME(no_endpoint)},
    {STATUS(404), SAYS("^not found.$"), OUTCOME(no_endpoint)},
    {STATUS(404), SAYS("^resource not found$"), OUTCOME(no_endpoint)},
    {STATUS(404), SAYS("page not found"), OUTCOME(no_endpoint)},
    {STATUS(404), SAYS("cannot post"), OUTCOME(no_endpoint)},
    {STATUS(404), SAYS("no route"), OUTCOME(no_endpoint)},
    {STATUS(404), HTML, OUTCOME(no_endpoint)},
    {STATUS(404), SAYS(" "), OUTCOME(not_served)},
    {STATUSES(404, 405), OUTCOME(no_endpoint)},
    {STATUSES(408, 409), OUTCOME(same_key)},
    {STATUS(413), OUTCOME(too_large)},
    {STATUS(421), OUTCOME(odd_status)},
    {STATUSES(423, 424), OUTCOME(odd_status)},
    {STATUS(425), OUTCOME(same_key)},
    {STATUS(426), OUTCOME(odd_status)},
    {STATUS(429), OUTCOME(rate_limit)},
    {STATUS(434), OUTCOME(no_access)}, /* bigmodel.cn's documents: "no API permission" */
    {STATUS(451), OUTCOME(odd_status)},
    {STATUSES(498, 499),
     OUTCOME(odd_status)}, /* Groq: no flex capacity; nginx: client closed the request */
    {STATUSES(400, 499), OUTCOME(refused)},
    {STATUS(529), OUTCOME(overload)},
    {OUTCOME(same_key)},
    {OUTCOME(none)},
};
