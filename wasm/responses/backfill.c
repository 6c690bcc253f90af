/* {"id":"resp_1","object":"response","output":[...] <here> }
 * {"type":"response.created","response":{"id":"resp_1", ... <here> }} */
#include "responses/backfill.h"

#include "base/errors.h"
#include "responses/echo.h"

/* Put the missing members into an open object, after its last member. */
static void put_lacking(struct buf *out, struct json_value answer, struct json_value body,
                        bool stored) {
  static const char *const keys[] = {
      "id",     "created_at",         "completed_at", "error",
      "output", "incomplete_details", "usage",        "status",
  };
  static const struct str model = STR_INIT("model");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    struct str key = str_literal(keys[i]);
    if (!json_exists(json_find(answer, key)))
      json_put_member_raw(out, key, STR_NONE);
  }
  if (!json_exists(json_find(answer, STR("object")))) {
    json_put_member_string(out, STR("object"), STR("response"));
  }
  if (!json_exists(json_find(answer, model))) {
    json_put_member_value(out, model, json_find(body, model));
  }
  responses_put_echo(out, body, answer, stored);
}

/* A place in |answer|: behind the last member of |object|, before the bracket.  What is put
 * there is preceded by the comma that is due. */
static size_t end_of(struct str answer, struct json_value object) {
  struct str raw = json_raw(object);
  struct str inside = str_trim(str_part(raw, 0, raw.n - 1));
  return (size_t)(inside.p - answer.p) + inside.n;
}

/* Clients read the details without checking that they are there. */
static void put_lacking_details(struct buf *out, struct json_value usage) {
  static const struct str input = STR_INIT("input_tokens_details"),
                          output = STR_INIT("output_tokens_details");
  if (json_absent(json_find(usage, input)))
    json_put_member_raw(out, input, STR("{\"cached_tokens\":0,\"cache_write_tokens\":0}"));
  if (json_absent(json_find(usage, output)))
    json_put_member_raw(out, output, STR("{\"reasoning_tokens\":0}"));
}

static bool is_response(struct json_value answer) {
  struct json_value object = json_find(answer, STR("object"));
  if (json_is(object, STR("response")))
    return true;
  return json_absent(object) && json_type(json_find(answer, STR("output"))) == JSON_ARRAY;
}

int responses_backfill(struct buf *out, struct str answer, struct json_value request_body,
                       bool stored, struct arena *scratch) {
  struct json json;
  size_t where;
  int err = json_parse_lenient(&json, scratch, answer, &where);
  if (err == ERR_MEMORY)
    return err;
  struct json_value response = err ? JSON_ABSENT : json_root(&json);
  if (!is_response(response))
    response = json_find(response, STR("response"));
  if (!is_response(response)) {
    buf_put(out, answer);
    return buf_error(out);
  }
  struct json_value usage = json_find(response, STR("usage"));
  size_t at = 0, end = end_of(answer, response);
  if (json_count(usage) > 0) {
    at = end_of(answer, usage);
    buf_put(out, str_part(answer, 0, at));
    put_lacking_details(out, usage);
  }
  buf_put(out, str_part(answer, at, end - at));
  put_lacking(out, response, request_body, stored);
  buf_put(out, str_from(answer, end));
  return buf_error(out);
}
