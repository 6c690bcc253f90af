/* reading.c -- see reading.h. */
#include "upstream/reading.h"

#include "limits.h"

static void note_event(struct event_sink *sink, const struct event *ev) {
  struct answer *a = ((struct reading *)sink)->answer;
  if (ev->kind == EVENT_TROUBLE) {
    a->trouble = ev->trouble;
    answer_keep_trouble(a);
  }
  if (ev->kind == EVENT_USAGE)
    a->usage = ev->usage;
  if (ev->kind == EVENT_BEGIN)
    answer_note_id(a, ev->id);
  if (ev->kind == EVENT_TEXT || ev->kind == EVENT_REASONING || ev->kind == EVENT_ARGUMENTS)
    a->writing = ev->kind;
  if (event_is_output(ev) || ev->kind == EVENT_FINISH)
    answer_note_output(a);
}

static void write(struct reading *r, const struct event *ev) {
  r->writer->sink.put(&r->writer->sink, ev);
}

/* What was held back of a text or call that has ended. */
static void end_redacted(struct reading *r) {
  r->redacted.text = redact_stream_end(&r->redact);
  if (r->redacted.text.n > 0)
    write(r, &r->redacted);
}

static void redact(struct reading *r, struct str *text) {
  const struct redactor *redactor = r->redact.of;
  if (redactor != NULL && redactor->random)
    *text = redact_text(redactor, *text, REDACT_ANSWER_MIN, r->answer->arena);
}

static bool comes_in_pieces(enum event_kind kind) {
  return kind == EVENT_TEXT || kind == EVENT_REASONING || kind == EVENT_REFUSAL ||
         kind == EVENT_ARGUMENTS;
}

/* A careless upstream repeats the key that it was sent, as an echo of the request may. */
static void write_event(struct event_sink *sink, const struct event *ev) {
  struct reading *r = (struct reading *)sink;
  struct event out = *ev;
  note_event(sink, ev);
  if (ev->kind != EVENT_USAGE && (ev->kind != r->redacted.kind || ev->call != r->redacted.call)) {
    end_redacted(r);
    r->redacted = (struct event){.kind = ev->kind, .call = ev->call};
  }
  if (comes_in_pieces(ev->kind)) {
    out.text = redact_stream_take(&r->redact, ev->text);
    if (out.text.n == 0 && ev->text.n > 0)
      return;
  } else {
    struct str *const texts[] = {&out.text, &out.id, &out.name, &out.model};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
      redact(r, texts[i]);
  }
  write(r, &out);
  if (buf_error(&r->redact.tail) || buf_error(&r->redact.out))
    r->writer->out.error = ERR_MEMORY;
}

void reading_open_relay(struct reading *r, const struct call *call, struct answer *answer) {
  r->answer = answer;
  r->sink.put = note_event;
  dialect_reader_init(&r->reader, call->chat, answer->arena, &r->sink, NULL);
}

void reading_open_translation(struct reading *r, const struct call *call, struct answer *answer,
                              struct dialect_writer *writer, struct id_source *ids, double now) {
  const struct chat_target target = call_target(call);
  struct request *request = call->ask->request;
  bool fenced = request->format != FORMAT_TEXT && !target.rules->json_schema;
  r->answer = answer;
  r->writer = writer;
  r->sink.put = write_event;
  redact_stream_init(&r->redact, call->choice.key->redactor, answer->arena);
  struct event_sink *sink =
      constraint_init(&r->constraint, answer->arena, request, &target, &r->sink);
  r->constraint.early = call->ask->stream_structured;
  sink = code_fence_init(&r->code_fence, sink, fenced);
  sink = think_tags_init(&r->think_tags, sink, !target.rules->native);
  dialect_reader_init(&r->reader, call->chat, answer->arena, sink, request);
  if (!writer->translated)
    dialect_writer_translate(writer, request, ids, target.model, now);
  dialect_writer_set_origin(writer, target.origin);
}

void reading_end(struct reading *r) {
  struct answer *a = r->answer;
  struct buf message;
  dialect_read_end(&r->reader);
  if (r->writer != NULL)
    end_redacted(r);
  if (dialect_reader_progress(&r->reader).failed) {
    answer_fail_by_trouble(a);
    return;
  }
  if (!r->constraint.violated)
    return;
  buf_init(&message, a->arena, 2 * MESSAGE_MAX);
  buf_put(&message, STR("The model's answer is not what was asked for: "));
  buf_put(&message, str_trim(buf_str(&r->constraint.faults)));
  a->trouble = (struct trouble){
      .status = 502, .code = STR("invalid_structured_output"), .message = buf_str(&message)};
  answer_fail_by_trouble(a);
}

void reading_close(struct reading *r) {
  dialect_reader_close(&r->reader);
}
