/* The stream, for an answer of one thought, one text and one call; each line is
 * a frame, "data: ..." and an empty line, and begins as the first one does:
 *
 *   {"id":"chatcmpl-x","object":"chat.completion.chunk","created":1,"model":"m",
 *    "choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}
 *   ... {"delta":{"reasoning_content":"Hm"}}
 *   ... {"delta":{"content":"Hi"}}
 *   ... {"delta":{"annotations":[{"type":"url_citation","url_citation":{...}}]}}
 *   ... {"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function",
 *                                "function":{"name":"f","arguments":""}}]}}
 *   ... {"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}
 *   ... {"delta":{},"finish_reason":"tool_calls"}
 *   ... "choices":[],"usage":{...}                 (when the client asked for it)
 *   [DONE]
 *
 * A whole answer is one "chat.completion" with "message" for "delta" and no
 * index in its calls.  A custom tool's call has "custom" for "function" and
 * "input" for "arguments".
 */
#include "chat/writer.h"

#include "limits.h"
#include "text/error_json.h"
#include "text/sse.h"

/* ---- chunks ---- */

/* Up to what is in "choices". */
static void put_head(struct chat_writer *w, struct buf *out, struct str object) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), w->id);
  json_put_member_string(out, STR("object"), object);
  json_put_member_integer(out, STR("created"), w->created);
  json_put_member_string(out, STR("model"), w->model);
  json_put_member_open(out, STR("choices"), '[');
}

static void put_choice(struct buf *out, struct str member) {
  json_put_open(out, '{');
  json_put_member_integer(out, STR("index"), 0);
  json_put_member_open(out, member, '{');
}

static void chunk_open(struct chat_writer *w) {
  sse_put_open(w->out, STR_NONE);
  buf_put(w->out, buf_str(&w->head));
}

static void delta_open(struct chat_writer *w) {
  chunk_open(w);
  put_choice(w->out, STR("delta"));
}

/* |reason| is JSON; empty: null. */
static void delta_close(struct chat_writer *w, struct str reason) {
  json_put_close(w->out, '}');
  json_put_member_raw(w->out, STR("finish_reason"), reason);
  buf_put(w->out, STR("}]"));
  if (w->request->include_usage)
    json_put_member_raw(w->out, STR("usage"), STR_NONE);
  json_put_close(w->out, '}');
  sse_put_close(w->out);
}

/* The first chunk is written with the first output and not before, so that an
 * attempt that fails early leaves no trace. */
static void begin(struct chat_writer *w, bool call) {
  if (w->begun)
    return;
  w->begun = true;
  if (!w->stream)
    return;
  put_head(w, &w->head, STR("chat.completion.chunk"));
  delta_open(w);
  json_put_member_string(w->out, STR("role"), STR("assistant"));
  json_put_member_raw(w->out, STR("content"), call ? STR_NONE : STR("\"\""));
  delta_close(w, STR_NONE);
}

/* ---- what is put into a delta or a message ---- */

static const struct str text_names[CHAT_TEXTS] = {STR_INIT("reasoning_content"),
                                                  STR_INIT("content"), STR_INIT("refusal")};

/* Which of the texts an event of |kind| grows. */
static size_t text_place(enum event_kind kind) {
  return (size_t)kind - EVENT_REASONING;
}

/* A call: as it begins, or as it goes on when it is not |first|. */
static void put_call(struct buf *out, const struct chat_output_call *call, struct str text,
                     const uint32_t *index, bool first) {
  struct str type = call->custom ? STR("custom") : STR("function");
  json_put_open(out, '{');
  if (index != NULL)
    json_put_member_integer(out, STR("index"), *index);
  if (first) {
    json_put_member_string(out, STR("id"), call->id);
    json_put_member_string(out, STR("type"), type);
  }
  json_put_member_open(out, type, '{');
  if (first)
    json_put_member_string(out, STR("name"), call->name);
  json_put_member_string(out, call->custom ? STR("input") : STR("arguments"), text);
  buf_put(out, STR("}}"));
}

static void call_chunk(struct chat_writer *w, const struct chat_output_call *call, struct str text,
                       bool first) {
  delta_open(w);
  json_put_member_open(w->out, STR("tool_calls"), '[');
  put_call(w->out, call, text, &call->call, first);
  json_put_close(w->out, ']');
  delta_close(w, STR_NONE);
}

/* A Responses annotation has its members beside its type, a chat one within a
 * member that has the type's name. */
static void put_note(struct buf *out, struct json_value note) {
  struct json_value type = json_find(note, STR("type"));
  json_put_open(out, '{');
  json_put_member_raw(out, STR("type"), json_raw(type));
  json_put_raw(out, json_raw(type));
  buf_put(out, STR(":{"));
  for (struct json_value v = json_first(note); json_type(v) != JSON_NONE; v = json_next(v)) {
    if (!json_key_is(v, STR("type")))
      json_put_member(out, v);
  }
  buf_put(out, STR("}}"));
}

/* ---- events ---- */

/* May |text| be kept? */
static bool fits(struct chat_writer *w, struct str text) {
  if (text.n > OUTPUT_MAX - w->text_bytes) {
    w->error = ERR_LIMIT;
    return false;
  }
  w->text_bytes += text.n;
  return true;
}

static void keep(struct chat_writer *w, struct buf *b, struct str text) {
  if (!fits(w, text))
    return;
  buf_put(b, text);
  if (buf_error(b))
    w->error = buf_error(b);
}

/* |s| for as long as the answer lasts. */
static struct str copy(struct chat_writer *w, struct str s) {
  struct str kept = arena_copy(w->arena, s);
  if (kept.p == NULL && s.n > 0)
    w->error = ERR_MEMORY;
  return kept;
}

static void take_text(struct chat_writer *w, const struct event *ev) {
  size_t place = text_place(ev->kind);
  if (!w->stream) {
    keep(w, &w->texts[place], ev->text);
    return;
  }
  delta_open(w);
  json_put_member_string(w->out, text_names[place], ev->text);
  delta_close(w, STR_NONE);
}

static void take_note(struct chat_writer *w, struct str annotation) {
  struct json json;
  struct arena scratch;
  size_t where;
  arena_init(&scratch);
  int err = json_parse_lenient(&json, &scratch, annotation, &where);
  if (err == ERR_MEMORY)
    w->error = err;
  if (err || json_type(json_find(json_root(&json), STR("type"))) != JSON_STRING) {
    /* Not worth an answer. */
  } else if (!w->stream) {
    put_note(&w->notes, json_root(&json));
  } else {
    delta_open(w);
    json_put_member_open(w->out, STR("annotations"), '[');
    put_note(w->out, json_root(&json));
    json_put_close(w->out, ']');
    delta_close(w, STR_NONE);
  }
  arena_drop(&scratch);
}

static void take_call(struct chat_writer *w, const struct event *ev) {
  const struct tool *tool = request_find_wire(w->request, ev->name);
  struct chat_output_call *call = arena_take_zero(w->arena, sizeof *call);
  if (call == NULL || w->call_count >= OUTPUT_ITEMS_MAX) {
    w->error = call == NULL ? ERR_MEMORY : ERR_LIMIT;
    return;
  }
  call->call = ev->call;
  call->wrapped = tool != NULL && tool->kind == TOOL_CUSTOM && !ev->raw;
  call->custom = ev->raw || call->wrapped;
  call->name = copy(w, tool != NULL ? tool->name : ev->name);
  call->id = ev->id.n > 0 ? copy(w, ev->id) : id_take(w->ids, w->arena, STR("call_"));
  if (call->id.p == NULL)
    w->error = ERR_MEMORY;
  buf_init(&call->text, w->arena, OUTPUT_MAX);
  *w->calls_end = call;
  w->calls_end = &call->next;
  w->call_count++;
  if (w->stream)
    call_chunk(w, call, STR_NONE, true);
}

/* Hand out what was unwrapped. */
static void flush_call(struct chat_writer *w, struct chat_output_call *call) {
  if (buf_error(&call->text))
    w->error = buf_error(&call->text);
  if (!w->stream || call->text.n == 0)
    return;
  call_chunk(w, call, buf_str(&call->text), false);
  buf_reset(&call->text);
}

static void take_arguments(struct chat_writer *w, const struct event *ev) {
  struct chat_output_call *call = w->calls;
  while (call != NULL && call->call != ev->call)
    call = call->next;
  if (call == NULL)
    return;
  if (call->wrapped) {
    if (!fits(w, ev->text))
      return;
    custom_input_feed(&call->input, ev->text, &call->text);
    flush_call(w, call);
  } else if (w->stream) {
    call_chunk(w, call, ev->text, false);
  } else {
    keep(w, &call->text, ev->text);
  }
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct chat_writer *w = (struct chat_writer *)sink;
  if (w->error || w->closed)
    return;
  if (event_is_output(ev))
    begin(w, ev->kind == EVENT_CALL);
  switch (ev->kind) {
  case EVENT_BEGIN:
    if (ev->model.n > 0)
      w->model = copy(w, ev->model);
    break;
  case EVENT_REASONING:
  case EVENT_TEXT:
  case EVENT_REFUSAL:
    take_text(w, ev);
    break;
  case EVENT_CALL:
    take_call(w, ev);
    break;
  case EVENT_ARGUMENTS:
    take_arguments(w, ev);
    break;
  case EVENT_CITATION:
    take_note(w, ev->text);
    break;
  case EVENT_USAGE:
    w->usage = ev->usage;
    break;
  case EVENT_FINISH:
    w->finish = ev->finish;
    break;
  case EVENT_SOURCE: /* comes as a citation */
  case EVENT_TROUBLE:
    break; /* whoever asked the upstream decides */
  }
}

/* ---- begin and end ---- */

void chat_writer_init(struct chat_writer *w, struct buf *out, struct arena *arena,
                      struct id_source *ids, const struct request *request, struct str model,
                      double now) {
  *w = (struct chat_writer){.sink = {put_event},
                            .out = out,
                            .arena = arena,
                            .ids = ids,
                            .request = request,
                            .stream = request->stream};
  w->calls_end = &w->calls;
  w->id = id_take(ids, arena, STR("chatcmpl-"));
  if (w->id.p == NULL)
    w->error = ERR_MEMORY;
  w->model = model;
  w->created = (int64_t)(now / SECOND);
  buf_init(&w->head, arena, KIB + 6 * MODEL_MAX_BYTES);
  buf_init(&w->notes, arena, OUTPUT_MAX);
  for (size_t i = 0; i < CHAT_TEXTS; i++)
    buf_init(&w->texts[i], arena, OUTPUT_MAX);
}

/* JSON, quotes and all. */
static struct str finish_reason(const struct chat_writer *w) {
  switch (w->finish) {
  case FINISH_LENGTH:
    return STR("\"length\"");
  case FINISH_FILTER:
    return STR("\"content_filter\"");
  default:
    return w->calls != NULL ? STR("\"tool_calls\"") : STR("\"stop\"");
  }
}

static void put_details(struct buf *out, struct str group, struct str name, int64_t tokens) {
  json_put_member_open(out, group, '{');
  json_put_member_integer(out, name, tokens);
  json_put_close(out, '}');
}

static void put_usage(struct buf *out, const struct usage *u) {
  json_put_member_open(out, STR("usage"), '{');
  json_put_member_integer(out, STR("prompt_tokens"), u->input);
  json_put_member_integer(out, STR("completion_tokens"), u->output);
  json_put_member_integer(out, STR("total_tokens"), u->total);
  put_details(out, STR("prompt_tokens_details"), STR("cached_tokens"), u->cached);
  put_details(out, STR("completion_tokens_details"), STR("reasoning_tokens"), u->reasoning);
  json_put_close(out, '}');
}

static void close_calls(struct chat_writer *w) {
  for (struct chat_output_call *call = w->calls; call != NULL; call = call->next) {
    if (!call->wrapped)
      continue;
    custom_input_end(&call->input, &call->text);
    flush_call(w, call);
  }
}

static void close_stream(struct chat_writer *w) {
  delta_open(w);
  delta_close(w, finish_reason(w));
  if (w->request->include_usage && w->usage.known) {
    chunk_open(w);
    json_put_close(w->out, ']');
    put_usage(w->out, &w->usage);
    json_put_close(w->out, '}');
    sse_put_close(w->out);
  }
  sse_put_done(w->out);
}

static void put_message(struct chat_writer *w, struct buf *out) {
  json_put_member_string(out, STR("role"), STR("assistant"));
  for (size_t i = 0; i < CHAT_TEXTS; i++) {
    struct str text = buf_str(&w->texts[i]);
    if (text.n > 0) {
      json_put_member_string(out, text_names[i], text);
    } else if (i != text_place(EVENT_REASONING)) {
      json_put_member_raw(out, text_names[i], STR_NONE);
    }
  }
  if (w->notes.n > 0) {
    json_put_member_open(out, STR("annotations"), '[');
    buf_put(out, buf_str(&w->notes));
    json_put_close(out, ']');
  }
  if (w->calls == NULL)
    return;
  json_put_member_open(out, STR("tool_calls"), '[');
  for (const struct chat_output_call *call = w->calls; call != NULL; call = call->next) {
    put_call(out, call, buf_str(&call->text), NULL, true);
  }
  json_put_close(out, ']');
}

static void close_whole(struct chat_writer *w) {
  struct buf *out = w->out;
  put_head(w, out, STR("chat.completion"));
  put_choice(out, STR("message"));
  put_message(w, out);
  json_put_close(out, '}');
  json_put_member_raw(out, STR("logprobs"), STR_NONE);
  json_put_member_raw(out, STR("finish_reason"), finish_reason(w));
  buf_put(out, STR("}]"));
  if (w->usage.known)
    put_usage(out, &w->usage);
  json_put_close(out, '}');
}

void chat_writer_close(struct chat_writer *w, double now) {
  (void)now;
  if (w->closed)
    return;
  w->closed = true;
  begin(w, false);
  close_calls(w);
  if (w->stream) {
    close_stream(w);
  } else {
    close_whole(w);
  }
}

void chat_writer_fail(struct chat_writer *w, const struct failure *f) {
  if (w->closed)
    return;
  w->closed = true;
  if (!w->stream) {
    error_put(w->out, f);
    return;
  }
  sse_put_open(w->out, STR_NONE);
  error_put(w->out, f);
  sse_put_close(w->out);
  sse_put_done(w->out);
}

int chat_writer_error(const struct chat_writer *w) {
  if (w->error)
    return w->error;
  if (buf_error(&w->head))
    return buf_error(&w->head);
  if (buf_error(&w->notes))
    return buf_error(&w->notes);
  return buf_error(w->out);
}
