/* writer.c -- see writer.h.
 *
 * The stream for an answer with reasoning, a text and a call:
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
 * the deltas: so all three have everything.
 */
#include "responses/writer.h"

#include "item/compaction.h"

#include "item/reasoning.h"
#include "limits.h"
#include "responses/echo.h"
#include "text/sse.h"

/* ---- frames ---- */

static void frame_open(struct responses_writer *w, struct str name) {
  sse_put_open(w->reply.out, name);
  json_put_open(w->reply.out, '{');
  json_put_member_string(w->reply.out, STR("type"), name);
  json_put_member_integer(w->reply.out, STR("sequence_number"), w->sequence++);
}

static void frame_close(struct responses_writer *w) {
  json_put_close(w->reply.out, '}');
  sse_put_close(w->reply.out);
}

static void put_place(struct buf *out, const struct output_item *item) {
  json_put_member_string(out, STR("item_id"), item->id);
  json_put_member_integer(out, STR("output_index"), item->index);
}

/* Open a frame about |item|; the caller puts its other members. */
static void item_frame_open(struct responses_writer *w, struct str name,
                            const struct output_item *item) {
  frame_open(w, name);
  put_place(w->reply.out, item);
}

static void response_frame(struct responses_writer *w, struct str name, struct str status,
                           int64_t completed, const struct failure *f) {
  frame_open(w, name);
  json_put_key(w->reply.out, STR("response"));
  responses_put_response(w, status, completed, f);
  frame_close(w);
}

/* response.created is sent with the first output, so that an attempt that fails before it leaves no
 * trace. */
static void write_begin(struct reply_writer *reply, bool with_call) {
  struct responses_writer *w = (struct responses_writer *)reply;
  (void)with_call;
  if (!reply->stream)
    return;
  if (w->sequence == 0)
    response_frame(w, STR("response.created"), STR("in_progress"), 0, NULL);
  response_frame(w, STR("response.in_progress"), STR("in_progress"), 0, NULL);
}

/* ---- the life of an item ---- */

static void part_frame(struct responses_writer *w, const struct output_item *item, struct str name,
                       struct str text) {
  bool thoughts = item->kind == OUTPUT_REASONING;
  item_frame_open(w, name, item);
  json_put_member_integer(w->reply.out, thoughts ? STR("summary_index") : STR("content_index"), 0);
  json_put_key(w->reply.out, STR("part"));
  responses_put_part(w->reply.out, item, text);
  frame_close(w);
}

static void item_added(struct responses_writer *w, struct output_item *item) {
  if (!w->reply.stream)
    return;
  frame_open(w, STR("response.output_item.added"));
  json_put_member_integer(w->reply.out, STR("output_index"), item->index);
  json_put_key(w->reply.out, STR("item"));
  responses_put_item(w, item, STR("in_progress"), false);
  frame_close(w);
  if (item->kind == OUTPUT_COMPACTION) {
    item_frame_open(w, STR("response.compaction.compacting"), item);
    frame_close(w);
  }
  if (item->kind == OUTPUT_CALL || item->kind == OUTPUT_COMPACTION || item->bare)
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
  return item->call.custom ? &custom : &names[item->kind];
}

/* Put the index of the part that a text frame belongs to. */
static void put_part_index(struct buf *out, const struct output_item *item) {
  if (item->kind == OUTPUT_CALL)
    return;
  json_put_member_integer(
      out, item->kind == OUTPUT_REASONING ? STR("summary_index") : STR("content_index"), 0);
}

static void put_logprobs(struct buf *out, const struct output_item *item) {
  if (item->kind == OUTPUT_MESSAGE)
    json_put_member_raw(out, STR("logprobs"), STR("[]"));
}

/* Most frames are deltas: their constant parts are prepared once for each item. */
static void prepare_delta(struct responses_writer *w, struct output_item *item) {
  const struct str name = names_of(item)->delta, number = STR("0"), text = STR("\"\"");
  struct buf frame;
  buf_init(&frame, w->reply.arena, OUTPUT_MAX);
  sse_put_open(&frame, name);
  json_put_open(&frame, '{');
  json_put_member_string(&frame, STR("type"), name);
  json_put_key(&frame, STR("sequence_number"));
  size_t number_at = frame.n;
  buf_put(&frame, number);
  put_place(&frame, item);
  put_part_index(&frame, item);
  json_put_key(&frame, STR("delta"));
  size_t text_at = frame.n;
  buf_put(&frame, text);
  put_logprobs(&frame, item);
  json_put_close(&frame, '}');
  sse_put_close(&frame);
  struct str all = buf_str(&frame);
  if (buf_error(&frame))
    w->reply.error = buf_error(&frame);
  item->delta.head = str_part(all, 0, number_at);
  item->delta.middle = str_part(all, number_at + number.n, text_at - number_at - number.n);
  item->delta.tail = str_from(all, text_at + text.n);
}

static void delta_frame(struct responses_writer *w, struct output_item *item, struct str delta) {
  struct buf *out = w->reply.out;
  if (!w->reply.stream || delta.n == 0 || item->kind == OUTPUT_COMPACTION)
    return;
  if (item->delta.head.n == 0)
    prepare_delta(w, item);
  if (w->reply.error != 0)
    return;
  buf_put(out, item->delta.head);
  buf_put_integer(out, w->sequence++);
  buf_put(out, item->delta.middle);
  json_put_string(out, delta);
  buf_put(out, item->delta.tail);
}

/* Put the frames with a complete part of |item|. */
static void text_done(struct responses_writer *w, const struct output_item *item) {
  const struct frame_names *names = names_of(item);
  item_frame_open(w, names->done, item);
  put_part_index(w->reply.out, item);
  json_put_member_string(w->reply.out, names->member, buf_str(&item->text));
  put_logprobs(w->reply.out, item);
  frame_close(w);
  if (names->part_done.n > 0)
    part_frame(w, item, names->part_done, buf_str(&item->text));
}

static void item_done(struct responses_writer *w, struct output_item *item) {
  if (item->done)
    return;
  item->done = true;
  if (w->open == item)
    w->open = NULL;
  if (item->kind == OUTPUT_CALL) {
    size_t before = item->text.n;
    reply_call_end(&w->reply, &item->call, &item->text);
    delta_frame(w, item, str_from(buf_str(&item->text), before));
  }
  if (item->kind == OUTPUT_COMPACTION)
    compaction_put_users(&item->text, w->reply.request);
  if (!w->reply.stream)
    return;
  if (!item->bare && item->kind != OUTPUT_COMPACTION)
    text_done(w, item);
  frame_open(w, STR("response.output_item.done"));
  json_put_member_integer(w->reply.out, STR("output_index"), item->index);
  json_put_key(w->reply.out, STR("item"));
  responses_put_item(w, item, output_item_status(item), true);
  frame_close(w);
}

static struct str id_prefix(const struct output_item *item) {
  switch (item->kind) {
  case OUTPUT_REASONING:
    return STR(REASONING_ID);
  case OUTPUT_CALL:
    return item->call.custom ? STR("ctc_") : STR("fc_");
  case OUTPUT_COMPACTION:
    return STR("cmp_");
  default:
    return STR("msg_");
  }
}

/* An id that leads to the stored turn; that of reasoning says who made it. */
static struct str mint_id(struct responses_writer *w, const struct output_item *item) {
  struct mint mint = w->mint;
  bool reasoning = item->kind == OUTPUT_REASONING;
  if (reasoning)
    mint.key = mint.origin;
  return mint_take(&mint, w->reply.arena, reasoning ? STR("rs_") : id_prefix(item),
                   item->index + 1);
}

/* The item's id; that of reasoning says who made it. */
static struct str take_id(struct responses_writer *w, const struct output_item *item) {
  struct reply_writer *reply = &w->reply;
  struct buf prefix;
  if (w->mint.on)
    return mint_id(w, item);
  buf_init(&prefix, reply->arena, KIB);
  buf_put(&prefix, id_prefix(item));
  buf_put(&prefix, item->origin);
  if (buf_error(&prefix)) {
    reply->error = ERR_MEMORY;
    return STR_NONE;
  }
  struct str id = id_take(reply->ids, reply->arena, buf_str(&prefix));
  if (id.p == NULL)
    reply->error = ERR_MEMORY;
  return id;
}

/* Take over what the upstream announced about the item. Encrypted reasoning is bound to its id;
 * other ids have to lead to the stored turn. */
static void take_coming(struct responses_writer *w, struct output_item *item) {
  bool reasoning = item->kind == OUTPUT_REASONING;
  if (item->kind == OUTPUT_CALL || !w->coming.known || w->coming.reasoning != reasoning)
    return;
  if (!w->mint.on || (reasoning && w->reply.request->include_encrypted))
    item->id = w->coming.id;
  item->phase = w->coming.phase;
  w->coming.known = false;
}

/* |call| is the event that begins a call, NULL for other items. */
static struct output_item *add_item(struct responses_writer *w, enum output_kind kind,
                                    const struct event *call, bool bare) {
  struct reply_writer *reply = &w->reply;
  struct output_item *item = arena_take_zero(reply->arena, sizeof *item);
  if (item == NULL || w->item_count >= OUTPUT_ITEMS_MAX) {
    reply->error = item == NULL ? ERR_MEMORY : ERR_LIMIT;
    return NULL;
  }
  item->kind = kind;
  item->bare = bare;
  item->index = w->item_count++;
  if (call != NULL)
    reply_call_open(reply, &item->call, call);
  if (kind == OUTPUT_REASONING)
    item->origin = reply->origin;
  take_coming(w, item);
  if (item->id.n == 0)
    item->id = take_id(w, item);
  buf_init(&item->text, reply->arena, OUTPUT_MAX);
  buf_init(&item->annotations, reply->arena, OUTPUT_MAX);
  *w->items_end = item;
  w->items_end = &item->next;
  item_added(w, item);
  return item;
}

/* ---- events ---- */

static enum output_kind kind_of(const struct reply_writer *w, const struct event *ev) {
  if (w->request->compaction.on)
    return OUTPUT_COMPACTION;
  return ev->kind == EVENT_REASONING ? OUTPUT_REASONING
         : ev->kind == EVENT_REFUSAL ? OUTPUT_REFUSAL
                                     : OUTPUT_MESSAGE;
}

static void write_text(struct reply_writer *reply, const struct event *ev) {
  struct responses_writer *w = (struct responses_writer *)reply;
  enum output_kind kind = kind_of(reply, ev);
  if (w->open != NULL && w->open->kind != kind)
    item_done(w, w->open);
  if (w->open == NULL)
    w->open = add_item(w, kind, NULL, false);
  if (w->open == NULL)
    return;
  reply_writer_keep(reply, &w->open->text, ev->text);
  if (reply->error == 0)
    delta_frame(w, w->open, ev->text);
}

static void write_call(struct reply_writer *reply, const struct event *ev) {
  struct responses_writer *w = (struct responses_writer *)reply;
  if (w->open != NULL)
    item_done(w, w->open);
  add_item(w, OUTPUT_CALL, ev, false);
}

static void write_arguments(struct reply_writer *reply, const struct event *ev) {
  struct responses_writer *w = (struct responses_writer *)reply;
  struct output_item *item = w->items;
  while (item != NULL && (item->kind != OUTPUT_CALL || item->call.number != ev->call))
    item = item->next;
  if (item == NULL)
    return;
  size_t before = item->text.n;
  reply_call_keep(reply, &item->call, &item->text, ev->text);
  delta_frame(w, item, str_from(buf_str(&item->text), before));
}

static void write_citation(struct reply_writer *reply, struct str annotation) {
  struct responses_writer *w = (struct responses_writer *)reply;
  struct output_item *item = w->open;
  if (item == NULL || item->kind != OUTPUT_MESSAGE)
    return;
  json_put_raw(&item->annotations, annotation);
  uint32_t index = item->annotation_count++;
  if (!reply->stream)
    return;
  item_frame_open(w, STR("response.output_text.annotation.added"), item);
  json_put_member_integer(reply->out, STR("content_index"), 0);
  json_put_member_integer(reply->out, STR("annotation_index"), index);
  json_put_member_raw(reply->out, STR("annotation"), annotation);
  frame_close(w);
}

static void write_item(struct reply_writer *reply, const struct event *ev) {
  struct responses_writer *w = (struct responses_writer *)reply;
  if (w->open != NULL)
    item_done(w, w->open);
  w->coming.known = true;
  w->coming.reasoning = ev->raw;
  w->coming.id = reply_writer_copy(reply, ev->id);
  w->coming.phase = reply_writer_copy(reply, ev->extra);
}

static void write_sealed(struct reply_writer *reply, struct str text) {
  struct responses_writer *w = (struct responses_writer *)reply;
  struct output_item *item = w->open;
  reply_writer_begin(reply, false);
  if (item == NULL || item->kind != OUTPUT_REASONING)
    item = add_item(w, OUTPUT_REASONING, NULL, true);
  if (item == NULL)
    return;
  item->sealed = reply_writer_copy(reply, text);
  item->native = text.n > 0;
  item_done(w, item);
}

static const struct reply_dialect dialect = {
    .begin = write_begin,
    .text = write_text,
    .call = write_call,
    .arguments = write_arguments,
    .citation = write_citation,
    .item = write_item,
    .sealed = write_sealed,
};

/* ---- begin and end ---- */

void responses_writer_init(struct responses_writer *w, struct buf *out, struct arena *arena,
                           struct id_source *ids, const struct request *request, struct str model,
                           double now) {
  *w = (struct responses_writer){.items_end = &w->items};
  reply_writer_init(&w->reply, &dialect, out, arena, ids, request, STR("resp_"), model, now);
  buf_init(&w->echo, arena, BODY_MAX_CEILING);
  w->mint = ids->mint;
  if (w->mint.on)
    w->reply.id = mint_take(&w->mint, arena, STR("resp_"), 0);
  responses_put_echo(&w->echo, request->body, JSON_ABSENT, request->stored);
}

static void close_items(struct responses_writer *w, bool complete) {
  for (struct output_item *item = w->items; item != NULL; item = item->next) {
    item->cut |= !complete && !item->done;
    item_done(w, item);
  }
}

void responses_writer_end_item(struct responses_writer *w) {
  if (w->open != NULL)
    item_done(w, w->open);
}

void responses_writer_close(struct responses_writer *w, double now) {
  bool complete = reply_writer_complete(&w->reply);
  struct str status = complete ? STR("completed") : STR("incomplete");
  int64_t completed = complete ? (int64_t)(now / SECOND) : 0;
  if (w->reply.closed)
    return;
  w->reply.closed = true;
  w->status = status;
  w->completed = completed;
  reply_writer_begin(&w->reply, false);
  close_items(w, complete);
  if (w->reply.stream) {
    response_frame(w, complete ? STR("response.completed") : STR("response.incomplete"), status,
                   completed, NULL);
    sse_put_done(w->reply.out);
  } else {
    responses_put_response(w, status, completed, NULL);
  }
}

/* Recorded upstreams nest the error, their SDK's type is flat: the frame has both. */
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
  if (w->reply.closed)
    return;
  w->reply.closed = true;
  w->status = STR("failed");
  w->failure = *f;
  if (!w->reply.stream) {
    responses_put_response(w, STR("failed"), 0, f);
    return;
  }
  reply_writer_begin(&w->reply, false);
  error_frame(w->reply.out, f, w->sequence++);
  response_frame(w, STR("response.failed"), STR("failed"), 0, f);
  sse_put_done(w->reply.out);
}

void responses_writer_cancel(struct responses_writer *w) {
  w->reply.closed = true;
  w->status = STR("cancelled");
  response_frame(w, STR("response.failed"), w->status, 0, NULL);
  sse_put_done(w->reply.out);
}

void responses_writer_put(struct responses_writer *w, struct buf *out) {
  struct buf *told = w->reply.out;
  if (!w->reply.closed)
    return;
  w->reply.out = out;
  responses_put_response(w, w->status, w->completed, w->failure.status != 0 ? &w->failure : NULL);
  w->reply.out = told;
}

int responses_writer_error(const struct responses_writer *w) {
  if (w->reply.error)
    return w->reply.error;
  if (buf_error(&w->echo))
    return buf_error(&w->echo);
  return buf_error(w->reply.out);
}
