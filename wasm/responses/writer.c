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
#include "responses/writer.h"

#include "limits.h"
#include "responses/echo.h"
#include "text/sse.h"

/* ---- frames ---- */

static void frame_open(struct responses_writer *w, struct str name) {
  sse_put_open(w->out, name);
  json_put_open(w->out, '{');
  json_put_member_string(w->out, STR("type"), name);
  json_put_member_integer(w->out, STR("sequence_number"), w->sequence++);
}

static void frame_close(struct responses_writer *w) {
  json_put_close(w->out, '}');
  sse_put_close(w->out);
}

/* A frame about |item|: what stands in it is put by the caller. */
static void item_frame_open(struct responses_writer *w, struct str name,
                            const struct output_item *item) {
  frame_open(w, name);
  json_put_member_string(w->out, STR("item_id"), item->id);
  json_put_member_integer(w->out, STR("output_index"), item->index);
}

static void response_frame(struct responses_writer *w, struct str name, struct str status,
                           int64_t completed, const struct failure *f) {
  frame_open(w, name);
  json_put_key(w->out, STR("response"));
  responses_put_response(w, status, completed, f);
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
  json_put_member_integer(w->out, thoughts ? STR("summary_index") : STR("content_index"), 0);
  json_put_key(w->out, STR("part"));
  responses_put_part(w->out, item, text);
  frame_close(w);
}

static void item_added(struct responses_writer *w, struct output_item *item) {
  if (!w->stream)
    return;
  frame_open(w, STR("response.output_item.added"));
  json_put_member_integer(w->out, STR("output_index"), item->index);
  json_put_key(w->out, STR("item"));
  responses_put_item(w, item, STR("in_progress"), false);
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
  json_put_member_integer(
      w->out, item->kind == OUTPUT_REASONING ? STR("summary_index") : STR("content_index"), 0);
}

static void put_logprobs(struct responses_writer *w, const struct output_item *item) {
  if (item->kind != OUTPUT_MESSAGE)
    return;
  json_put_member_raw(w->out, STR("logprobs"), STR("[]"));
}

static void delta_frame(struct responses_writer *w, const struct output_item *item,
                        struct str delta) {
  if (!w->stream || delta.n == 0)
    return;
  item_frame_open(w, names_of(item)->delta, item);
  put_part_index(w, item);
  json_put_member_string(w->out, STR("delta"), delta);
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
  json_put_member_string(w->out, names->member, buf_str(&item->text));
  put_logprobs(w, item);
  frame_close(w);
  if (names->part_done.n > 0)
    part_frame(w, item, names->part_done, buf_str(&item->text));
  frame_open(w, STR("response.output_item.done"));
  json_put_member_integer(w->out, STR("output_index"), item->index);
  json_put_key(w->out, STR("item"));
  responses_put_item(w, item, output_item_status(item), true);
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
  json_put_member_integer(w->out, STR("content_index"), 0);
  json_put_member_integer(w->out, STR("annotation_index"), index);
  json_put_member_raw(w->out, STR("annotation"), annotation);
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
    responses_put_response(w, status, completed, NULL);
  }
}

/* The recorded upstream nests the error, its SDK's type is flat: both. */
static void error_frame(struct buf *out, const struct failure *f, int64_t sequence) {
  sse_put_open(out, STR("error"));
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("error"));
  json_put_member_integer(out, STR("sequence_number"), sequence);
  json_put_member_string(out, STR("code"), f->code);
  json_put_member_string(out, STR("message"), f->message);
  json_put_member_string(out, STR("param"), f->param);
  json_put_member_open(out, STR("error"), '{');
  json_put_member_string(out, STR("type"), f->type);
  json_put_member_string(out, STR("code"), f->code);
  json_put_member_string(out, STR("message"), f->message);
  json_put_member_string(out, STR("param"), f->param);
  json_put_close(out, '}');
  json_put_close(out, '}');
  sse_put_close(out);
}

void responses_writer_fail(struct responses_writer *w, const struct failure *f) {
  if (w->closed)
    return;
  w->closed = true;
  if (!w->stream) {
    responses_put_response(w, STR("failed"), 0, f);
    return;
  }
  begin(w);
  error_frame(w->out, f, w->sequence++);
  response_frame(w, STR("response.failed"), STR("failed"), 0, f);
  sse_put_done(w->out);
}

int responses_writer_error(const struct responses_writer *w) {
  if (w->error)
    return w->error;
  if (buf_error(&w->echo))
    return buf_error(&w->echo);
  return buf_error(w->out);
}
