/* writer.c -- see writer.h. */
#include "responses/writer.h"

#include "item/compaction.h"
#include "item/reasoning.h"
#include "limits.h"
#include "responses/echo.h"
#include "responses/frames.h"
#include "text/sse.h"

/* response.created is sent with the first output, so that an attempt that fails before it leaves no
 * trace. */
static void write_begin(struct reply_writer *reply, bool with_call) {
  struct responses_writer *w = (struct responses_writer *)reply;
  (void)with_call;
  if (!reply->stream)
    return;
  if (w->sequence == 0)
    frames_put_response(w, STR("response.created"), STR("in_progress"), 0, NULL);
  frames_put_response(w, STR("response.in_progress"), STR("in_progress"), 0, NULL);
}

/* ---- items ---- */

static void item_done(struct responses_writer *w, struct output_item *item) {
  if (item->done)
    return;
  if (item->kind == OUTPUT_MESSAGE)
    w->logprobs_taken = item->logprobs.end = w->reply.logprobs.n;
  item->done = true;
  if (w->open == item)
    w->open = NULL;
  if (item->kind == OUTPUT_CALL) {
    size_t before = item->text.n;
    reply_call_end(&w->reply, &item->call, &item->text);
    frames_put_delta(w, item, str_from(buf_str(&item->text), before));
  }
  if (item->details.n > 0)
    reply_writer_keep(&w->reply, &item->details, STR("]}"));
  if (item->kind == OUTPUT_COMPACTION)
    compaction_put_users(&item->text, w->reply.request);
  frames_put_item_done(w, item);
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
  item->logprobs.from = item->logprobs.told = w->logprobs_taken;
  if (call != NULL)
    reply_call_open(reply, &item->call, call);
  if (kind == OUTPUT_REASONING)
    item->origin = reply->origin;
  take_coming(w, item);
  if (item->id.n == 0)
    item->id = take_id(w, item);
  buf_init(&item->text, reply->arena, OUTPUT_MAX);
  buf_init(&item->annotations, reply->arena, OUTPUT_MAX);
  buf_init(&item->details, reply->arena, OUTPUT_MAX);
  *w->items_end = item;
  w->items_end = &item->next;
  frames_put_item_added(w, item);
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
    frames_put_delta(w, w->open, ev->text);
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
  frames_put_delta(w, item, str_from(buf_str(&item->text), before));
}

static void write_citation(struct reply_writer *reply, struct str annotation) {
  struct responses_writer *w = (struct responses_writer *)reply;
  struct output_item *item = w->open;
  if (item == NULL || item->kind != OUTPUT_MESSAGE)
    return;
  json_put_raw(&item->annotations, annotation);
  frames_put_annotation(w, item, item->annotation_count++, annotation);
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

/* Reasoning that is only encrypted has an item without a text. */
static void write_details(struct reply_writer *reply, struct str entries) {
  struct responses_writer *w = (struct responses_writer *)reply;
  struct output_item *item = w->open;
  bool bare = item == NULL || item->kind != OUTPUT_REASONING;
  reply_writer_begin(reply, false);
  if (bare && item != NULL)
    item_done(w, item);
  if (bare)
    item = add_item(w, OUTPUT_REASONING, NULL, true);
  if (item == NULL)
    return;
  reply_writer_keep(reply, &item->details,
                    item->details.n > 0 ? STR(",") : STR(REASONING_DETAILS "["));
  reply_writer_keep(reply, &item->details, entries);
  if (bare)
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
    .details = write_details,
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

void responses_writer_put_text(const struct responses_writer *w, struct buf *out) {
  for (const struct output_item *item = w->items; item != NULL; item = item->next) {
    if (item->kind != OUTPUT_MESSAGE && (item->kind != OUTPUT_COMPACTION || item->done))
      continue;
    buf_put(out, item->paragraph ? STR("\n\n") : STR_NONE);
    buf_put(out, buf_str(&item->text));
  }
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
    frames_put_response(w, complete ? STR("response.completed") : STR("response.incomplete"),
                        status, completed, NULL);
    sse_put_done(w->reply.out);
  } else {
    responses_put_response(w, status, completed, NULL);
  }
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
  if (!w->error_told)
    frames_put_error(w, f);
  frames_put_response(w, STR("response.failed"), STR("failed"), 0, f);
  sse_put_done(w->reply.out);
}

void responses_writer_cancel(struct responses_writer *w) {
  w->reply.closed = true;
  w->status = STR("cancelled");
  frames_put_response(w, STR("response.failed"), w->status, 0, NULL);
  sse_put_done(w->reply.out);
}

void responses_writer_put(struct responses_writer *w, struct buf *out) {
  struct buf *told = w->reply.out;
  if (!w->reply.closed)
    return;
  w->reply.out = out;
  w->storing = true;
  responses_put_response(w, w->status, w->completed, w->failure.status != 0 ? &w->failure : NULL);
  w->reply.out = told;
  w->storing = false;
}

int responses_writer_error(const struct responses_writer *w) {
  if (w->reply.error)
    return w->reply.error;
  if (buf_error(&w->echo))
    return buf_error(&w->echo);
  return buf_error(w->reply.out);
}
