/* trouble.c -- see trouble.h.
 *
 *   {"error":{"code":"1214","message":"..."}}                       GLM
 *   {"error":{"message":"...","type":"...","param":null,"code":null}}   OpenAI
 *   {"error":"model not found"}                                     Ollama
 *   {"type":"error","error":{...}}, {"type":"error","code":..,"message":..}
 *   {"type":"response.failed","response":{"error":{...}}}
 *   {"code":500,"msg":"404 NOT_FOUND","success":false}              GLM's front
 *   {"object":"error","message":"...","type":"...","code":404}      vLLM, older
 *   {"detail":"Not Found"}                                          FastAPI
 *   {"base_resp":{"status_code":1008,"status_msg":"..."}}           MiniMax, with HTTP 200
 *   {"errors":[{"message":"...","code":5007}],"success":false}      Cloudflare
 *   {"errors":{"message":"..."},"request_id":"..."}                 ModelScope
 *   {"message":"...","id":"..."}                                    Cohere, Bedrock
 *   {"error":{"message":"Provider returned error","code":400,       OpenRouter
 *     "metadata":{"raw":"{\"error\":{...}}","provider_name":"X"}}}
 */
#include "provider/trouble.h"

#include "base/errors.h"
#include "limits.h"
#include "text/head.h"
#include "text/time_parse.h"

/* The member |a|, or |b| when it is absent. */
static struct json_value either(struct json_value object, struct str a, struct str b) {
  struct json_value v = json_find(object, a);
  return json_absent(v) ? json_find(object, b) : v;
}

/* A string's content, else the JSON text: 1214 is "1214". */
static struct str text_of(struct json_value v, struct arena *arena) {
  struct str out = STR_NONE;
  if (json_absent(v))
    return STR_NONE;
  if (json_type(v) == JSON_STRING && json_string(v, arena, &out))
    return str_part(out, 0, MESSAGE_MAX);
  return json_type(v) == JSON_STRING ? STR_NONE : str_part(json_raw(v), 0, MESSAGE_MAX);
}

static void read_own_fields(struct json_value from, struct arena *arena, struct trouble *out) {
  out->code = text_of(json_find(from, STR("code")), arena);
  out->type = text_of(json_find(from, STR("type")), arena);
  out->param = text_of(json_find(from, STR("param")), arena);
  out->message = text_of(either(from, STR("message"), STR("msg")), arena);
}

static bool is_number(struct str s) {
  int64_t value;
  return str_integer(s, &value);
}

static struct str first_filled(struct str a, struct str b) {
  return a.n > 0 ? a : b;
}

/* "X: its message". */
static struct str with_source(struct str source, struct str message, struct arena *arena) {
  struct buf b;
  buf_init(&b, arena, 2 * MESSAGE_MAX);
  buf_put(&b, source);
  buf_put(&b, STR(": "));
  buf_put(&b, message);
  return source.n == 0 || buf_error(&b) ? message : str_part(buf_str(&b), 0, MESSAGE_MAX);
}

/* An error that a router sends on from the provider behind it, as text or as JSON in a string. */
static void read_inner(struct json_value metadata, struct arena *arena, struct trouble *out) {
  struct json json;
  size_t where;
  struct trouble inner = {0};
  struct str raw = text_of(json_find(metadata, STR("raw")), arena);
  if (json_parse_lenient(&json, arena, raw, &where) == 0 &&
      json_type(json_root(&json)) == JSON_OBJECT) {
    struct json_value error = json_find(json_root(&json), STR("error"));
    bool nested = json_type(error) == JSON_OBJECT;
    read_own_fields(nested ? error : json_root(&json), arena, &inner);
    if (json_type(error) == JSON_STRING)
      inner.message = text_of(error, arena);
  } else {
    inner.message = raw;
  }
  if (inner.message.n == 0)
    return;
  struct str source = text_of(json_find(metadata, STR("provider_name")), arena);
  out->message = with_source(source, inner.message, arena);
  out->param = first_filled(inner.param, out->param);
  out->type = first_filled(inner.type, out->type);
  if (inner.code.n > 0 && !is_number(inner.code))
    out->code = inner.code;
}

static bool read_fields(struct json_value from, struct arena *arena, struct trouble *out) {
  read_own_fields(from, arena, out);
  read_inner(json_find(from, STR("metadata")), arena, out);
  return true;
}

static bool read_text(struct json_value text, struct json_value beside, struct arena *arena,
                      struct trouble *out) {
  out->code = text_of(json_find(beside, STR("code")), arena);
  out->type = out->param = STR_NONE;
  out->message = text_of(text, arena);
  return true;
}

/* {"code":..,"msg":..}; some services use 0 and 200 for success. */
static bool is_flat(struct json_value root) {
  int64_t code = -1;
  struct json_value v = json_find(root, STR("code"));
  if (json_is(json_find(root, STR("object")), STR("error")))
    return true;
  if (json_absent(v) || json_type(either(root, STR("msg"), STR("message"))) != JSON_STRING)
    return false;
  return !(json_integer(v, &code) && (code == 0 || code == 200));
}

/* A success has the code 0. */
static bool read_base_resp(struct json_value base, struct arena *arena, struct trouble *out) {
  int64_t code = 0;
  struct json_value v = json_find(base, STR("status_code"));
  if (!json_integer(v, &code) || code == 0)
    return false;
  *out = (struct trouble){.status = out->status,
                          .code = text_of(v, arena),
                          .message = text_of(json_find(base, STR("status_msg")), arena),
                          .retry_after = out->retry_after};
  return true;
}

/* Has |root| a member that an error has? A quick check: most texts have none. */
static bool may_be_error(struct json_value root) {
  static const char *const names[] = {
      "error", "type", "detail", "code", "message", "msg", "base_resp",
  };
  for (struct json_value v = json_first(root); json_exists(v); v = json_next(v)) {
    if (JSON_KEY_ROW(v, names) != NULL)
      return true;
  }
  return json_is(json_find(root, STR("object")), STR("error"));
}

/* Some services have an error without a content beside every answer: {"code":null,"message":""} */
static bool says_something(struct json_value error) {
  for (struct json_value v = json_first(error); json_exists(v); v = json_next(v)) {
    if (!json_absent(v) && !json_is(v, STR_NONE) && !str_equal(json_raw(v), STR("0")))
      return true;
  }
  return false;
}

struct trouble provider_trouble(int error) {
  struct failure f = error_failure(error);
  return (struct trouble){
      .status = f.status, .code = f.code, .type = f.type, .message = f.message, .retry_after = -1};
}

bool provider_read_error(struct json_value root, struct arena *arena, struct trouble *out) {
  if (json_type(root) == JSON_ARRAY) /* Gemini's compatible endpoint: [{"error":{...}}] */
    root = json_first(root);
  if (!may_be_error(root))
    return false;
  if (json_is(json_find(root, STR("type")), STR("response.failed")))
    return read_fields(json_find(json_find(root, STR("response")), STR("error")), arena, out);
  struct json_value error = json_find(root, STR("error"));
  if (json_type(error) == JSON_OBJECT && says_something(error))
    return read_fields(error, arena, out);
  if (json_type(error) == JSON_STRING && !json_is(error, STR("")))
    return read_text(error, root, arena, out);
  if (json_is(json_find(root, STR("type")), STR("error"))) {
    read_fields(root, arena, out);
    out->type = STR_NONE; /* "error" is the type of the event, not of the failure */
    return true;
  }
  if (json_count(json_find(root, STR("choices"))) > 0)
    return false; /* an answer: a code or detail beside it says how it went */
  if (is_flat(root))
    return read_fields(root, arena, out);
  if (read_base_resp(json_find(root, STR("base_resp")), arena, out))
    return true;
  error = json_find(root, STR("detail"));
  return !json_absent(error) && read_text(error, root, arena, out);
}

void provider_read_error_body(struct str body, struct arena *arena, struct trouble *out) {
  struct json json;
  size_t where;
  if (json_parse_lenient(&json, arena, body, &where) == 0) {
    struct json_value root = json_root(&json), errors = json_find(root, STR("errors"));
    if (json_type(errors) == JSON_ARRAY)
      errors = json_first(errors);
    if (!provider_read_error(root, arena, out))
      read_own_fields(json_type(errors) == JSON_OBJECT ? errors : root, arena, out);
    return;
  }
  body = str_trim(body);
  out->html = str_starts(body, STR("<"));
  bool cut_json = str_starts(body, STR("{")) || str_starts(body, STR("["));
  if (!out->html && !cut_json)
    out->message = arena_copy(arena, str_part(body, 0, MESSAGE_MAX));
}

/* ---- waits ---- */

/* "8.64s", "6m0s"; a bare number is seconds (Groq, xAI). */
static double parse_reset(struct str value) {
  double ms = time_parse_duration(value);
  if (ms < 0 && time_parse_number(value) >= 0)
    ms = time_parse_number(value) * SECOND;
  return ms;
}

/* A point in time: OpenRouter's in ms since 1970, others' in seconds. */
static double parse_reset_moment(struct str value, double now) {
  static const double year_2001 = 1e9;
  double number = time_parse_number(value);
  if (number >= year_2001 * SECOND)
    return number - now;
  return number >= year_2001 ? number * SECOND - now : parse_reset(value);
}

/* A reset counts only when nothing remains. */
static double limit_reset(struct str head, struct str remaining, struct str reset, double now) {
  if (time_parse_number(head_find(head, remaining)) != 0)
    return -1;
  return parse_reset_moment(head_find(head, reset), now);
}

static double most(double a, double b) {
  return a > b ? a : b;
}

double provider_retry_after(struct str head, double now) {
  double ms = time_parse_number(head_find(head, STR("retry-after-ms")));
  if (ms >= 0)
    return ms;
  struct str after = head_find(head, STR("retry-after"));
  ms = time_parse_number(after);
  if (ms >= 0)
    return ms * SECOND;
  ms = time_parse_date(after);
  if (ms >= 0)
    return most(ms - now, 0);
  static const char *const limits[][2] = {
      {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
      {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
      {"x-ratelimit-remaining", "x-ratelimit-reset"},
      {"ratelimit-remaining", "ratelimit-reset"},
  };
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
    ms = most(ms, limit_reset(head, str_literal(limits[i][0]), str_literal(limits[i][1]), now));
  return ms;
}

double provider_soonest_reset(struct str head) {
  static const struct str names[] = {STR_INIT("x-ratelimit-reset-requests"),
                                     STR_INIT("x-ratelimit-reset-tokens")};
  double soonest = -1;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    double ms = parse_reset(head_find(head, names[i]));
    if (ms >= 0 && (soonest < 0 || ms < soonest))
      soonest = ms;
  }
  return soonest;
}
