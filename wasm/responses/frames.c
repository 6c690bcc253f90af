/* frames.c -- see frames.h.
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
#include "responses/frames.h"

#include "limits.h"
#include "text/sse.h"

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

void frames_put_response(struct responses_writer *w, struct str name, struct str status,
                         int64_t completed, const struct failure *f) {
  frame_open(w, name);
  json_put_key(w->reply.out, STR("response"));
  responses_put_response(w, status, completed, f);
  frame_close(w);
}

/* ---- an item ---- */

static void part_frame(struct responses_writer *w, const struct output_item *item, struct str name,
                       struct str text) {
  bool thoughts = item->kind == OUTPUT_REASONING;
  item_frame_open(w, name, item);
  json_put_member_integer(w->reply.out, thoughts ? STR("summary_index") : STR("content_index"), 0);
  json_put_key(w->reply.out, STR("part"));
  responses_put_part(w, item, text);
  frame_close(w);
}

void frames_put_item_added(struct responses_writer *w, struct output_item *item) {
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
  if (item->kind == OUTPUT_MESSAGE)
    responses_put_logprobs(w, &frame, item, SIZE_MAX);
  json_put_close(&frame, '}');
  sse_put_close(&frame);
  struct str all = buf_str(&frame);
  if (buf_error(&frame))
    w->reply.error = buf_error(&frame);
  item->delta.head = str_part(all, 0, number_at);
  item->delta.middle = str_part(all, number_at + number.n, text_at - number_at - number.n);
  item->delta.tail = str_from(all, text_at + text.n);
}

/* End the frame of a delta that has log probabilities. */
static void put_delta_logprobs(struct responses_writer *w, struct output_item *item) {
  responses_put_logprobs(w, w->reply.out, item, item->logprobs.told);
  item->logprobs.told = w->reply.logprobs.n;
  json_put_close(w->reply.out, '}');
  sse_put_close(w->reply.out);
}

void frames_put_delta(struct responses_writer *w, struct output_item *item, struct str delta) {
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
  if (item->kind == OUTPUT_MESSAGE && w->reply.logprobs.n > item->logprobs.told)
    put_delta_logprobs(w, item);
  else
    buf_put(out, item->delta.tail);
}

/* Put the frames with a complete part of |item|. */
static void text_done(struct responses_writer *w, const struct output_item *item) {
  const struct frame_names *names = names_of(item);
  item_frame_open(w, names->done, item);
  put_part_index(w->reply.out, item);
  json_put_member_string(w->reply.out, names->member, buf_str(&item->text));
  if (item->kind == OUTPUT_MESSAGE)
    responses_put_logprobs(w, w->reply.out, item, item->logprobs.from);
  frame_close(w);
  if (names->part_done.n > 0)
    part_frame(w, item, names->part_done, buf_str(&item->text));
}

void frames_put_item_done(struct responses_writer *w, struct output_item *item) {
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

void frames_put_annotation(struct responses_writer *w, const struct output_item *item,
                           uint32_t index, struct str annotation) {
  if (!w->reply.stream)
    return;
  item_frame_open(w, STR("response.output_text.annotation.added"), item);
  json_put_member_integer(w->reply.out, STR("content_index"), 0);
  json_put_member_integer(w->reply.out, STR("annotation_index"), index);
  json_put_member_raw(w->reply.out, STR("annotation"), annotation);
  frame_close(w);
}

/* ---- failure ---- */

/* Recorded upstreams nest the error, their SDK's type is flat: the frame has both. */
void frames_put_error(struct responses_writer *w, const struct failure *f) {
  struct buf *out = w->reply.out;
  sse_put_open(out, STR("error"));
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("error"));
  json_put_member_integer(out, STR("sequence_number"), w->sequence++);
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
