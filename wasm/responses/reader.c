/* The stream is the one that writer.c shows.  Of its events these
 * are read:
 *
 *   response.created                    {"response":{"id":"...","model":"..."}}
 *   response.output_item.added, .done   {"output_index":0,"item":{...}}
 *   response.output_text.delta          {"output_index":0,"content_index":0,"delta":"..."}
 *   response.output_text.done           {... "text":"..."}
 *     and so refusal, reasoning_text, reasoning, function_call_arguments,
 *     custom_tool_call_input; reasoning_summary_text has a summary_index
 *   response.content_part.done          {... "part":{...}}
 *   response.output_text.annotation.added   {... "annotation":{...}}
 *   response.completed, .incomplete     {"response":{"output":[...],"usage":{...}}}
 *   response.failed, error
 *
 * OpenAI sends everything up to four times (delta, done, item, response); others leave some of
 * these out.  Each time, only what is new is put.
 */
#include "responses/reader.h"
#include "provider/trouble.h"
#include "responses/gate.h"

void responses_reader_init(struct responses_reader *reader, struct arena *arena,
                           struct event_sink *sink) {
  *reader = (struct responses_reader){.sink = sink, .arena = arena};
  arena_init(&reader->scratch);
}

void responses_reader_close(struct responses_reader *reader) {
  arena_drop(&reader->scratch);
}

static int64_t take_integer(struct json_value object, struct str key, int64_t otherwise) {
  json_integer(json_find(object, key), &otherwise);
  return otherwise;
}

/* ---- items ---- */

/* |done|: the item is complete, with its arguments. */
static void read_call(struct responses_reader *reader, struct json_value call, int64_t item,
                      bool raw, bool done) {
  struct responses_piece *piece = progress_find_call(reader, call, item, raw);
  struct json_value value = json_find(call, raw ? STR("input") : STR("arguments"));
  if (!done)
    return;
  if (piece == NULL) {
    progress_put_error(reader, ERR_UPSTREAM); /* a call without a name */
    return;
  }
  /* Some services send an object instead of a string. */
  progress_take_call(reader, piece,
                     json_type(value) == JSON_OBJECT ? json_raw(value)
                                                     : progress_take_string(reader, value));
}

static void read_part(struct responses_reader *reader, struct json_value part, int64_t item,
                      int64_t n) {
  static const struct shape {
    const char *type, *member;
    int kind;
  } parts[] = {
      {"output_text", "text", PIECE_TEXT},
      {"refusal", "refusal", PIECE_REFUSAL},
      {"summary_text", "text", PIECE_SUMMARY},
      {"reasoning_text", "text", PIECE_THOUGHTS},
  };
  const struct shape *shape = JSON_ROW(json_find(part, STR("type")), parts);
  if (shape == NULL)
    return;
  if (reader->walking && !reader->has_logprobs && !reader->failed)
    event_put_logprobs(reader->sink, json_find(part, STR("logprobs")));
  struct json_value text = json_find(part, str_literal(shape->member));
  progress_take_text(reader, shape->kind, item, n, progress_take_string(reader, text));
  progress_take_notes(reader, json_find(part, STR("annotations")), item, n);
}

static void read_parts(struct responses_reader *reader, struct json_value parts, int64_t item) {
  int64_t n = 0;
  for (struct json_value v = json_first(parts); json_exists(v); v = json_next(v)) {
    read_part(reader, v, item, n++);
  }
}

/* Read a message or reasoning. */
static void read_message(struct responses_reader *reader, struct json_value value, int64_t item,
                         bool done) {
  struct json_value content = json_find(value, STR("content"));
  bool reasoning = json_is(json_find(value, STR("type")), STR("reasoning"));
  struct responses_piece *piece = progress_open_item(reader, value, item, reasoning);
  if (!done)
    return;
  read_parts(reader, content, item);
  /* The reasoning itself is preferred to its summary. */
  if (!reader->walking || json_count(content) == 0)
    read_parts(reader, json_find(value, STR("summary")), item);
  progress_close_item(reader, value, piece);
}

static void read_item(struct responses_reader *reader, struct json_value value, int64_t item,
                      bool done) {
  struct json_value type = json_find(value, STR("type"));
  bool raw = json_is(type, STR("custom_tool_call"));
  if (raw || json_is(type, STR("function_call"))) {
    read_call(reader, value, item, raw, done);
  } else if (json_is(type, STR("message")) || json_is(type, STR("reasoning"))) {
    read_message(reader, value, item, done);
  }
}

/* ---- the response ---- */

static void read_begin(struct responses_reader *reader, struct json_value response) {
  struct event ev = {.kind = EVENT_BEGIN};
  if (reader->begun)
    return;
  ev.id = progress_take_string(reader, json_find(response, STR("id")));
  ev.model = progress_take_string(reader, json_find(response, STR("model")));
  reader->begun = ev.id.n > 0 || ev.model.n > 0;
  if (reader->begun)
    progress_put(reader, &ev);
}

static void read_usage(struct responses_reader *reader, struct json_value usage) {
  struct event ev = {.kind = EVENT_USAGE};
  if (usage_read(usage, &ev.usage))
    progress_put(reader, &ev);
}

static void read_response(struct responses_reader *reader, struct json_value response,
                          bool incomplete) {
  struct event ev = {.kind = EVENT_FINISH, .finish = FINISH_STOP};
  int64_t item = 0;
  reader->walking = true;
  read_begin(reader, response);
  for (struct json_value v = json_first(json_find(response, STR("output")));
       json_exists(v) && !reader->failed; v = json_next(v)) {
    read_item(reader, v, item++, true);
  }
  struct json_value why = json_find(response, STR("incomplete_details"));
  if (incomplete) {
    bool filter = json_is(json_find(why, STR("reason")), STR("content_filter"));
    ev.finish = filter ? FINISH_FILTER : FINISH_LENGTH;
  } else if (reader->call_count > 0) {
    ev.finish = FINISH_CALLS;
  }
  if (!reader->failed && !incomplete && reader->refuse_empty && !reader->has_content)
    progress_put_error(reader, ERR_UPSTREAM_EMPTY);
  if (reader->failed)
    return;
  reader->finished = reader->over = true;
  progress_put(reader, &ev);
  read_usage(reader, json_find(response, STR("usage")));
}

/* ---- events ---- */

/* The index of the item that an event belongs to. */
static int64_t item_of(const struct responses_reader *reader, struct json_value ev) {
  return take_integer(ev, STR("output_index"), reader->items > 0 ? reader->items - 1 : 0);
}

static int64_t part_of(struct json_value ev) {
  return take_integer(ev, STR("content_index"), take_integer(ev, STR("summary_index"), 0));
}

static void take_created(struct responses_reader *reader, struct json_value ev) {
  read_begin(reader, json_find(ev, STR("response")));
}

static void take_added(struct responses_reader *reader, struct json_value ev) {
  int64_t item = take_integer(ev, STR("output_index"), reader->items);
  if (item >= 0 && item < INT32_MAX)
    reader->items = item + 1;
  read_item(reader, json_find(ev, STR("item")), item, false);
}

static void take_item_done(struct responses_reader *reader, struct json_value ev) {
  read_item(reader, json_find(ev, STR("item")), item_of(reader, ev), true);
}

static void take_part_done(struct responses_reader *reader, struct json_value ev) {
  read_part(reader, json_find(ev, STR("part")), item_of(reader, ev), part_of(ev));
}

static void take_note(struct responses_reader *reader, struct json_value ev) {
  struct responses_piece *piece =
      progress_find_text(reader, PIECE_TEXT, item_of(reader, ev), part_of(ev));
  if (piece == NULL)
    return;
  piece->notes++;
  progress_put_note(reader, json_find(ev, STR("annotation")));
}

/* A response whose status says that it did not end well, whatever else says. */
static void read_bad_end(struct responses_reader *reader, struct json_value response) {
  struct trouble trouble = {.retry_after = -1};
  if (provider_read_error(response, &reader->scratch, &trouble))
    progress_put_trouble(reader, &trouble);
  else
    progress_put_error(reader, ERR_UPSTREAM_CUT);
}

static void take_completed(struct responses_reader *reader, struct json_value ev) {
  struct json_value response = json_find(ev, STR("response"));
  if (responses_ended_well(response, true))
    read_response(reader, response, json_is(json_find(response, STR("status")), STR("incomplete")));
  else
    read_bad_end(reader, response);
}

static void take_incomplete(struct responses_reader *reader, struct json_value ev) {
  read_response(reader, json_find(ev, STR("response")), true);
}

static void take_failed(struct responses_reader *reader, struct json_value ev) {
  struct trouble trouble = {.retry_after = -1};
  if (provider_read_error(ev, &reader->scratch, &trouble) &&
      trouble.code.n + trouble.message.n > 0) {
    progress_put_trouble(reader, &trouble);
  } else {
    progress_put_error(reader, ERR_UPSTREAM);
  }
}

/* Read "output_text.delta" and similar events. */
static bool take_text(struct responses_reader *reader, struct str type, struct json_value ev) {
  static const struct shape {
    const char *name, *member; /* before the last dot; of what is done */
    int kind;
  } texts[] = {
      {"output_text", "text", PIECE_TEXT},
      {"refusal", "refusal", PIECE_REFUSAL},
      {"reasoning_summary_text", "text", PIECE_SUMMARY},
      {"reasoning_text", "text", PIECE_THOUGHTS},
      {"reasoning", "text", PIECE_THOUGHTS},
      {"function_call_arguments", "arguments", PIECE_CALL},
      {"custom_tool_call_input", "input", PIECE_CALL},
  };
  struct str name;
  if (!str_cut(&type, '.', &name))
    return false;
  bool delta = str_equal(type, STR("delta"));
  if (!delta && !str_equal(type, STR("done")))
    return false;
  const struct shape *shape = STR_ROW(name, texts);
  if (shape == NULL)
    return false;
  int64_t item = item_of(reader, ev);
  int64_t part = shape->kind == PIECE_CALL ? 0 : part_of(ev);
  struct json_value value = json_find(ev, delta ? STR("delta") : str_literal(shape->member));
  struct str text = delta ? progress_take_delta(reader, shape->kind, item, part, value)
                          : progress_take_string(reader, value);
  if (shape->kind == PIECE_CALL) {
    (delta ? progress_grow_call
           : progress_take_call)(reader, progress_find_piece(reader, PIECE_CALL, item, 0), text);
    return true;
  }
  if (delta && shape->kind == PIECE_TEXT && !reader->failed) {
    struct json_value logprobs = json_find(ev, STR("logprobs"));
    reader->has_logprobs |= json_count(logprobs) > 0;
    event_put_logprobs(reader->sink, logprobs);
  }
  (delta ? progress_grow_text : progress_take_text)(reader, shape->kind, item, part, text);
  return true;
}

static void take_event(struct responses_reader *reader, struct str type, struct json_value ev) {
  static const struct row {
    const char *type; /* without "response." */
    void (*take)(struct responses_reader *, struct json_value);
  } rows[] = {
      {"created", take_created},
      {"in_progress", take_created},
      {"output_item.added", take_added},
      {"output_item.done", take_item_done},
      {"content_part.done", take_part_done},
      {"reasoning_summary_part.done", take_part_done},
      {"output_text.annotation.added", take_note},
      {"completed", take_completed},
      {"incomplete", take_incomplete},
      {"failed", take_failed},
      {"error", take_failed},
  };
  if (str_starts(type, STR("response.")))
    type = str_from(type, 9);
  if (take_text(reader, type, ev))
    return;
  const struct row *row = STR_ROW(type, rows);
  if (row != NULL)
    row->take(reader, ev);
}

/* ---- whole texts ---- */

/* False, with a failure put, when |text| is no JSON object. */
static bool parse(struct responses_reader *reader, struct str text, struct json_value *root) {
  struct json json;
  size_t where;
  int err = json_parse_lenient(&json, &reader->scratch, text, &where);
  if (err == 0)
    *root = json_root(&json);
  if (err == 0 && json_type(*root) == JSON_OBJECT)
    return true;
  progress_put_error(reader, err == ERR_MEMORY ? ERR_MEMORY
                             : reader->ending  ? ERR_UPSTREAM_CUT
                                               : ERR_UPSTREAM);
  return false;
}

static bool is_foreign(struct str name) {
  return name.n > 0 && !str_starts(name, STR("response.")) && !str_equal(name, STR("message")) &&
         !str_equal(name, STR("error"));
}

void responses_read_event(struct responses_reader *reader, const struct sse_event *ev) {
  struct json_value root;
  struct str data = str_trim(ev->data);
  /* Some services send an empty "data:" as a keep-alive. */
  bool done = sse_is_done(data);
  if (reader->over || reader->failed || (is_foreign(ev->name) && !done) || data.n == 0)
    return;
  if (done) {
    responses_read_end(reader);
    return;
  }
  if (parse(reader, data, &root)) {
    struct str type = progress_take_string(reader, json_find(root, STR("type")));
    /* An error in the form of Chat Completions, or whose type is only the event's name. */
    if (type.n == 0)
      type = ev->name;
    if (type.n == 0 && !json_absent(json_find(root, STR("error"))))
      type = STR("error");
    take_event(reader, type, root);
  }
  arena_drop(&reader->scratch);
}

void responses_read_whole(struct responses_reader *reader, struct str body) {
  struct json_value root;
  struct trouble trouble = {.retry_after = -1};
  if (parse(reader, sse_without_done(body), &root)) {
    struct json_value status = json_find(root, STR("status"));
    bool incomplete = json_is(status, STR("incomplete"));
    if (provider_read_error(root, &reader->scratch, &trouble)) {
      progress_put_trouble(reader, &trouble);
    } else if (json_type(json_find(root, STR("output"))) != JSON_ARRAY ||
               !responses_ended_well(root, false)) {
      progress_put_error(reader, ERR_UPSTREAM);
    } else {
      read_response(reader, root, incomplete);
    }
  }
  arena_drop(&reader->scratch);
}

void responses_read_end(struct responses_reader *reader) {
  if (!reader->finished && !reader->failed)
    progress_put_error(reader, ERR_UPSTREAM_CUT);
  reader->over = true;
}
