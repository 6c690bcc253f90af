/* The stream, for an answer of one thought, one text and one call:
 *
 *   response.created, response.in_progress            {"response":{...}}
 *   response.output_item.added                        {"item":{"type":"reasoning"}}
 *   response.reasoning_summary_part.added
 *   response.reasoning_summary_text.delta ...         {"delta":"..."}
 *   response.reasoning_summary_text.done, response.reasoning_summary_part.done
 *   response.output_item.done
 *   response.output_item.added                        {"item":{"type":"message"}}
 *   response.content_part.added
 *   response.output_text.delta ...
 *   response.output_text.done, response.content_part.done
 *   response.output_item.done
 *   response.output_item.added                        {"item":{"type":"function_call"}}
 *   response.function_call_arguments.delta ...
 *   response.function_call_arguments.done
 *   response.output_item.done
 *   response.completed | response.incomplete | response.failed
 *   data: [DONE]
 *
 * Every frame has "type" and "sequence_number".  Codex reads only
 * output_item.done, the agents' SDK only the last response, the AI SDK only
 * the deltas: all three say everything.
 */
#include "responses_answer.h"

#include "limits.h"
#include "responses_echo.h"
#include "sse.h"

/* ---- members ---- */

static void put_word(struct buf *out, struct str key, struct str value) {
  json_put_key(out, key);
  json_put_string(out, value);
}

static void put_number(struct buf *out, struct str key, int64_t value) {
  json_put_key(out, key);
  json_put_integer(out, value);
}

static void put_nothing(struct buf *out, struct str key) {
  json_put_key(out, key);
  json_put_null(out);
}

/* ---- frames ---- */

static void frame_open(struct responses_writer *w, struct str name) {
  sse_put_open(w->out, name);
  json_put_open(w->out, '{');
  put_word(w->out, STR("type"), name);
  put_number(w->out, STR("sequence_number"), w->sequence++);
}

static void frame_close(struct responses_writer *w) {
  json_put_close(w->out, '}');
  sse_put_close(w->out);
}

/* A frame about |item|: what stands in it is put by the caller. */
static void item_frame_open(struct responses_writer *w, struct str name,
                            const struct output_item *item) {
  frame_open(w, name);
  put_word(w->out, STR("item_id"), item->id);
  put_number(w->out, STR("output_index"), item->index);
}

/* ---- an item as JSON ---- */

/* The one part of a message or of a reasoning's summary. */
static void put_part(struct buf *out, const struct output_item *item, struct str text) {
  json_put_open(out, '{');
  switch (item->kind) {
  case OUTPUT_REASONING:
    put_word(out, STR("type"), STR("summary_text"));
    put_word(out, STR("text"), text);
    break;
  case OUTPUT_REFUSAL:
    put_word(out, STR("type"), STR("refusal"));
    put_word(out, STR("refusal"), text);
    break;
  default:
    put_word(out, STR("type"), STR("output_text"));
    put_word(out, STR("text"), text);
    json_put_key(out, STR("annotations"));
    json_put_open(out, '[');
    if (text.n > 0)
      buf_put(out, buf_str(&item->notes));
    json_put_close(out, ']');
    json_put_key(out, STR("logprobs"));
    json_put_raw(out, STR("[]"));
  }
  json_put_close(out, '}');
}

static void put_parts(struct buf *out, struct str key, const struct output_item *item, bool whole) {
  json_put_key(out, key);
  json_put_open(out, '[');
  if (whole)
    put_part(out, item, buf_str(&item->text));
  json_put_close(out, ']');
}

static void put_call(struct buf *out, const struct output_item *item, bool whole) {
  put_word(out, STR("call_id"), item->call_id);
  put_word(out, STR("name"), item->name);
  if (item->space.n > 0)
    put_word(out, STR("namespace"), item->space);
  put_word(out, item->custom ? STR("input") : STR("arguments"),
           whole ? buf_str(&item->text) : STR_NONE);
}

/* The item: as it begins, or with all that has come of it. */
static void put_sealed(struct buf *out, struct str sealed) {
  json_put_key(out, STR("encrypted_content"));
  json_put_quote(out);
  json_put_text(out, STR(SEAL_PREFIX));
  json_put_text(out, sealed);
  json_put_unquote(out);
}

/* Sealing takes the host's help: until it is done a gap is kept in mind. */
static void put_seal(struct responses_writer *w, struct output_item *item) {
  if (!w->request->include_sealed || item->unsealable || item->text.n == 0)
    return;
  if (item->sealed.n > 0) {
    put_sealed(w->out, item->sealed);
    return;
  }
  struct seal_gap *gap = arena_take(w->arena, sizeof *gap);
  if (gap == NULL) {
    w->error = ERR_MEMORY;
    return;
  }
  *gap = (struct seal_gap){w->out->n, item, w->gaps};
  w->gaps = gap;
}

static void put_item(struct responses_writer *w, struct output_item *item, struct str status,
                     bool whole) {
  struct buf *out = w->out;
  json_put_open(out, '{');
  put_word(out, STR("id"), item->id);
  switch (item->kind) {
  case OUTPUT_REASONING:
    put_word(out, STR("type"), STR("reasoning"));
    put_parts(out, STR("summary"), item, whole);
    if (whole)
      put_seal(w, item);
    break;
  case OUTPUT_CALL:
    put_word(out, STR("type"), item->custom ? STR("custom_tool_call") : STR("function_call"));
    put_word(out, STR("status"), status);
    put_call(out, item, whole);
    break;
  default:
    put_word(out, STR("type"), STR("message"));
    put_word(out, STR("status"), status);
    put_word(out, STR("role"), STR("assistant"));
    put_parts(out, STR("content"), item, whole);
  }
  json_put_close(out, '}');
}

/* ---- the response object ---- */

static void put_usage(struct buf *out, const struct usage *u) {
  json_put_key(out, STR("usage"));
  if (!u->known) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  put_number(out, STR("input_tokens"), u->input);
  json_put_key(out, STR("input_tokens_details"));
  json_put_open(out, '{');
  put_number(out, STR("cached_tokens"), u->cached);
  json_put_close(out, '}');
  put_number(out, STR("output_tokens"), u->output);
  json_put_key(out, STR("output_tokens_details"));
  json_put_open(out, '{');
  put_number(out, STR("reasoning_tokens"), u->reasoning);
  json_put_close(out, '}');
  put_number(out, STR("total_tokens"), u->total);
  json_put_close(out, '}');
}

static void put_incomplete(struct buf *out, const struct responses_writer *w, bool incomplete) {
  json_put_key(out, STR("incomplete_details"));
  if (!incomplete) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  put_word(out, STR("reason"),
           w->finish == FINISH_FILTER ? STR("content_filter") : STR("max_output_tokens"));
  json_put_close(out, '}');
}

static void put_response_error(struct buf *out, const struct failure *f) {
  json_put_key(out, STR("error"));
  if (f == NULL) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  put_word(out, STR("code"), f->code);
  put_word(out, STR("message"), f->message);
  json_put_close(out, '}');
}

static struct str status_of(const struct output_item *item) {
  return item->done && !item->cut ? STR("completed") : STR("incomplete");
}

static void put_output(struct responses_writer *w) {
  struct buf *out = w->out;
  json_put_key(out, STR("output"));
  json_put_open(out, '[');
  for (struct output_item *item = w->items; item != NULL; item = item->next) {
    put_item(w, item, status_of(item), true);
  }
  json_put_close(out, ']');
}

/* |completed| in s, 0 when it is not; |f| when it failed. */
static void put_response(struct responses_writer *w, struct str status, int64_t completed,
                         const struct failure *f) {
  struct buf *out = w->out;
  json_put_open(out, '{');
  put_word(out, STR("id"), w->id);
  put_word(out, STR("object"), STR("response"));
  put_number(out, STR("created_at"), w->created);
  put_word(out, STR("status"), status);
  if (completed > 0) {
    put_number(out, STR("completed_at"), completed);
  } else {
    put_nothing(out, STR("completed_at"));
  }
  put_response_error(out, f);
  put_incomplete(out, w, str_equal(status, STR("incomplete")));
  put_word(out, STR("model"), w->model);
  put_output(w);
  put_usage(out, &w->usage);
  buf_put_byte(out, ',');
  buf_put(out, buf_str(&w->echo));
  json_put_close(out, '}');
}

static void response_frame(struct responses_writer *w, struct str name, struct str status,
                           int64_t completed, const struct failure *f) {
  frame_open(w, name);
  json_put_key(w->out, STR("response"));
  put_response(w, status, completed, f);
  frame_close(w);
}

/* response.created is written with the first output and not before, so that
 * an attempt that fails early leaves no trace. */
static void begin(struct responses_writer *w) {
  if (w->begun)
    return;
  w->begun = true;
  if (!w->stream)
    return;
  response_frame(w, STR("response.created"), STR("in_progress"), 0, NULL);
  response_frame(w, STR("response.in_progress"), STR("in_progress"), 0, NULL);
}

/* ---- the life of an item ---- */

static void part_frame(struct responses_writer *w, const struct output_item *item, struct str name,
                       struct str text) {
  bool thoughts = item->kind == OUTPUT_REASONING;
  item_frame_open(w, name, item);
  put_number(w->out, thoughts ? STR("summary_index") : STR("content_index"), 0);
  json_put_key(w->out, STR("part"));
  put_part(w->out, item, text);
  frame_close(w);
}

static void item_added(struct responses_writer *w, struct output_item *item) {
  if (!w->stream)
    return;
  frame_open(w, STR("response.output_item.added"));
  put_number(w->out, STR("output_index"), item->index);
  json_put_key(w->out, STR("item"));
  put_item(w, item, STR("in_progress"), false);
  frame_close(w);
  if (item->kind == OUTPUT_CALL)
    return;
  part_frame(w, item,
             item->kind == OUTPUT_REASONING ? STR("response.reasoning_summary_part.added")
                                            : STR("response.content_part.added"),
             STR_NONE);
}

/* The names of an item's frames, and of what they hold. */
struct frame_names {
  struct str delta, done, member, part_done;
};

static const struct frame_names *names_of(const struct output_item *item) {
  static const struct frame_names names[] = {
      [OUTPUT_MESSAGE] = {STR_INIT("response.output_text.delta"),
                          STR_INIT("response.output_text.done"), STR_INIT("text"),
                          STR_INIT("response.content_part.done")},
      [OUTPUT_REFUSAL] = {STR_INIT("response.refusal.delta"), STR_INIT("response.refusal.done"),
                          STR_INIT("refusal"), STR_INIT("response.content_part.done")},
      [OUTPUT_REASONING] = {STR_INIT("response.reasoning_summary_text.delta"),
                            STR_INIT("response.reasoning_summary_text.done"), STR_INIT("text"),
                            STR_INIT("response.reasoning_summary_part.done")},
      [OUTPUT_CALL] = {STR_INIT("response.function_call_arguments.delta"),
                       STR_INIT("response.function_call_arguments.done"), STR_INIT("arguments"),
                       STR_INIT("")},
  };
  static const struct frame_names custom = {STR_INIT("response.custom_tool_call_input.delta"),
                                            STR_INIT("response.custom_tool_call_input.done"),
                                            STR_INIT("input"), STR_INIT("")};
  return item->custom ? &custom : &names[item->kind];
}

/* The member that says which part of the item a text frame is of. */
static void put_part_index(struct responses_writer *w, const struct output_item *item) {
  if (item->kind == OUTPUT_CALL)
    return;
  put_number(w->out, item->kind == OUTPUT_REASONING ? STR("summary_index") : STR("content_index"),
             0);
}

static void put_logprobs(struct responses_writer *w, const struct output_item *item) {
  if (item->kind != OUTPUT_MESSAGE)
    return;
  json_put_key(w->out, STR("logprobs"));
  json_put_raw(w->out, STR("[]"));
}

static void delta_frame(struct responses_writer *w, const struct output_item *item,
                        struct str delta) {
  if (!w->stream || delta.n == 0)
    return;
  item_frame_open(w, names_of(item)->delta, item);
  put_part_index(w, item);
  put_word(w->out, STR("delta"), delta);
  put_logprobs(w, item);
  frame_close(w);
}

static void item_done(struct responses_writer *w, struct output_item *item) {
  if (item->done)
    return;
  item->done = true;
  if (w->open == item)
    w->open = NULL;
  if (item->wrapped) {
    size_t before = item->text.n;
    custom_input_end(&item->input, &item->text);
    if (buf_error(&item->text))
      w->error = buf_error(&item->text);
    delta_frame(w, item, str_from(buf_str(&item->text), before));
  }
  if (!w->stream)
    return;
  const struct frame_names *names = names_of(item);
  item_frame_open(w, names->done, item);
  put_part_index(w, item);
  put_word(w->out, names->member, buf_str(&item->text));
  put_logprobs(w, item);
  frame_close(w);
  if (names->part_done.n > 0)
    part_frame(w, item, names->part_done, buf_str(&item->text));
  frame_open(w, STR("response.output_item.done"));
  put_number(w->out, STR("output_index"), item->index);
  json_put_key(w->out, STR("item"));
  put_item(w, item, status_of(item), true);
  frame_close(w);
}

static struct str id_prefix(enum output_kind kind, bool custom) {
  switch (kind) {
  case OUTPUT_REASONING:
    return STR("rs_");
  case OUTPUT_CALL:
    return custom ? STR("ctc_") : STR("fc_");
  default:
    return STR("msg_");
  }
}

static struct output_item *add_item(struct responses_writer *w, enum output_kind kind,
                                    bool custom) {
  struct output_item *item = arena_take_zero(w->arena, sizeof *item);
  if (item == NULL || w->item_count >= OUTPUT_ITEMS_MAX) {
    w->error = item == NULL ? ERR_MEMORY : ERR_LIMIT;
    return NULL;
  }
  item->kind = kind;
  item->custom = custom;
  item->index = w->item_count++;
  item->id = id_take(w->ids, w->arena, id_prefix(kind, custom));
  buf_init(&item->text, w->arena, OUTPUT_MAX);
  buf_init(&item->notes, w->arena, OUTPUT_MAX);
  *w->items_end = item;
  w->items_end = &item->next;
  return item;
}

/* Put |text| to |item|'s, unwrapped if need be. */
static void grow_item(struct responses_writer *w, struct output_item *item, struct str text) {
  if (text.n > OUTPUT_MAX - w->text_bytes) {
    w->error = ERR_LIMIT;
    return;
  }
  size_t before = item->text.n;
  w->text_bytes += text.n;
  if (item->wrapped) {
    custom_input_feed(&item->input, text, &item->text);
  } else {
    buf_put(&item->text, text);
  }
  if (buf_error(&item->text))
    w->error = buf_error(&item->text);
  delta_frame(w, item, str_from(buf_str(&item->text), before));
}

/* ---- events ---- */

static void put_text(struct responses_writer *w, enum output_kind kind, struct str text) {
  if (w->open != NULL && w->open->kind != kind)
    item_done(w, w->open);
  if (w->open == NULL) {
    w->open = add_item(w, kind, false);
    if (w->open == NULL)
      return;
    item_added(w, w->open);
  }
  grow_item(w, w->open, text);
}

static void put_call_begin(struct responses_writer *w, const struct event *ev) {
  if (w->open != NULL)
    item_done(w, w->open);
  const struct tool *tool = request_find_wire(w->request, ev->name);
  bool wrapped = tool != NULL && tool->kind == TOOL_CUSTOM && !ev->raw;
  struct output_item *item = add_item(w, OUTPUT_CALL, ev->raw || wrapped);
  if (item == NULL)
    return;
  item->call = ev->call;
  item->name = arena_copy(w->arena, tool != NULL ? tool->name : ev->name);
  item->space = arena_copy(w->arena, tool != NULL ? tool->space : STR_NONE);
  item->wrapped = wrapped;
  item->call_id =
      ev->id.n > 0 ? arena_copy(w->arena, ev->id) : id_take(w->ids, w->arena, STR("call_"));
  item_added(w, item);
}

static void put_arguments(struct responses_writer *w, const struct event *ev) {
  for (struct output_item *item = w->items; item != NULL; item = item->next) {
    if (item->kind == OUTPUT_CALL && item->call == ev->call) {
      grow_item(w, item, ev->text);
      return;
    }
  }
}

static void put_citation(struct responses_writer *w, struct str annotation) {
  struct output_item *item = w->open;
  if (item == NULL || item->kind != OUTPUT_MESSAGE)
    return;
  json_put_raw(&item->notes, annotation);
  uint32_t index = item->note_count++;
  if (!w->stream)
    return;
  item_frame_open(w, STR("response.output_text.annotation.added"), item);
  put_number(w->out, STR("content_index"), 0);
  put_number(w->out, STR("annotation_index"), index);
  json_put_key(w->out, STR("annotation"));
  json_put_raw(w->out, annotation);
  frame_close(w);
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct responses_writer *w = (struct responses_writer *)sink;
  if (w->error || w->closed)
    return;
  if (event_is_output(ev))
    begin(w);
  switch (ev->kind) {
  case EVENT_BEGIN:
    if (ev->model.n > 0)
      w->model = arena_copy(w->arena, ev->model);
    break;
  case EVENT_REASONING:
    put_text(w, OUTPUT_REASONING, ev->text);
    break;
  case EVENT_TEXT:
    put_text(w, OUTPUT_MESSAGE, ev->text);
    break;
  case EVENT_REFUSAL:
    put_text(w, OUTPUT_REFUSAL, ev->text);
    break;
  case EVENT_CALL:
    put_call_begin(w, ev);
    break;
  case EVENT_ARGUMENTS:
    put_arguments(w, ev);
    break;
  case EVENT_CITATION:
    put_citation(w, ev->text);
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

void responses_writer_init(struct responses_writer *w, struct buf *out, struct arena *arena,
                           struct id_source *ids, const struct request *request, struct str model,
                           double now) {
  *w = (struct responses_writer){.sink = {put_event},
                                 .out = out,
                                 .arena = arena,
                                 .ids = ids,
                                 .request = request,
                                 .stream = request->stream};
  w->items_end = &w->items;
  w->id = id_take(ids, arena, STR("resp_"));
  w->model = model;
  w->created = (int64_t)(now / SECOND);
  buf_init(&w->echo, arena, BODY_MAX_CEILING);
  responses_put_echo(&w->echo, request->body, JSON_ABSENT);
}

static void close_items(struct responses_writer *w, bool complete) {
  for (struct output_item *item = w->items; item != NULL; item = item->next) {
    item->cut |= !complete && !item->done;
    item_done(w, item);
  }
}

void responses_writer_close(struct responses_writer *w, double now) {
  bool complete = w->finish == FINISH_STOP || w->finish == FINISH_CALLS;
  struct str status = complete ? STR("completed") : STR("incomplete");
  int64_t completed = complete ? (int64_t)(now / SECOND) : 0;
  if (w->closed)
    return;
  w->closed = true;
  begin(w);
  close_items(w, complete);
  if (w->stream) {
    response_frame(w, complete ? STR("response.completed") : STR("response.incomplete"), status,
                   completed, NULL);
    sse_put_done(w->out);
  } else {
    put_response(w, status, completed, NULL);
  }
}

/* The recorded upstream nests the error, its SDK's type is flat: both. */
static void error_frame(struct buf *out, const struct failure *f, int64_t sequence) {
  sse_put_open(out, STR("error"));
  json_put_open(out, '{');
  put_word(out, STR("type"), STR("error"));
  put_number(out, STR("sequence_number"), sequence);
  put_word(out, STR("code"), f->code);
  put_word(out, STR("message"), f->message);
  put_word(out, STR("param"), f->param);
  json_put_key(out, STR("error"));
  json_put_open(out, '{');
  put_word(out, STR("type"), f->type);
  put_word(out, STR("code"), f->code);
  put_word(out, STR("message"), f->message);
  put_word(out, STR("param"), f->param);
  json_put_close(out, '}');
  json_put_close(out, '}');
  sse_put_close(out);
}

void responses_writer_fail(struct responses_writer *w, const struct failure *f) {
  if (w->closed)
    return;
  w->closed = true;
  if (!w->stream) {
    put_response(w, STR("failed"), 0, f);
    return;
  }
  begin(w);
  error_frame(w->out, f, w->sequence++);
  response_frame(w, STR("response.failed"), STR("failed"), 0, f);
  sse_put_done(w->out);
}

const struct output_item *responses_writer_unsealed(const struct responses_writer *w) {
  return w->gaps != NULL ? w->gaps->item : NULL;
}

/* From the last gap to the first, so that those before stay where they are. */
void responses_writer_seal(struct responses_writer *w, struct str text) {
  struct output_item *item = w->gaps->item;
  struct buf member;
  buf_init(&member, w->arena, OUTPUT_MAX);
  item->unsealable = text.n == 0;
  item->sealed = arena_copy(w->arena, text);
  if (item->sealed.n > 0) {
    buf_put_byte(&member, ',');
    put_sealed(&member, item->sealed);
  }
  if (buf_error(&member))
    w->error = buf_error(&member);
  struct seal_gap **link = &w->gaps;
  for (struct seal_gap *gap = w->gaps; gap != NULL; gap = gap->next) {
    if (gap->item != item) {
      link = &gap->next;
      continue;
    }
    buf_insert(w->out, gap->at, buf_str(&member));
    for (struct seal_gap *later = w->gaps; later != gap; later = later->next) {
      later->at += member.n;
    }
    *link = gap->next;
  }
}

int responses_writer_error(const struct responses_writer *w) {
  if (w->error)
    return w->error;
  if (buf_error(&w->echo))
    return buf_error(&w->echo);
  return buf_error(w->out);
}
