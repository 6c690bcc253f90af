/* gate.c -- see gate.h.
 *
 * What an upstream sends before any output:
 *
 *   event: response.created          {"type":"response.created","response":{...}}
 *   event: response.in_progress
 *   event: response.output_item.added   (an empty shell)
 *
 * and its failures with HTTP 200:
 *
 *   event: error              {"type":"error","error":{"code":...,"message":...}}
 *   event: response.failed    {"response":{"status":"failed","error":{...}}}
 */
#include "responses/gate.h"
#include "provider/trouble.h"

/* Only these events are parsed: all others count as output by their name. */
static bool is_preamble(struct str type) {
  return str_equal(type, STR("response.created")) || str_equal(type, STR("response.in_progress")) ||
         str_equal(type, STR("response.queued")) || str_ends(type, STR(".added")) ||
         !str_starts(type, STR("response."));
}

static bool is_end(struct str type) {
  return str_equal(type, STR("response.completed")) || str_equal(type, STR("response.incomplete"));
}

static bool is_failure(struct str type) {
  return str_equal(type, STR("error")) || str_equal(type, STR("response.failed"));
}

static enum gate unreadable(struct trouble *trouble) {
  struct failure f = error_failure(ERR_UPSTREAM);
  *trouble = (struct trouble){
      .status = f.status, .code = f.code, .type = f.type, .message = f.message, .retry_after = -1};
  return GATE_GARBAGE;
}

/* The upstream stores it unless "store" is false. */
static void find_response_id(struct json_value response, struct arena *arena, struct str *out) {
  struct str id;
  if (json_bool(json_find(response, STR("store")), true) &&
      json_string(json_find(response, STR("id")), arena, &id)) {
    *out = id;
  }
}

enum gate responses_gate_event(const struct sse_event *ev, struct arena *arena,
                               struct gate_finds finds) {
  struct json json;
  size_t where;
  struct str type = ev->name;
  if (json_parse_lenient(&json, arena, ev->data, &where) < 0) {
    if (str_equal(str_trim(ev->data), STR("[DONE]")))
      return GATE_PREAMBLE;
    return unreadable(finds.trouble);
  }
  struct json_value root = json_root(&json);
  if (!json_absent(json_find(root, STR("type")))) {
    if (!json_string(json_find(root, STR("type")), arena, &type))
      return unreadable(finds.trouble);
  }
  json_integer(json_find(root, STR("sequence_number")), finds.sequence);
  if (is_failure(type)) {
    bool told = provider_read_error(root, arena, finds.trouble);
    return told ? GATE_TROUBLE : unreadable(finds.trouble);
  }
  if (is_end(type)) {
    usage_read(json_find(json_find(root, STR("response")), STR("usage")), finds.usage);
    return GATE_END;
  }
  if (!is_preamble(type))
    return GATE_OUTPUT;
  find_response_id(json_find(root, STR("response")), arena, finds.response_id);
  return GATE_PREAMBLE;
}

/* Not every object with HTTP 200 is an answer: {}, {"message":"Internal server error"}. */
static bool is_response(struct json_value answer) {
  struct json_value object = json_find(answer, STR("object"));
  if (!json_absent(object))
    return str_starts(json_raw(object), STR("\"response"));
  return json_type(json_find(answer, STR("output"))) == JSON_ARRAY;
}

enum gate responses_gate_whole(struct str body, struct arena *arena, struct gate_finds finds) {
  struct json json;
  size_t where;
  if (json_parse_lenient(&json, arena, body, &where) < 0)
    return unreadable(finds.trouble);
  struct json_value root = json_root(&json);
  if (json_type(root) != JSON_OBJECT)
    return unreadable(finds.trouble);
  if (provider_read_error(root, arena, finds.trouble))
    return GATE_TROUBLE;
  if (!is_response(root))
    return unreadable(finds.trouble);
  usage_read(json_find(root, STR("usage")), finds.usage);
  return GATE_OUTPUT;
}
