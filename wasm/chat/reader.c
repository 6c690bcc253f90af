/* A chunk of the stream, and (in brackets) what differs in a whole answer:
 *
 *   data: {"id":"x","model":"glm-4.7","choices":[{"index":0,
 *          "delta" ["message"]: {"role":"assistant","content":"Hi",
 *             "reasoning_content":"...",
 *             "tool_calls":[{"index":0,"id":"call_1","type":"function",
 *                            "function":{"name":"f","arguments":"{\"a\""}}]},
 *          "finish_reason":"stop"}],
 *          "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,
 *                   "prompt_tokens_details":{"cached_tokens":0},
 *                   "completion_tokens_details":{"reasoning_tokens":0}}}
 *   data: [DONE]
 *
 * finish_reason comes last, "web_search":[...] (see chat_search.c) anywhere; usage comes with it,
 * or after it with "choices":[].
 */
#include "chat/reader.h"

#include "chat/search.h"
#include "limits.h"
#include "provider/trouble.h"

void chat_reader_init(struct chat_reader *reader, struct arena *arena, struct event_sink *sink) {
  *reader = (struct chat_reader){.sink = sink, .arena = arena};
  arena_init(&reader->scratch);
}

void chat_reader_close(struct chat_reader *reader) {
  arena_drop(&reader->scratch);
}

static void put(struct chat_reader *reader, const struct event *ev) {
  if (!reader->failed)
    reader->sink->put(reader->sink, ev);
}

static void put_trouble(struct chat_reader *reader, const struct trouble *trouble) {
  struct event ev = {.kind = EVENT_TROUBLE, .trouble = *trouble};
  put(reader, &ev);
  reader->failed = true;
}

/* Trouble that is of our own finding. */
static void put_error(struct chat_reader *reader, int error) {
  struct failure f = error_failure(error);
  struct trouble trouble = {
      .status = f.status, .code = f.code, .type = f.type, .message = f.message, .retry_after = -1};
  put_trouble(reader, &trouble);
}

/* ---- pieces of a choice ---- */

/* Something else comes, and the other half of a character did not. */
static void end_half(struct chat_reader *reader) {
  struct event ev = {.kind = reader->half.kind,
                     .call = reader->half.call,
                     .text = STR("\xEF\xBF\xBD")}; /* U+FFFD */
  if (reader->half.high > 0)
    put(reader, &ev);
  reader->half.high = 0;
}

/* The text of |ev|, whose kind and call are set; false when there is none. */
static bool take_text(struct chat_reader *reader, struct json_value value, struct event *ev) {
  if (json_type(value) != JSON_STRING || json_is(value, STR_NONE))
    return false;
  if (reader->half.kind != ev->kind || reader->half.call != ev->call)
    end_half(reader);
  reader->half.kind = ev->kind;
  reader->half.call = ev->call;
  return json_string_piece(value, &reader->scratch, &reader->half.high, &ev->text) &&
         ev->text.n > 0;
}

static void read_text(struct chat_reader *reader, struct json_value value, enum event_kind kind) {
  struct event ev = {.kind = kind};
  if (take_text(reader, value, &ev))
    put(reader, &ev);
}

/* A string; Mistral's models that think send parts [D]:
 * [{"type":"thinking","thinking":[{"type":"text","text":"..."}]},{"type":"text","text":"..."}] */
static void read_content(struct chat_reader *reader, struct json_value value) {
  read_text(reader, value, EVENT_TEXT);
  if (json_type(value) != JSON_ARRAY)
    return;
  for (struct json_value v = json_first(value); json_type(v) != JSON_NONE; v = json_next(v)) {
    struct json_value t = json_first(json_find(v, STR("thinking")));
    for (; json_type(t) != JSON_NONE; t = json_next(t))
      read_text(reader, json_find(t, STR("text")), EVENT_REASONING);
    read_text(reader, json_find(v, STR("text")), EVENT_TEXT);
  }
}

static void read_begin(struct chat_reader *reader, struct json_value chunk) {
  if (reader->begun)
    return;
  struct event ev = {.kind = EVENT_BEGIN};
  bool named = json_string(json_find(chunk, STR("id")), &reader->scratch, &ev.id);
  named |= json_string(json_find(chunk, STR("model")), &reader->scratch, &ev.model);
  if (!named)
    return;
  reader->begun = true;
  put(reader, &ev);
}

/* The call that is said to be the |index|th, when |id| and |name| speak of it;
 * NULL when they begin another. */
static struct chat_call *find_call(struct chat_reader *reader, int64_t index, struct str id,
                                   struct str name) {
  struct chat_call *c = reader->calls;
  while (c != NULL && c->index != index)
    c = c->next;
  /* An id alone may change midway; with a name it is a call of its own, where
   * an upstream gives all of them the same number, or none. */
  bool other = c != NULL && name.n > 0 && id.n > 0 && !str_equal(id, c->id);
  return other ? NULL : c;
}

static struct chat_call *add_call(struct chat_reader *reader, int64_t index, struct str id) {
  if (reader->call_count >= OUTPUT_ITEMS_MAX) {
    put_error(reader, ERR_LIMIT);
    return NULL;
  }
  struct chat_call *made = arena_take_zero(reader->arena, sizeof *made);
  struct str kept = arena_copy(reader->arena, id);
  if (made == NULL || (id.n > 0 && kept.p == NULL)) {
    put_error(reader, ERR_MEMORY);
    return NULL;
  }
  made->index = index;
  made->number = reader->call_count++;
  made->id = kept;
  made->next = reader->calls;
  reader->calls = made;
  return made;
}

/* A search's sources may come before the text that cites them: they are put
 * when it is over. */
static void take_sources(struct chat_reader *reader, struct json_value sources) {
  if (json_count(sources) == 0)
    return;
  reader->sources = arena_copy(reader->arena, json_raw(sources));
  if (reader->sources.p == NULL)
    put_error(reader, ERR_MEMORY);
}

static void put_sources(struct chat_reader *reader) {
  struct json json;
  size_t where;
  if (reader->sources.n == 0 || reader->failed)
    return;
  if (json_parse_lenient(&json, &reader->scratch, reader->sources, &where) == 0) {
    chat_read_sources(json_root(&json), &reader->scratch, reader->sink);
  } else {
    put_error(reader, ERR_MEMORY);
  }
  reader->sources = STR_NONE;
}

static void read_arguments(struct chat_reader *reader, struct json_value value,
                           struct chat_call *call) {
  struct event ev = {.kind = EVENT_ARGUMENTS, .call = call->number, .text = json_raw(value)};
  /* The vendor's description says that arguments are an object; what comes is
   * a string. */
  if (json_type(value) != JSON_OBJECT && !take_text(reader, value, &ev))
    return;
  call->told = true;
  put(reader, &ev);
}

/* Clients parse arguments as JSON, so none at all are an empty object. */
static void close_calls(struct chat_reader *reader) {
  for (struct chat_call *c = reader->calls; c != NULL; c = c->next) {
    struct event ev = {.kind = EVENT_ARGUMENTS, .call = c->number, .text = STR("{}")};
    if (!c->told)
      put(reader, &ev);
  }
}

/* |position| stands in where an upstream does not number its calls. */
static void read_call(struct chat_reader *reader, struct json_value value, int64_t position) {
  struct event ev = {.kind = EVENT_CALL};
  struct json_value function = json_find(value, STR("function"));
  int64_t index = position;
  json_integer(json_find(value, STR("index")), &index);
  if (!json_string(json_find(value, STR("id")), &reader->scratch, &ev.id))
    ev.id = STR_NONE;
  if (!json_string(json_find(function, STR("name")), &reader->scratch, &ev.name))
    ev.name = STR_NONE;
  struct chat_call *call = find_call(reader, index, ev.id, ev.name);
  if (call == NULL && ev.name.n == 0) {
    put_error(reader, ERR_UPSTREAM);
    return;
  }
  if (call == NULL) {
    call = add_call(reader, index, ev.id);
    if (call == NULL)
      return;
    ev.call = call->number;
    end_half(reader);
    put_sources(reader);
    put(reader, &ev);
  }
  read_arguments(reader, json_find(function, STR("arguments")), call);
}

static void read_calls(struct chat_reader *reader, struct json_value calls) {
  int64_t position = 0;
  for (struct json_value v = json_first(calls); json_type(v) != JSON_NONE; v = json_next(v)) {
    read_call(reader, v, position++);
  }
}

static void read_finish(struct chat_reader *reader, struct json_value reason) {
  static const struct {
    struct str word;
    enum finish finish;
  } words[] = {
      {STR_INIT("stop"), FINISH_STOP},
      {STR_INIT("tool_calls"), FINISH_CALLS},
      {STR_INIT("function_call"), FINISH_CALLS},
      {STR_INIT("length"), FINISH_LENGTH},
      {STR_INIT("model_context_window_exceeded"), FINISH_LENGTH},
      {STR_INIT("sensitive"), FINISH_FILTER},
      {STR_INIT("content_filter"), FINISH_FILTER},
      {STR_INIT("network_error"), FINISH_BROKEN},
  };
  /* Some say null, and some "", until it is known. */
  if (json_type(reason) != JSON_STRING || json_is(reason, STR_NONE) || reader->finished)
    return;
  struct event ev = {.kind = EVENT_FINISH, .finish = FINISH_STOP};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (json_is(reason, words[i].word))
      ev.finish = words[i].finish;
  }
  if (ev.finish == FINISH_BROKEN) {
    put_error(reader, ERR_UPSTREAM_CUT);
    return;
  }
  reader->finished = true;
  end_half(reader);
  if (ev.finish == FINISH_STOP || ev.finish == FINISH_CALLS)
    close_calls(reader);
  put(reader, &ev);
}

/* The Responses API has one answer. */
static bool counts(struct json_value choice) {
  int64_t index = 0;
  json_integer(json_find(choice, STR("index")), &index);
  return index == 0;
}

static void read_choice(struct chat_reader *reader, struct json_value choice, struct str member) {
  if (!counts(choice))
    return;
  struct json_value delta = json_find(choice, member);
  struct json_value thoughts = json_find(delta, STR("reasoning_content"));
  if (json_absent(thoughts))
    thoughts = json_find(delta, STR("reasoning"));
  read_text(reader, thoughts, EVENT_REASONING);
  read_content(reader, json_find(delta, STR("content")));
  read_text(reader, json_find(delta, STR("refusal")), EVENT_REFUSAL);
  read_calls(reader, json_find(delta, STR("tool_calls")));
}

static void read_usage(struct chat_reader *reader, struct json_value usage, bool bare) {
  struct event ev = {.kind = EVENT_USAGE};
  if (!usage_read(usage, &ev.usage))
    return;
  reader->bare = bare;
  put(reader, &ev);
}

static void read_chunk(struct chat_reader *reader, struct json_value chunk, struct str member) {
  struct trouble trouble = {.retry_after = -1};
  if (provider_read_error(chunk, &reader->scratch, &trouble)) {
    put_trouble(reader, &trouble);
    return;
  }
  read_begin(reader, chunk);
  take_sources(reader, json_find(chunk, STR("web_search")));
  struct json_value choices = json_find(chunk, STR("choices"));
  for (struct json_value v = json_first(choices); json_type(v) != JSON_NONE; v = json_next(v)) {
    read_choice(reader, v, member);
  }
  /* The finish may be trouble, after which nothing is put. */
  read_usage(reader, json_find(chunk, STR("usage")), json_count(choices) == 0);
  for (struct json_value v = json_first(choices); json_type(v) != JSON_NONE; v = json_next(v)) {
    if (counts(v))
      read_finish(reader, json_find(v, STR("finish_reason")));
  }
  if (reader->finished)
    put_sources(reader);
}

/* ---- whole texts ---- */

static bool foreign(struct str name) {
  return name.n > 0 && !str_equal(name, STR("message")) && !str_equal(name, STR("error"));
}

static void read_json(struct chat_reader *reader, struct str text, struct str member) {
  struct json json;
  size_t where;
  int err = json_parse_lenient(&json, &reader->scratch, text, &where);
  if (err == ERR_MEMORY) {
    put_error(reader, ERR_MEMORY);
  } else if (err && !reader->passes_garbage) {
    put_error(reader, ERR_UPSTREAM);
  } else if (!err && json_type(json_root(&json)) == JSON_OBJECT) {
    read_chunk(reader, json_root(&json), member);
  }
  arena_drop(&reader->scratch);
}

void chat_read_event(struct chat_reader *reader, const struct sse_event *ev) {
  reader->bare = false;
  if (reader->over || reader->failed || foreign(ev->name))
    return;
  if (str_equal(str_trim(ev->data), STR("[DONE]"))) {
    reader->over = true;
    if (!reader->finished)
      put_error(reader, ERR_UPSTREAM_CUT);
    return;
  }
  read_json(reader, ev->data, STR("delta"));
}

void chat_read_whole(struct chat_reader *reader, struct str body) {
  read_json(reader, body, STR("message"));
  if (!reader->finished && !reader->failed)
    put_error(reader, ERR_UPSTREAM);
}
