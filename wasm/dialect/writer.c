#include "dialect/writer.h"

#include "chat/search.h"
#include "limits.h"
#include "text/error_json.h"
#include "text/sse.h"

void dialect_writer_init(struct dialect_writer *w, bool chat, const struct begun *begun) {
  *w = (struct dialect_writer){.chat = chat,
                               .only_text = true,
                               .keeps_text = chat,
                               .sequence = begun ? begun->sequence : SEQUENCE_AFTER_PIPE,
                               .begun = begun};
  buf_init(&w->out, &w->arena, OUTPUT_MAX + ANSWER_MAX);
  buf_init(&w->text, &w->arena, OUTPUT_MAX);
  chat_marks_init(&w->marks, &w->arena);
}

static void add_usage(struct usage *sum, const struct usage *more) {
  sum->known |= more->known;
  sum->input += more->input;
  sum->cached += more->cached;
  sum->cache_write += more->cache_write;
  sum->output += more->output;
  sum->reasoning += more->reasoning;
  sum->total += more->total;
}

/* A Responses reply keeps its text in its items. It is joined here only once it is needed. */
struct str dialect_writer_text(struct dialect_writer *w) {
  if (!w->keeps_text)
    responses_writer_put_text(&w->of.responses, &w->text);
  w->keeps_text = true;
  if (buf_error(&w->text))
    w->out.error = buf_error(&w->text);
  return buf_str(&w->text);
}

/* The position of a citation is only known when the text is complete. */
static void put_source(struct dialect_writer *w, struct event_sink *writer,
                       const struct event *ev) {
  struct event citation = {.kind = EVENT_CITATION};
  struct buf note;
  buf_init(&note, &w->arena, ANSWER_MAX);
  struct str text = dialect_writer_text(w);
  if (!chat_marks_read(&w->marks, text))
    w->out.error = ERR_MEMORY;
  chat_put_citation(&note, ev, &w->marks, text);
  citation.text = buf_str(&note);
  if (buf_error(&note)) {
    w->out.error = buf_error(&note);
  } else {
    writer->put(writer, &citation);
  }
}

/* A model that continues another's text sends its own id and reasoning. Inside the text, these
 * would split it into two messages. */
static bool splits_text(const struct dialect_writer *w, const struct event *ev) {
  bool own = ev->kind == EVENT_BEGIN || ev->kind == EVENT_REASONING || ev->kind == EVENT_ITEM ||
             ev->kind == EVENT_SEALED || ev->kind == EVENT_DETAILS;
  return own && w->continued && w->has_text;
}

/* Of a model that writes a summary only the text is used: its reasoning is not part of the
 * conversation, and it was offered no tools. */
static bool is_beside_summary(const struct dialect_writer *w, const struct event *ev) {
  if (w->chat || !w->of.responses.reply.request->compaction.on)
    return false;
  switch (ev->kind) {
  case EVENT_BEGIN:
  case EVENT_TEXT:
  case EVENT_USAGE:
  case EVENT_FINISH:
  case EVENT_TROUBLE:
    return false;
  default:
    return true;
  }
}

static void put_text(struct dialect_writer *w, struct event_sink *writer, const struct event *ev) {
  if (w->keeps_text) {
    buf_put(&w->text, w->paragraph ? STR("\n\n") : STR_NONE);
    buf_put(&w->text, ev->text);
  }
  writer->put(writer, ev);
  if (w->paragraph && !w->chat && w->of.responses.open != NULL)
    w->of.responses.open->paragraph = true;
  w->paragraph = false;
  w->has_text |= ev->text.n > 0;
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct dialect_writer *w = (struct dialect_writer *)sink;
  if (splits_text(w, ev) || is_beside_summary(w, ev))
    return;
  struct event_sink *writer = w->chat ? &w->of.chat.reply.sink : &w->of.responses.reply.sink;
  if (ev->kind == EVENT_ITEM && !ev->raw)
    w->paragraph = w->has_text;
  if (ev->kind == EVENT_CALL)
    w->only_text = false;
  if (ev->kind == EVENT_USAGE) {
    struct event summed = *ev;
    add_usage(&summed.usage, &w->earlier);
    writer->put(writer, &summed);
  } else if (ev->kind == EVENT_TEXT) {
    put_text(w, writer, ev);
  } else if (ev->kind == EVENT_SOURCE) {
    put_source(w, writer, ev);
  } else {
    writer->put(writer, ev);
  }
}

/* Use the id and the sequence number of the response that the client already knows. */
static void take_begun(struct dialect_writer *w, int64_t sequence) {
  struct responses_writer *of = &w->of.responses;
  if (w->begun == NULL)
    return;
  of->reply.id = w->begun->id;
  of->reply.created = w->begun->created;
  of->sequence = sequence;
}

void dialect_writer_translate(struct dialect_writer *w, const struct request *request,
                              struct id_source *ids, struct str model, double now) {
  w->translated = true;
  w->sink.put = put_event;
  if (w->chat) {
    chat_writer_init(&w->of.chat, &w->out, &w->arena, ids, request, model, now);
  } else {
    responses_writer_init(&w->of.responses, &w->out, &w->arena, ids, request, model, now);
    take_begun(w, w->sequence);
  }
}

void dialect_writer_set_origin(struct dialect_writer *w, struct str origin) {
  if (!w->chat)
    w->of.responses.reply.origin = arena_copy(&w->arena, origin);
}

void dialect_writer_relay(struct dialect_writer *w, struct json_value body, struct id_source *ids,
                          struct str model, bool stored, double now) {
  w->relayed =
      (struct relayed){.body = body, .ids = ids, .model = model, .now = now, .stored = stored};
}

void dialect_writer_continue(struct dialect_writer *w) {
  w->earlier = dialect_writer_usage(w);
  w->continued = true;
}

struct str dialect_writer_end_compaction(struct dialect_writer *w, struct arena *arena) {
  struct str text = arena_copy(arena, dialect_writer_text(w));
  responses_writer_end_item(&w->of.responses);
  buf_drop(&w->text);
  w->keeps_text = w->has_text = false;
  dialect_writer_continue(w);
  return text;
}

void dialect_writer_close(struct dialect_writer *w, double now) {
  if (!w->translated)
    return;
  if (w->chat) {
    chat_writer_close(&w->of.chat, now);
  } else {
    responses_writer_close(&w->of.responses, now);
  }
}

/* Put the error as chat clients know it: data: {"error":{...}} */
static void chat_put_failure(struct buf *out, const struct failure *f) {
  sse_put_open(out, STR_NONE);
  error_put(out, f);
  sse_put_close(out);
  sse_put_done(out);
}

/* End a relayed stream with a response object made here, since the upstream's was not read. |f| is
 * NULL when the response was cancelled. */
static void responses_put_end(struct dialect_writer *w, const struct failure *f) {
  const struct relayed *r = &w->relayed;
  struct responses_writer *of = &w->of.responses;
  struct request request = {.body = r->body, .stream = true, .stored = r->stored};
  struct buf told;
  responses_writer_init(of, &w->out, &w->arena, r->ids, &request, r->model, r->now);
  of->reply.begun = true;
  of->sequence = w->sequence;
  of->error_told = r->error_told;
  if (r->id.n > 0)
    of->reply.id = r->id;
  take_begun(w, w->sequence);
  if (f != NULL)
    responses_writer_fail(of, f);
  else
    responses_writer_cancel(of);
  w->sequence = of->sequence;
  if (!r->stored)
    return;
  buf_init(&told, &w->arena, ANSWER_MAX);
  responses_writer_put(of, &told);
  w->response = buf_str(&told);
}

void dialect_writer_cancel(struct dialect_writer *w) {
  responses_put_end(w, NULL);
}

int64_t dialect_writer_sequence(const struct dialect_writer *w) {
  return w->translated && !w->chat ? w->of.responses.sequence : w->sequence;
}

void dialect_writer_fail(struct dialect_writer *w, const struct failure *f) {
  /* If memory ran out, the last frame is incomplete: drop it, and its gaps. */
  if (buf_error(&w->out)) {
    buf_reset(&w->out);
    if (w->translated && !w->chat)
      w->of.responses.gaps = NULL;
  }
  if (w->translated && w->chat) {
    chat_writer_fail(&w->of.chat, f);
    return;
  }
  if (w->translated) {
    responses_writer_fail(&w->of.responses, f);
    return;
  }
  /* The upstream's bytes may end inside a frame: an empty line ends that frame. */
  if (w->begun == NULL)
    buf_put(&w->out, STR("\n\n"));
  if (w->chat) {
    chat_put_failure(&w->out, f);
  } else {
    responses_put_end(w, f);
  }
}

struct str dialect_writer_unsealed(const struct dialect_writer *w) {
  if (!w->translated || w->chat)
    return STR_NONE;
  const struct output_item *item = responses_writer_unsealed(&w->of.responses);
  if (item == NULL)
    return STR_NONE;
  return item->details.n > 0 ? buf_str(&item->details) : buf_str(&item->text);
}

void dialect_writer_seal(struct dialect_writer *w, struct str sealed) {
  responses_writer_seal(&w->of.responses, sealed);
}

void dialect_writer_put_response(struct dialect_writer *w, struct buf *out) {
  if (w->translated && !w->chat)
    responses_writer_put(&w->of.responses, out);
  else
    buf_put(out, w->response);
}

struct usage dialect_writer_usage(const struct dialect_writer *w) {
  if (!w->translated)
    return (struct usage){0};
  return w->chat ? w->of.chat.reply.usage : w->of.responses.reply.usage;
}

int dialect_writer_error(const struct dialect_writer *w) {
  if (!w->translated)
    return buf_error(&w->out);
  return w->chat ? chat_writer_error(&w->of.chat) : responses_writer_error(&w->of.responses);
}

void dialect_writer_drop(struct dialect_writer *w) {
  arena_drop(&w->arena);
}
