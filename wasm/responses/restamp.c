/* {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","background":false,
 * "created_at":1,...}} */
#include "responses/restamp.h"

#include "base/errors.h"

static bool is_echoed(struct json_value member) {
  return json_key_is(member, STR("previous_response_id")) ||
         json_key_is(member, STR("conversation"));
}

/* Put the members of |response|, and close it. */
static void put_members(struct buf *out, struct json_value response, const struct restamp *to) {
  bool begun = to->id.n > 0;
  if (begun)
    json_put_member_string(out, STR("id"), to->id);
  for (struct json_value v = json_first(response); json_exists(v); v = json_next(v)) {
    if (begun && json_key_is(v, STR("created_at")))
      json_put_member_integer(out, STR("created_at"), to->created);
    else if (!is_echoed(v) &&
             !(begun && (json_key_is(v, STR("id")) || json_key_is(v, STR("background")))))
      json_put_member(out, v);
  }
  if (begun) {
    json_put_key(out, STR("background"));
    json_put_bool(out, to->background);
  }
  if (to->removed.n > 0) {
    json_put_member_open(out, STR("input_transformations"), '[');
    buf_put(out, to->removed);
    json_put_close(out, ']');
  }
  json_put_close(out, '}');
}

int responses_restamp(struct buf *out, struct str data, const struct restamp *to,
                      struct arena *scratch) {
  struct json json;
  size_t where;
  int err = json_parse_lenient(&json, scratch, data, &where);
  if (err < 0)
    return err;
  struct json_value root = json_root(&json);
  if (json_type(root) != JSON_OBJECT)
    return ERR_TYPE;
  json_put_open(out, '{');
  if (json_is(json_find(root, STR("object")), STR("response"))) {
    put_members(out, root, to);
    return buf_error(out);
  }
  for (struct json_value v = json_first(root); json_exists(v); v = json_next(v)) {
    if (json_key_is(v, STR("response")) && json_type(v) == JSON_OBJECT) {
      json_put_member_open(out, STR("response"), '{');
      put_members(out, v, to);
    } else if (to->id.n == 0 || !json_key_is(v, STR("sequence_number"))) {
      json_put_member(out, v);
    }
  }
  if (to->id.n > 0)
    json_put_member_integer(out, STR("sequence_number"), to->sequence);
  json_put_close(out, '}');
  return buf_error(out);
}
