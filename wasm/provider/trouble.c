/* trouble.c -- provider_read_error() and provider_retry_after() of
 * trouble.h: what an upstream says of its failure.
 *
 *   {"error":{"code":"1214","message":"..."}}                       GLM
 *   {"error":{"message":"...","type":"...","param":null,"code":null}}   OpenAI
 *   {"error":"model not found"}                                     Ollama
 *   {"type":"error","error":{...}}, {"type":"error","code":..,"message":..}
 *   {"type":"response.failed","response":{"error":{...}}}
 *   {"code":500,"msg":"404 NOT_FOUND","success":false}              GLM's front
 *   {"object":"error","message":"...","type":"...","code":404}      vLLM, older
 *   {"detail":"Not Found"}                                          FastAPI
 */
#include "provider/trouble.h"

#include "limits.h"
#include "text/head.h"
#include "text/time_parse.h"

/* The first of the two members that is there. */
static struct json_value either(struct json_value object, struct str a, struct str b) {
  struct json_value v = json_find(object, a);
  return json_absent(v) ? json_find(object, b) : v;
}

/* A string's content, else the text as it stands: 1214 is "1214". */
static struct str text_of(struct json_value v, struct arena *arena) {
  struct str out = STR_NONE;
  if (json_absent(v))
    return STR_NONE;
  if (json_type(v) == JSON_STRING && json_string(v, arena, &out))
    return str_part(out, 0, MESSAGE_MAX);
  return json_type(v) == JSON_STRING ? STR_NONE : str_part(json_raw(v), 0, MESSAGE_MAX);
}

static bool read_fields(struct json_value from, struct arena *arena, struct trouble *out) {
  out->code = text_of(json_find(from, STR("code")), arena);
  out->type = text_of(json_find(from, STR("type")), arena);
  out->param = text_of(json_find(from, STR("param")), arena);
  out->message = text_of(either(from, STR("message"), STR("msg")), arena);
  return true;
}

static bool read_text(struct json_value text, struct json_value beside, struct arena *arena,
                      struct trouble *out) {
  out->code = text_of(json_find(beside, STR("code")), arena);
  out->type = out->param = STR_NONE;
  out->message = text_of(text, arena);
  return true;
}

/* {"code":..,"msg":..}; 0 and 200 are how some say that all went well. */
static bool is_flat(struct json_value root) {
  int64_t code = -1;
  struct json_value v = json_find(root, STR("code"));
  if (json_is(json_find(root, STR("object")), STR("error")))
    return true;
  if (json_absent(v) || json_type(either(root, STR("msg"), STR("message"))) != JSON_STRING)
    return false;
  return !(json_integer(v, &code) && (code == 0 || code == 200));
}

/* Has |root| a member by which an error is told?  Most of what is read has none. */
static bool may_be_error(struct json_value root) {
  static const struct str names[] = {STR_INIT("error"), STR_INIT("type"),    STR_INIT("detail"),
                                     STR_INIT("code"),  STR_INIT("message"), STR_INIT("msg")};
  for (struct json_value v = json_first(root); json_type(v) != JSON_NONE; v = json_next(v)) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      if (json_key_is(v, names[i]))
        return true;
    }
  }
  return json_is(json_find(root, STR("object")), STR("error"));
}

bool provider_read_error(struct json_value root, struct arena *arena, struct trouble *out) {
  if (json_type(root) == JSON_ARRAY) /* Gemini's compatible endpoint: [{"error":{...}}] */
    root = json_first(root);
  if (!may_be_error(root))
    return false;
  if (json_is(json_find(root, STR("type")), STR("response.failed")))
    return read_fields(json_find(json_find(root, STR("response")), STR("error")), arena, out);
  struct json_value error = json_find(root, STR("error"));
  if (json_type(error) == JSON_OBJECT && json_count(error) > 0)
    return read_fields(error, arena, out);
  if (json_type(error) == JSON_STRING && !json_is(error, STR("")))
    return read_text(error, root, arena, out);
  if (json_is(json_find(root, STR("type")), STR("error"))) {
    read_fields(root, arena, out);
    out->type = STR_NONE; /* "error" is the event's type, not the failure's */
    return true;
  }
  if (is_flat(root))
    return read_fields(root, arena, out);
  error = json_find(root, STR("detail"));
  return !json_absent(error) && read_text(error, root, arena, out);
}

/* The limits' own headers: a reset tells of now only when nothing remains. */
static double limit_reset(struct str head, struct str remaining, struct str reset) {
  if (time_parse_number(head_find(head, remaining)) != 0)
    return -1;
  struct str value = head_find(head, reset);
  double ms = time_parse_duration(value);
  if (ms < 0 && time_parse_number(value) >= 0)
    ms = time_parse_number(value) * SECOND; /* a bare number is seconds (Groq, xAI) */
  return ms;
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
  return most(
      limit_reset(head, STR("x-ratelimit-remaining-requests"), STR("x-ratelimit-reset-requests")),
      limit_reset(head, STR("x-ratelimit-remaining-tokens"), STR("x-ratelimit-reset-tokens")));
}
