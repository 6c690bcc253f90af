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

static enum gate judge_error(struct trouble *trouble, int error, enum gate gate) {
  *trouble = provider_trouble(error);
  return gate;
}

static enum gate unreadable(struct trouble *trouble) {
  return judge_error(trouble, ERR_UPSTREAM, GATE_GARBAGE);
}

/* ---- the end ---- */

static bool has_status(struct json_value response, struct str word) {
  return json_is(json_find(response, STR("status")), word);
}

/* Unknown words are failures, as in chat: what may be cut off must not count as complete.  Some
 * services leave the status in the last event as it was before; a response in the background is
 * under way when its object is told. */
bool responses_ended_well(struct json_value response, bool last_event) {
  struct json_value status = json_find(response, STR("status"));
  bool going = has_status(response, STR("in_progress")) || has_status(response, STR("queued"));
  bool background = json_bool(json_find(response, STR("background")), false);
  if (json_absent(status) || (json_type(status) != JSON_STRING && last_event))
    return true;
  return has_status(response, STR("completed")) || has_status(response, STR("incomplete")) ||
         (going && (last_event || background));
}

/* It did not: its own error, or that it was cut off. */
static enum gate judge_bad_end(struct json_value response, struct arena *arena,
                               struct gate_finds finds, enum gate gate) {
  if (provider_read_error(response, arena, finds.trouble))
    return gate;
  return judge_error(finds.trouble, ERR_UPSTREAM_CUT, gate);
}

/* Is |text| a string of more than spaces? */
static bool has_text(struct json_value text) {
  struct str raw = json_raw(text);
  for (size_t i = 1; json_type(text) == JSON_STRING && i + 1 < raw.n; i++) {
    char next = raw.p[i + 1];
    bool escape = raw.p[i] == '\\' && (next == 'n' || next == 'r' || next == 't');
    if (raw.p[i] != ' ' && !escape)
      return true;
    i += escape;
  }
  return false;
}

/* Parts of other kinds, such as sound, have no text. */
static bool says_something(struct json_value parts) {
  for (struct json_value v = json_first(parts); json_exists(v); v = json_next(v)) {
    struct json_value type = json_find(v, STR("type"));
    bool words = json_is(type, STR("output_text")) || json_is(type, STR("refusal")) ||
                 !json_absent(json_find(v, STR("text")));
    if (!words || has_text(json_find(v, STR("text"))) || has_text(json_find(v, STR("refusal"))))
      return true;
  }
  return false;
}

/* Only messages and reasoning can be without content. */
static bool is_empty(struct json_value response) {
  struct json_value v = json_first(json_find(response, STR("output")));
  for (; json_exists(v); v = json_next(v)) {
    struct json_value type = json_find(v, STR("type"));
    if (!json_is(type, STR("message")) && !json_is(type, STR("reasoning")))
      return false;
    if (says_something(json_find(v, STR("content"))) ||
        says_something(json_find(v, STR("summary"))))
      return false;
  }
  return json_absent(json_find(response, STR("status"))) || has_status(response, STR("completed"));
}

static void find_in_end(struct json_value response, struct gate_finds finds) {
  usage_read(json_find(response, STR("usage")), finds.usage);
  *finds.empty = is_empty(response);
}

static enum gate judge_end(struct json_value response, struct arena *arena,
                           struct gate_finds finds) {
  find_in_end(response, finds);
  return responses_ended_well(response, true)
             ? GATE_END
             : judge_bad_end(response, arena, finds, GATE_FALSE_END);
}

/* ---- events ---- */

/* An event with a name that is not of this API. */
static bool is_foreign(struct str name) {
  return name.n > 0 && !str_starts(name, STR("response.")) && !str_equal(name, STR("message")) &&
         !str_equal(name, STR("error"));
}

static enum gate judge_no_json(const struct sse_event *ev, struct trouble *trouble) {
  struct str data = str_trim(ev->data);
  if (sse_is_done(data))
    return GATE_PREAMBLE;
  return data.n == 0 || is_foreign(ev->name) ? GATE_NOTHING : unreadable(trouble);
}

enum gate responses_gate_event(const struct sse_event *ev, struct arena *arena,
                               struct gate_finds finds) {
  struct json json;
  size_t where;
  struct str type = ev->name, id;
  if (json_parse_lenient(&json, arena, ev->data, &where) < 0)
    return judge_no_json(ev, finds.trouble);
  struct json_value root = json_root(&json);
  if (!json_absent(json_find(root, STR("type")))) {
    if (!json_string(json_find(root, STR("type")), arena, &type))
      return unreadable(finds.trouble);
  }
  /* An error in the form of Chat Completions. */
  if (type.n == 0 && !json_absent(json_find(root, STR("error"))))
    type = STR("error");
  json_integer(json_find(root, STR("sequence_number")), finds.sequence);
  if (is_failure(type)) {
    bool told = provider_read_error(root, arena, finds.trouble);
    bool ends = !str_equal(type, STR("error"));
    return !told ? unreadable(finds.trouble) : ends ? GATE_TROUBLE : GATE_ERROR;
  }
  if (is_end(type)) {
    struct json_value response = json_find(root, STR("response"));
    gather_end(finds.gather, ev->data, response, arena);
    return judge_end(response, arena, finds);
  }
  gather_take(finds.gather, type, root);
  if (!is_preamble(type))
    return GATE_OUTPUT;
  if (json_string(json_find(json_find(root, STR("response")), STR("id")), arena, &id))
    *finds.response_id = id;
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
  if (!responses_ended_well(root, false))
    return judge_bad_end(root, arena, finds, GATE_TROUBLE);
  find_in_end(root, finds);
  return GATE_OUTPUT;
}
