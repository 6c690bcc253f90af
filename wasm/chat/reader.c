/* A chunk of the stream, and (in brackets) what differs in a whole answer:
 *
 *   data: {"id":"x","model":"glm-4.7","choices":[{"index":0,
 *          "delta" ["message"]: {"role":"assistant","content":"Hi",
 *             "reasoning_content":"...",                 (or "reasoning": OpenRouter, Groq)
 *             "tool_calls":[{"index":0,"id":"call_1","type":"function",
 *                            "function":{"name":"f","arguments":"{\"a\""}}],
 *             "annotations":[{"type":"url_citation","url_citation":{"url":"..."}}]},
 *          "finish_reason":"stop"}],
 *          "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,
 *                   "prompt_tokens_details":{"cached_tokens":0},
 *                   "completion_tokens_details":{"reasoning_tokens":0}}}
 *   data: [DONE]
 *
 * finish_reason comes last, usage with it or in a later chunk with "choices":[], and
 * "web_search":[...] (see search.c) anywhere.  Some services send arguments behind the
 * finish_reason, or no finish_reason: so EVENT_FINISH is put when the stream has ended.
 */
#include "chat/reader.h"

#include "base/scan.h"
#include "chat/finish.h"
#include "chat/progress.h"
#include "chat/search.h"
#include "limits.h"
#include "provider/trouble.h"

void chat_reader_init(struct chat_reader *reader, struct arena *arena, struct event_sink *sink,
                      const struct request *request) {
  *reader = (struct chat_reader){.sink = sink, .arena = arena};
  arena_init(&reader->scratch);
  buf_init(&reader->blank, arena, BLANK_MAX);
  chat_details_init(&reader->details, arena);
  chat_calls_init(&reader->calls, arena, sink, request);
}

void chat_reader_close(struct chat_reader *reader) {
  arena_drop(&reader->scratch);
}

/* ---- texts ---- */

static void put_text(struct chat_reader *reader, struct str text, enum event_kind kind) {
  struct event ev = {.kind = kind, .text = text};
  /* Details inside a text must not split it: they are put behind it. */
  if (kind != EVENT_REASONING && kind != reader->last)
    chat_progress_put_details(reader);
  reader->last = kind;
  chat_progress_put(reader, &ev);
}

static void read_text(struct chat_reader *reader, struct json_value value, enum event_kind kind) {
  struct str text = chat_progress_take_text(reader, value, kind, NULL);
  if (text.n == 0)
    return;
  reader->had.count++;
  reader->had.text = value;
  reader->had.kind = kind;
  put_text(reader, text, kind);
}

/* A string; Mistral's reasoning models send parts (from its documents):
 * [{"type":"thinking","thinking":[{"type":"text","text":"..."}]},{"type":"text","text":"..."}] */
static void read_content(struct chat_reader *reader, struct json_value value) {
  struct json_value text = json_find(value, STR("text"));
  struct event ev = {.kind = EVENT_TEXT, .text = json_raw(value)};
  /* Some services parse the JSON that a format asked for. */
  if (json_type(value) == JSON_OBJECT && json_absent(text) && !json_is_empty(value) &&
      reader->whole)
    chat_progress_put(reader, &ev);
  read_text(reader, json_type(value) == JSON_OBJECT ? text : value, EVENT_TEXT);
  if (json_type(value) != JSON_ARRAY)
    return;
  for (struct json_value v = json_first(value); json_exists(v); v = json_next(v)) {
    struct json_value t = json_first(json_find(v, STR("thinking")));
    for (; json_exists(t); t = json_next(t))
      read_text(reader, json_find(t, STR("text")), EVENT_REASONING);
    read_text(reader, json_type(v) == JSON_STRING ? v : json_find(v, STR("text")), EVENT_TEXT);
  }
}

/* OpenRouter sends reasoning up to twice (from its documents): as "reasoning", and as
 * "reasoning_details":
 * [{"type":"reasoning.text","text":"..."},{"type":"reasoning.summary","summary":"..."}]. */
static void read_reasoning(struct chat_reader *reader, struct json_value delta, bool pieces) {
  static const struct str names[] = {STR_INIT("reasoning_content"), STR_INIT("reasoning"),
                                     STR_INIT("reasoning_text"), STR_INIT("thinking")};
  struct json_value details = json_find(delta, STR("reasoning_details"));
  reader->had.count += json_type(details) == JSON_ARRAY;
  chat_details_read(&reader->details, details, pieces);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct json_value text = json_find(delta, names[i]);
    if (json_type(text) != JSON_STRING || json_is(text, STR_NONE))
      continue;
    read_text(reader, text, EVENT_REASONING);
    return;
  }
  struct json_value v = json_first(details);
  for (; json_exists(v); v = json_next(v)) {
    struct json_value text = json_find(v, STR("text"));
    read_text(reader, json_absent(text) ? json_find(v, STR("summary")) : text, EVENT_REASONING);
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
  chat_progress_put(reader, &ev);
}

/* ---- calls ---- */

static struct str take_string(struct chat_reader *reader, struct json_value value) {
  struct str text = STR_NONE;
  if (json_type(value) == JSON_STRING && !json_string(value, &reader->scratch, &text))
    chat_progress_put_error(reader, ERR_MEMORY);
  return text;
}

static void read_arguments(struct chat_reader *reader, struct json_value value,
                           struct chat_call *call, bool repeats) {
  /* GLM's documents say that arguments are an object; recorded ones are strings. */
  struct str text = json_type(value) == JSON_OBJECT
                        ? json_raw(value)
                        : chat_progress_take_text(reader, value, EVENT_ARGUMENTS, call);
  chat_calls_add(&reader->calls, call, text, repeats);
}

/* |function| has the name and the arguments. */
static void read_entry(struct chat_reader *reader, struct chat_call_entry *entry,
                       struct json_value function) {
  struct json_value arguments = json_find(function, STR("arguments"));
  if (json_absent(arguments))
    arguments = json_find(function, STR("input"));
  if (json_absent(arguments))
    arguments = json_find(function, STR("parameters"));
  struct chat_calls *calls = &reader->calls;
  reader->had.count++;
  entry->name = take_string(reader, json_find(function, STR("name")));
  entry->has_arguments = !json_absent(arguments) && !json_is(arguments, STR_NONE);
  if (reader->failed)
    return;
  if (!chat_calls_knows(calls, entry)) {
    chat_progress_end_half(reader);
    chat_progress_put_blank(reader);
    chat_progress_put_details(reader);
    chat_progress_put_sources(reader);
  }
  struct chat_call *call = chat_calls_take(calls, entry);
  if (call != NULL)
    read_arguments(reader, arguments, call, entry->id.n + entry->name.n > 0);
  reader->has_content |= calls->begun > 0;
  if (calls->error)
    chat_progress_put_error(reader, calls->error);
}

/* |position| is used where an upstream does not number its calls. */
static void read_call(struct chat_reader *reader, struct json_value value, int64_t position) {
  struct chat_call_entry entry = {.index = position};
  struct json_value extra = json_find(value, STR("extra_content"));
  json_integer(json_find(value, STR("index")), &entry.index);
  entry.id = take_string(reader, json_find(value, STR("id")));
  if (json_type(extra) == JSON_OBJECT)
    entry.extra = json_raw(extra);
  struct json_value function = json_find(value, STR("custom"));
  if (json_absent(function))
    function = json_find(value, STR("function"));
  read_entry(reader, &entry, json_absent(function) ? value : function);
}

static void read_calls(struct chat_reader *reader, struct json_value delta) {
  struct json_value calls = json_find(delta, STR("tool_calls"));
  struct json_value old = json_find(delta, STR("function_call")); /* the older form */
  int64_t position = 0;
  if (json_type(calls) == JSON_OBJECT)
    read_call(reader, calls, 0);
  struct json_value v = json_type(calls) == JSON_ARRAY ? json_first(calls) : JSON_ABSENT;
  for (; json_exists(v) && !reader->failed; v = json_next(v))
    read_call(reader, v, position++);
  if (json_type(old) == JSON_OBJECT && json_count(calls) == 0 && !reader->failed)
    read_entry(reader, &(struct chat_call_entry){.index = 0}, old);
}

/* ---- the end of an answer ---- */

static void put_unknown_finish(struct chat_reader *reader, struct str word) {
  enum { WORD_MAX = 64 };
  struct trouble trouble = provider_trouble(ERR_UPSTREAM_CUT);
  struct buf message;
  buf_init(&message, &reader->scratch, MESSAGE_MAX);
  buf_put(&message,
          STR("The upstream ended its answer before it was complete, with finish_reason '"));
  buf_put(&message, str_part(word, 0, WORD_MAX));
  buf_put(&message, STR("'."));
  if (!buf_error(&message))
    trouble.message = buf_str(&message);
  chat_progress_put_trouble(reader, &trouble);
}

static void read_finish(struct chat_reader *reader, struct json_value reason) {
  /* Until it is known, some services send null, some "", and some a word for null. */
  if (json_type(reason) != JSON_STRING || json_is(reason, STR_NONE) ||
      json_is(reason, STR("null")) || json_is(reason, STR("None")))
    return;
  struct str word = str_trim(take_string(reader, reason));
  enum finish finish = chat_finish(word);
  reader->had.count++;
  /* Some send "stop" beside every chunk: an answer that is cut short says so later. */
  if (reader->finished && finish != FINISH_LENGTH && finish != FINISH_FILTER)
    return;
  reader->finish = finish;
  if (reader->finish == FINISH_BROKEN)
    put_unknown_finish(reader, word);
  reader->finished = !reader->failed;
}

/* No finish_reason came. |whole|: the answer is known to be complete all the same. */
static void end_without_finish(struct chat_reader *reader, bool whole) {
  if (reader->finished || reader->failed)
    return;
  if (!whole || !reader->has_content || chat_calls_cut(&reader->calls)) {
    chat_progress_put_error(reader, ERR_UPSTREAM_CUT);
    return;
  }
  reader->finished = true;
  reader->finish = reader->calls.begun > 0 ? FINISH_CALLS : FINISH_STOP;
}

void chat_read_end(struct chat_reader *reader) {
  end_without_finish(reader, reader->usage_is_last);
  chat_progress_conclude(reader);
  arena_drop(&reader->scratch);
}

/* ---- chunks ---- */

/* Only the first choice is used: the Responses API has one answer. */
static bool is_first(struct json_value choice) {
  int64_t index = 0;
  json_integer(json_find(choice, STR("index")), &index);
  return index == 0;
}

/* {"type":"url_citation","url_citation":{"url":"...","start_index":0,...}} */
static void read_annotations(struct chat_reader *reader, struct json_value annotations) {
  struct json_value v = json_first(annotations);
  for (; json_exists(v) && !reader->failed; v = json_next(v)) {
    reader->had.count++;
    chat_read_annotation(v, &reader->scratch, reader->sink);
  }
}

/* Some services send those of reasoning and calls, too: these have no place in an answer. */
static void read_logprobs(struct chat_reader *reader, struct json_value entries,
                          struct json_value delta) {
  struct json_value content = json_find(delta, STR("content"));
  bool text = json_type(content) == JSON_STRING && !json_is(content, STR_NONE);
  reader->had.count += !json_absent(entries);
  bool other =
      !json_absent(reader->had.text) || json_count(json_find(delta, STR("tool_calls"))) > 0;
  if ((text || !other) && !reader->failed)
    event_put_logprobs(reader->sink, entries);
}

/* Sound and pictures are output, though only chat clients get them: as they are. */
static void read_media(struct chat_reader *reader, struct json_value delta) {
  struct event ev = {.kind = EVENT_TEXT};
  if (reader->calls.request != NULL || (json_count(json_find(delta, STR("audio"))) == 0 &&
                                        json_count(json_find(delta, STR("images"))) == 0))
    return;
  reader->had.count++;
  chat_progress_put(reader, &ev);
}

static void read_choice(struct chat_reader *reader, struct json_value choice, struct str member) {
  struct trouble trouble = {.retry_after = -1};
  if (!json_absent(json_find(choice, STR("error"))) &&
      provider_read_error(choice, &reader->scratch, &trouble)) {
    chat_progress_put_trouble(reader, &trouble); /* OpenRouter */
    return;
  }
  struct json_value delta = json_find(choice, member);
  /* Some put a whole message into a stream, or a delta into an answer that is none. */
  if (json_type(delta) != JSON_OBJECT)
    delta = json_find(choice, str_equal(member, STR("delta")) ? STR("message") : STR("delta"));
  if (json_type(delta) != JSON_OBJECT)
    read_text(reader, json_find(choice, STR("text")), EVENT_TEXT); /* old completions */
  read_reasoning(reader, delta, str_equal(member, STR("delta")));
  read_logprobs(reader, json_find(json_find(choice, STR("logprobs")), STR("content")), delta);
  read_content(reader, json_find(delta, STR("content")));
  read_text(reader, json_find(delta, STR("refusal")), EVENT_REFUSAL);
  read_annotations(reader, json_find(delta, STR("annotations")));
  read_media(reader, delta);
  read_calls(reader, delta);
}

/* Kimi sends it in the choice, Groq beside its request's id. */
static void read_usage(struct chat_reader *reader, struct json_value chunk,
                       struct json_value choice) {
  struct event ev = {.kind = EVENT_USAGE};
  bool bare = json_absent(choice);
  bool has = usage_read(json_find(chunk, STR("usage")), &ev.usage) ||
             usage_read(json_find(choice, STR("usage")), &ev.usage) ||
             usage_read(json_find(json_find(chunk, STR("x_groq")), STR("usage")), &ev.usage);
  reader->usage_is_last = has && (bare || !reader->counted);
  reader->counted |= has;
  reader->bare = has && bare;
  reader->had.count += has;
  if (has)
    chat_progress_put(reader, &ev);
}

static void read_chunk(struct chat_reader *reader, struct json_value chunk, struct str member) {
  struct trouble trouble = {.retry_after = -1};
  if (provider_read_error(chunk, &reader->scratch, &trouble)) {
    chat_progress_put_trouble(reader, &trouble);
    return;
  }
  read_begin(reader, chunk);
  chat_progress_take_sources(reader, chat_find_sources(chunk));
  struct json_value choice = json_first(json_find(chunk, STR("choices")));
  while (json_exists(choice) && !is_first(choice))
    choice = json_next(choice);
  read_choice(reader, choice, member);
  /* Read before the finish, which may be a failure that ends the answer. */
  read_usage(reader, chunk, choice);
  read_finish(reader, json_find(choice, STR("finish_reason")));
}

/* ---- events and whole answers ---- */

/* An event with a name that is not of this API; some services name the chunks. */
static bool is_foreign(struct str name, struct str data) {
  return name.n > 0 && !str_equal(name, STR("message")) && !str_equal(name, STR("error")) &&
         str_find(data, STR("\"choices\"")) == STR_NOWHERE;
}

/* A string without escapes, whose text is what is between its quotes. */
static bool is_plain(struct str literal) {
  return str_starts(literal, STR("\"")) && str_ends(literal, STR("\"")) &&
         scan_text(literal.p + 1, literal.n - 2) == literal.n - 2;
}

/* Read a chunk that differs from the last only in its text; false when |text| is different
 * otherwise. Between two pieces of a stream the code drops out of the processor's caches: most
 * texts are plain, and need little of it. */
static bool read_alike(struct chat_reader *reader, struct str text) {
  struct str literal;
  struct json json;
  size_t where;
  if (!chunk_shape_match(&reader->shape, text, &literal) || literal.n <= STR("\"\"").n)
    return false;
  if (reader->half.high == 0 && is_plain(literal)) {
    put_text(reader, str_part(literal, 1, literal.n - 2), reader->shape.kind);
  } else if (json_parse_lenient(&json, &reader->scratch, literal, &where) == 0 &&
             json_type(json_root(&json)) == JSON_STRING) {
    read_text(reader, json_root(&json), reader->shape.kind);
  } else {
    return false;
  }
  reader->usage_is_last = false;
  return true;
}

static void learn_shape(struct chat_reader *reader, struct str text) {
  if (reader->had.count == 1 && !json_absent(reader->had.text) && !reader->failed)
    chunk_shape_learn(&reader->shape, text, json_raw(reader->had.text), reader->had.kind);
}

static void read_json(struct chat_reader *reader, struct str text, struct str member) {
  struct json json;
  size_t where;
  int err = json_parse_lenient(&json, &reader->scratch, text, &where);
  if (err == ERR_MEMORY) {
    chat_progress_put_error(reader, ERR_MEMORY);
  } else if (err && !reader->passes_garbage) {
    chat_progress_put_error(reader, reader->ending ? ERR_UPSTREAM_CUT : ERR_UPSTREAM);
  } else if (!err && json_type(json_root(&json)) == JSON_OBJECT) {
    reader->had.count = 0;
    reader->had.text = JSON_ABSENT;
    read_chunk(reader, json_root(&json), member);
    learn_shape(reader, text);
  }
}

static void read_unlike(struct chat_reader *reader, struct str name, struct str data) {
  /* Some services send an empty "data:" as a keep-alive. */
  if (data.n == 0 || str_equal(data, STR("null")))
    return;
  if (sse_is_done(data)) {
    reader->done = true;
    end_without_finish(reader, true);
    chat_progress_conclude(reader);
  } else if (!is_foreign(name, data)) {
    read_json(reader, data, STR("delta"));
  }
}

void chat_read_event(struct chat_reader *reader, const struct sse_event *ev) {
  struct str data = str_trim(ev->data);
  reader->bare = false;
  if (reader->over || reader->failed)
    return;
  if (!read_alike(reader, data))
    read_unlike(reader, ev->name, data);
  arena_drop(&reader->scratch);
}

void chat_read_whole(struct chat_reader *reader, struct str body) {
  reader->whole = true;
  read_json(reader, sse_without_done(body), STR("message"));
  end_without_finish(reader, true);
  chat_progress_conclude(reader);
  arena_drop(&reader->scratch);
}
