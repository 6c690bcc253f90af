/* {"id":"resp_1","object":"response","output":[...] <here> }
 * {"type":"response.created","response":{"id":"resp_1", ... <here> }} */
#include "responses/backfill.h"

#include "base/errors.h"
#include "responses/echo.h"

/* Into an object that is open, after its last member. */
static void put_lacking(struct buf *out, struct json_value answer, struct json_value body) {
  static const struct str keys[] = {
      STR_INIT("id"),    STR_INIT("created_at"), STR_INIT("completed_at"),
      STR_INIT("error"), STR_INIT("output"),     STR_INIT("incomplete_details"),
      STR_INIT("usage"), STR_INIT("status"),
  };
  static const struct str model = STR_INIT("model");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (json_type(json_find(answer, keys[i])) != JSON_NONE)
      continue;
    json_put_member_raw(out, keys[i], STR_NONE);
  }
  if (json_type(json_find(answer, STR("object"))) == JSON_NONE) {
    json_put_member_string(out, STR("object"), STR("response"));
  }
  if (json_type(json_find(answer, model)) == JSON_NONE) {
    json_put_member_raw(out, model, json_raw(json_find(body, model)));
  }
  responses_put_echo(out, body, answer);
}

static bool is_response(struct json_value answer) {
  struct json_value object = json_find(answer, STR("object"));
  if (json_is(object, STR("response")))
    return true;
  return json_absent(object) && json_type(json_find(answer, STR("output"))) == JSON_ARRAY;
}

int responses_backfill(struct buf *out, struct str answer, struct json_value request_body,
                       struct arena *scratch) {
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
  /* Not to be cut off its comma, what is added stands where the last member ends. */
  struct str object = json_raw(response);
  struct str inside = str_trim(str_part(object, 0, object.n - 1));
  size_t end = (size_t)(inside.p - answer.p) + inside.n;
  buf_put(out, str_part(answer, 0, end));
  put_lacking(out, response, request_body);
  buf_put(out, str_from(answer, end));
  return buf_error(out);
}
