#include "answer.h"

#include "chat_search.h"
#include "limits.h"
#include "sse.h"

void answer_init(struct answer *a, bool chat) {
  *a = (struct answer){.chat = chat, .only_text = true, .sequence = SEQUENCE_AFTER_PIPE};
  buf_init(&a->out, &a->arena, OUTPUT_MAX + ANSWER_MAX);
  buf_init(&a->text, &a->arena, OUTPUT_MAX);
}

static void add_usage(struct usage *sum, const struct usage *more) {
  sum->known |= more->known;
  sum->input += more->input;
  sum->cached += more->cached;
  sum->output += more->output;
  sum->reasoning += more->reasoning;
  sum->total += more->total;
}

/* A source is cited where the text as a whole says so. */
static void put_source(struct answer *a, struct event_sink *writer, const struct event *ev) {
  struct event citation = {.kind = EVENT_CITATION};
  struct buf note;
  buf_init(&note, &a->arena, ANSWER_MAX);
  chat_put_citation(&note, ev, buf_str(&a->text));
  citation.text = buf_str(&note);
  if (buf_error(&note)) {
    a->out.error = buf_error(&note);
  } else {
    writer->put(writer, &citation);
  }
}

/* Who goes on with a text has a name and thoughts of its own; but the client sees
 * one answer, whose text they would cut in two. */
static bool is_of_joint(const struct answer *a, const struct event *ev) {
  bool own = ev->kind == EVENT_BEGIN || ev->kind == EVENT_REASONING;
  return own && a->continued && buf_str(&a->text).n > 0;
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct answer *a = (struct answer *)sink;
  if (is_of_joint(a, ev))
    return;
  struct event_sink *writer = a->chat ? &a->writer.chat.sink : &a->writer.responses.sink;
  if (ev->kind == EVENT_TEXT)
    buf_put(&a->text, ev->text);
  if (ev->kind == EVENT_CALL)
    a->only_text = false;
  if (ev->kind == EVENT_USAGE) {
    struct event summed = *ev;
    add_usage(&summed.usage, &a->earlier);
    writer->put(writer, &summed);
  } else if (ev->kind == EVENT_SOURCE) {
    put_source(a, writer, ev);
  } else {
    writer->put(writer, ev);
  }
}

void answer_translate(struct answer *a, const struct request *request, struct id_source *ids,
                      struct str model, double now) {
  a->translated = true;
  a->sink.put = put_event;
  if (a->chat) {
    chat_writer_init(&a->writer.chat, &a->out, &a->arena, ids, request, model, now);
  } else {
    responses_writer_init(&a->writer.responses, &a->out, &a->arena, ids, request, model, now);
  }
}

void answer_relay(struct answer *a, struct json_value body, struct id_source *ids, struct str model,
                  double now) {
  a->relayed = (struct relayed){body, ids, model, now};
}

void answer_continue(struct answer *a) {
  a->earlier = answer_usage(a);
  a->continued = true;
}

void answer_close(struct answer *a, double now) {
  if (!a->translated)
    return;
  if (a->chat) {
    chat_writer_close(&a->writer.chat, now);
  } else {
    responses_writer_close(&a->writer.responses, now);
  }
}

/* data: {"error":{...}}, as chat clients know it. */
static void chat_put_broken(struct buf *out, const struct failure *f) {
  sse_put_open(out, STR_NONE);
  error_put(out, f);
  sse_put_close(out);
  sse_put_done(out);
}

/* The upstream's response is not known here: it is told by a response of ours. */
static void responses_put_broken(struct answer *a, const struct failure *f) {
  const struct relayed *r = &a->relayed;
  struct responses_writer *w = &a->writer.responses;
  struct request request = {.body = r->body, .stream = true};
  responses_writer_init(w, &a->out, &a->arena, r->ids, &request, r->model, r->now);
  w->begun = true;
  w->sequence = a->sequence;
  responses_writer_fail(w, f);
}

void answer_fail(struct answer *a, const struct failure *f) {
  /* Half a frame, where memory ran out, is nothing to send. */
  if (buf_error(&a->out))
    buf_reset(&a->out);
  if (a->translated && a->chat) {
    chat_writer_fail(&a->writer.chat, f);
    return;
  }
  if (a->translated) {
    responses_writer_fail(&a->writer.responses, f);
    return;
  }
  /* What came before may have been cut in mid-frame: an empty line ends it. */
  buf_put(&a->out, STR("\n\n"));
  if (a->chat) {
    chat_put_broken(&a->out, f);
  } else {
    responses_put_broken(a, f);
  }
}

struct str answer_unsealed(const struct answer *a) {
  if (!a->translated || a->chat)
    return STR_NONE;
  const struct output_item *item = responses_writer_unsealed(&a->writer.responses);
  return item != NULL ? buf_str(&item->text) : STR_NONE;
}

void answer_seal(struct answer *a, struct str sealed) {
  responses_writer_seal(&a->writer.responses, sealed);
}

struct usage answer_usage(const struct answer *a) {
  if (!a->translated)
    return (struct usage){0};
  return a->chat ? a->writer.chat.usage : a->writer.responses.usage;
}

int answer_error(const struct answer *a) {
  if (!a->translated)
    return buf_error(&a->out);
  return a->chat ? chat_writer_error(&a->writer.chat)
                 : responses_writer_error(&a->writer.responses);
}

void answer_drop(struct answer *a) {
  arena_drop(&a->arena);
}
