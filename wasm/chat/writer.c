/* The stream, for a reply of reasoning, one text and one call; each line is
 * a frame, "data: ..." and an empty line, and begins as the first one does:
 *
 *   {"id":"chatcmpl-x","object":"chat.completion.chunk","created":1,"model":"m",
 *    "choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}
 *   ... {"delta":{"reasoning_content":"Hm"}}
 *   ... {"delta":{"content":"Hi"}}
 *     (beside "delta", if asked for: "logprobs":{"content":[...],"refusal":null})
 *   ... {"delta":{"annotations":[{"type":"url_citation","url_citation":{...}}]}}
 *   ... {"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function",
 *                                "function":{"name":"f","arguments":""}}]}}
 *   ... {"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}
 *   ... {"delta":{},"finish_reason":"tool_calls"}
 *   ... "choices":[],"usage":{...}                 (when the client asked for it)
 *   [DONE]
 *
 * A whole reply is one "chat.completion" with "message" for "delta" and no
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
  json_put_member_string(out, STR("id"), w->reply.id);
  json_put_member_string(out, STR("object"), object);
  json_put_member_integer(out, STR("created"), w->reply.created);
  json_put_member_string(out, STR("model"), w->reply.model);
  json_put_member_open(out, STR("choices"), '[');
}

static void put_choice(struct buf *out, struct str member) {
  json_put_open(out, '{');
  json_put_member_integer(out, STR("index"), 0);
  json_put_member_open(out, member, '{');
}

static void chunk_open(struct chat_writer *w) {
  sse_put_open(w->reply.out, STR_NONE);
  buf_put(w->reply.out, buf_str(&w->head));
}

static void delta_open(struct chat_writer *w) {
  chunk_open(w);
  put_choice(w->reply.out, STR("delta"));
}

static void put_logprobs(struct chat_writer *w) {
  struct buf *out = w->reply.out, *entries = &w->reply.logprobs;
  json_put_member_open(out, STR("logprobs"), '{');
  json_put_member_open(out, STR("content"), '[');
  buf_put(out, buf_str(entries));
  json_put_close(out, ']');
  json_put_member_raw(out, STR("refusal"), STR_NONE);
  json_put_close(out, '}');
  entries->n = 0;
}

/* |reason| is JSON; empty: null. */
static void delta_close(struct chat_writer *w, struct str reason) {
  json_put_close(w->reply.out, '}');
  if (w->reply.logprobs.n > 0)
    put_logprobs(w);
  json_put_member_raw(w->reply.out, STR("finish_reason"), reason);
  buf_put(w->reply.out, STR("}]"));
  if (w->reply.request->include_usage)
    json_put_member_raw(w->reply.out, STR("usage"), STR_NONE);
  json_put_close(w->reply.out, '}');
  sse_put_close(w->reply.out);
}

/* The first chunk goes out with the first output and not before, so that an attempt that
 * fails early leaves no trace. */
static void write_begin(struct reply_writer *reply, bool with_call) {
  struct chat_writer *w = (struct chat_writer *)reply;
  if (!w->reply.stream)
    return;
  put_head(w, &w->head, STR("chat.completion.chunk"));
  delta_open(w);
  json_put_member_string(w->reply.out, STR("role"), STR("assistant"));
  json_put_member_raw(w->reply.out, STR("content"), with_call ? STR_NONE : STR("\"\""));
  delta_close(w, STR_NONE);
}

/* ---- what is put into a delta or a message ---- */

static const struct str text_names[CHAT_TEXTS] = {STR_INIT("reasoning_content"),
                                                  STR_INIT("content"), STR_INIT("refusal")};

/* Which of the texts an event of |kind| grows. */
static size_t text_place(enum event_kind kind) {
  return (size_t)kind - EVENT_REASONING;
}

/* The older form of a call. */
static void put_function_call(struct buf *out, const struct reply_call *call, struct str text,
                              bool first) {
  json_put_member_open(out, STR("function_call"), '{');
  if (first)
    json_put_member_string(out, STR("name"), call->name);
  json_put_member_string(out, STR("arguments"), text);
  json_put_close(out, '}');
}

/* A call as it begins; or one more piece of it, when it is not |first|. */
static void put_call(struct buf *out, const struct reply_call *call, struct str text,
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
  json_put_close(out, '}');
  if (first && call->extra.n > 0)
    json_put_member_raw(out, STR("extra_content"), call->extra);
  json_put_close(out, '}');
}

static void call_chunk(struct chat_writer *w, const struct reply_call *call, struct str text,
                       bool first) {
  bool older = w->reply.request->functions;
  if (older && call != &w->calls->call) /* has no place for a second call */
    return;
  delta_open(w);
  if (older) {
    put_function_call(w->reply.out, call, text, first);
  } else {
    json_put_member_open(w->reply.out, STR("tool_calls"), '[');
    put_call(w->reply.out, call, text, &call->number, first);
    json_put_close(w->reply.out, ']');
  }
  delta_close(w, STR_NONE);
}

/* A Responses annotation has its members beside its type, a chat one within a
 * member that has the type's name. */
static void put_annotation(struct buf *out, struct json_value annotation) {
  struct json_value type = json_find(annotation, STR("type"));
  json_put_open(out, '{');
  json_put_member_value(out, STR("type"), type);
  json_put_value(out, type);
  buf_put(out, STR(":{"));
  for (struct json_value v = json_first(annotation); json_exists(v); v = json_next(v)) {
    if (!json_key_is(v, STR("type")))
      json_put_member(out, v);
  }
  buf_put(out, STR("}}"));
}

/* ---- events ---- */

static void put_text(struct chat_writer *w, size_t place, struct str text) {
  if (!w->reply.stream) {
    reply_writer_keep(&w->reply, &w->texts[place], text);
    return;
  }
  delta_open(w);
  json_put_member_string(w->reply.out, text_names[place], text);
  delta_close(w, STR_NONE);
}

static void write_text(struct reply_writer *reply, const struct event *ev) {
  struct chat_writer *w = (struct chat_writer *)reply;
  size_t place = text_place(ev->kind);
  if (w->fresh[place] && w->told[place])
    put_text(w, place, STR("\n\n"));
  w->fresh[place] = false;
  w->told[place] = true;
  put_text(w, place, ev->text);
}

static void write_item(struct reply_writer *reply, const struct event *ev) {
  struct chat_writer *w = (struct chat_writer *)reply;
  for (size_t place = 0; place < CHAT_TEXTS; place++)
    w->fresh[place] |= ev->raw == (place == text_place(EVENT_REASONING));
}

static void write_citation(struct reply_writer *reply, struct str annotation) {
  struct chat_writer *w = (struct chat_writer *)reply;
  struct json json;
  struct arena scratch;
  size_t where;
  arena_init(&scratch);
  int err = json_parse_lenient(&json, &scratch, annotation, &where);
  if (err == ERR_MEMORY)
    reply->error = err;
  if (err || json_type(json_find(json_root(&json), STR("type"))) != JSON_STRING) {
    /* An annotation that makes no sense is left out: the answer is worth more. */
  } else if (!reply->stream) {
    put_annotation(&w->annotations, json_root(&json));
  } else {
    delta_open(w);
    json_put_member_open(reply->out, STR("annotations"), '[');
    put_annotation(reply->out, json_root(&json));
    json_put_close(reply->out, ']');
    delta_close(w, STR_NONE);
  }
  arena_drop(&scratch);
}

static void write_call(struct reply_writer *reply, const struct event *ev) {
  struct chat_writer *w = (struct chat_writer *)reply;
  struct chat_output_call *call = arena_take_zero(reply->arena, sizeof *call);
  if (call == NULL || w->call_count >= OUTPUT_ITEMS_MAX) {
    reply->error = call == NULL ? ERR_MEMORY : ERR_LIMIT;
    return;
  }
  reply_call_open(reply, &call->call, ev);
  buf_init(&call->text, reply->arena, OUTPUT_MAX);
  *w->calls_end = call;
  w->calls_end = &call->next;
  w->call_count++;
  if (reply->stream)
    call_chunk(w, &call->call, STR_NONE, true);
}

/* Write what was unwrapped. */
static void flush_call(struct chat_writer *w, struct chat_output_call *call) {
  if (!w->reply.stream || call->text.n == 0)
    return;
  call_chunk(w, &call->call, buf_str(&call->text), false);
  buf_reset(&call->text);
}

static void write_arguments(struct reply_writer *reply, const struct event *ev) {
  struct chat_writer *w = (struct chat_writer *)reply;
  struct chat_output_call *call = w->calls;
  while (call != NULL && call->call.number != ev->call)
    call = call->next;
  if (call == NULL)
    return;
  if (reply->stream && !call->call.wrapped) {
    call_chunk(w, &call->call, ev->text, false);
    return;
  }
  reply_call_keep(reply, &call->call, &call->text, ev->text);
  flush_call(w, call);
}

static const struct reply_dialect dialect = {
    .begin = write_begin,
    .text = write_text,
    .call = write_call,
    .arguments = write_arguments,
    .citation = write_citation,
    .item = write_item,
};

/* ---- begin and end ---- */

void chat_writer_init(struct chat_writer *w, struct buf *out, struct arena *arena,
                      struct id_source *ids, const struct request *request, struct str model,
                      double now) {
  *w = (struct chat_writer){0};
  reply_writer_init(&w->reply, &dialect, out, arena, ids, request, STR("chatcmpl-"), model, now);
  w->calls_end = &w->calls;
  buf_init(&w->head, arena, KIB + 6 * MODEL_MAX_BYTES);
  buf_init(&w->annotations, arena, OUTPUT_MAX);
  for (size_t i = 0; i < CHAT_TEXTS; i++)
    buf_init(&w->texts[i], arena, OUTPUT_MAX);
}

/* JSON, quotes and all. */
static struct str finish_reason(const struct chat_writer *w) {
  switch (w->reply.finish) {
  case FINISH_LENGTH:
    return STR("\"length\"");
  case FINISH_FILTER:
    return STR("\"content_filter\"");
  default:
    if (w->calls == NULL)
      return STR("\"stop\"");
    return w->reply.request->functions ? STR("\"function_call\"") : STR("\"tool_calls\"");
  }
}

static void put_usage(struct buf *out, const struct usage *u) {
  json_put_member_open(out, STR("usage"), '{');
  json_put_member_integer(out, STR("prompt_tokens"), u->input);
  json_put_member_integer(out, STR("completion_tokens"), u->output);
  json_put_member_integer(out, STR("total_tokens"), u->total);
  json_put_member_open(out, STR("prompt_tokens_details"), '{');
  json_put_member_integer(out, STR("cached_tokens"), u->cached);
  if (u->cache_write > 0)
    json_put_member_integer(out, STR("cache_write_tokens"), u->cache_write);
  json_put_close(out, '}');
  json_put_member_open(out, STR("completion_tokens_details"), '{');
  json_put_member_integer(out, STR("reasoning_tokens"), u->reasoning);
  json_put_close(out, '}');
  json_put_close(out, '}');
}

static void close_calls(struct chat_writer *w) {
  for (struct chat_output_call *call = w->calls; call != NULL; call = call->next) {
    reply_call_end(&w->reply, &call->call, &call->text);
    flush_call(w, call);
  }
}

static void close_stream(struct chat_writer *w) {
  delta_open(w);
  delta_close(w, finish_reason(w));
  if (w->reply.request->include_usage && w->reply.usage.known) {
    chunk_open(w);
    json_put_close(w->reply.out, ']');
    put_usage(w->reply.out, &w->reply.usage);
    json_put_close(w->reply.out, '}');
    sse_put_close(w->reply.out);
  }
  sse_put_done(w->reply.out);
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
  if (w->annotations.n > 0) {
    json_put_member_open(out, STR("annotations"), '[');
    buf_put(out, buf_str(&w->annotations));
    json_put_close(out, ']');
  }
  if (w->calls == NULL)
    return;
  if (w->reply.request->functions) {
    put_function_call(out, &w->calls->call, buf_str(&w->calls->text), true);
    return;
  }
  json_put_member_open(out, STR("tool_calls"), '[');
  for (const struct chat_output_call *call = w->calls; call != NULL; call = call->next) {
    put_call(out, &call->call, buf_str(&call->text), NULL, true);
  }
  json_put_close(out, ']');
}

static void close_whole(struct chat_writer *w) {
  struct buf *out = w->reply.out;
  put_head(w, out, STR("chat.completion"));
  put_choice(out, STR("message"));
  put_message(w, out);
  json_put_close(out, '}');
  if (w->reply.logprobs.n > 0)
    put_logprobs(w);
  else
    json_put_member_raw(out, STR("logprobs"), STR_NONE);
  json_put_member_raw(out, STR("finish_reason"), finish_reason(w));
  buf_put(out, STR("}]"));
  if (w->reply.usage.known)
    put_usage(out, &w->reply.usage);
  json_put_close(out, '}');
}

void chat_writer_close(struct chat_writer *w, double now) {
  (void)now;
  if (w->reply.closed)
    return;
  w->reply.closed = true;
  reply_writer_begin(&w->reply, false);
  close_calls(w);
  if (w->reply.stream) {
    close_stream(w);
  } else {
    close_whole(w);
  }
}

void chat_writer_fail(struct chat_writer *w, const struct failure *f) {
  if (w->reply.closed)
    return;
  w->reply.closed = true;
  if (!w->reply.stream) {
    error_put(w->reply.out, f);
    return;
  }
  sse_put_open(w->reply.out, STR_NONE);
  error_put(w->reply.out, f);
  sse_put_close(w->reply.out);
  sse_put_done(w->reply.out);
}

int chat_writer_error(const struct chat_writer *w) {
  if (w->reply.error)
    return w->reply.error;
  if (buf_error(&w->head))
    return buf_error(&w->head);
  if (buf_error(&w->annotations))
    return buf_error(&w->annotations);
  return buf_error(w->reply.out);
}
