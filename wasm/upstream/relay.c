/* relay.c -- see relay.h. */
#include "upstream/relay.h"

#include "limits.h"
#include "provider/trouble.h"
#include "responses/backfill.h"
#include "responses/gate.h"
#include "responses/restamp.h"

bool relay_possible(const struct call *call, const struct dialect_writer *writer) {
  const struct ask *ask = call->ask;
  const struct chat_target target = call_target(call);
  if (ask->kind == ASK_TOKENS)
    return true;
  if (call->chat != ask->chat || writer->translated || ask->translate ||
      upstream_writes_summary(call->choice.target, ask))
    return false;
  if (ask->request == NULL || !call->chat)
    return true;
  bool older = ask->request->functions && upstream_request_is_translated(call->choice.target, ask);
  return !older && !constraint_any(ask->request, &target);
}

/* ---- a chat stream ---- */

/* A chunk with nothing but usage breaks clients that did not ask for it: where only the
 * gateway did, they do not get it. */
static bool is_for_gateway_only(const struct call *call, const struct reading *reading) {
  struct json_value options = json_find(call->ask->body, STR("stream_options"));
  return dialect_reader_counted(&reading->reader) &&
         !json_bool(json_find(options, STR("include_usage")), false);
}

/* |chunk| without its usage; or |apart|, with it alone. */
static void put_part(struct buf *out, struct json_value chunk, bool apart) {
  sse_put_open(out, STR_NONE);
  json_put_open(out, '{');
  for (struct json_value v = json_first(chunk); json_exists(v); v = json_next(v)) {
    if (json_key_is(v, STR("usage")))
      json_put_member_raw(out, STR("usage"), apart ? json_raw(v) : STR_NONE);
    else if (apart && json_key_is(v, STR("choices")))
      json_put_member_raw(out, STR("choices"), STR("[]"));
    else
      json_put_member(out, v);
  }
  json_put_close(out, '}');
  sse_put_close(out);
}

/* The usage that a client asks for comes in a chunk of its own: some fail otherwise.  False where
 * |data| has no usage beside choices. */
static bool put_parted(struct buf *out, struct str data, struct arena *scratch) {
  struct json json;
  size_t where;
  if (str_find(data, STR("\"usage\"")) == STR_NOWHERE ||
      json_parse_lenient(&json, scratch, data, &where) < 0)
    return false;
  struct json_value chunk = json_root(&json);
  if (json_type(json_find(chunk, STR("usage"))) != JSON_OBJECT ||
      json_count(json_find(chunk, STR("choices"))) == 0)
    return false;
  put_part(out, chunk, false);
  put_part(out, chunk, true);
  return true;
}

void relay_put_chat_event(const struct call *call, const struct reading *reading,
                          struct dialect_writer *writer, const struct sse_event *ev) {
  struct arena scratch;
  if (is_for_gateway_only(call, reading))
    return;
  arena_init(&scratch);
  if (!upstream_parts_usage(call->choice.target, call->ask) ||
      !put_parted(&writer->out, ev->data, &scratch))
    sse_put_event(&writer->out, ev->name, ev->data);
  arena_drop(&scratch);
}

bool relay_told_failure(struct relay *r, struct answer *answer, const struct sse_event *ev) {
  struct json json;
  struct trouble trouble;
  size_t where;
  r->failure_told = json_parse_lenient(&json, answer->arena, ev->data, &where) == 0 &&
                    provider_read_error(json_root(&json), answer->arena, &trouble);
  return r->failure_told;
}

/* ---- a Responses stream ---- */

static struct gate_finds finds_of(struct relay *r, struct answer *a, struct str *id) {
  return (struct gate_finds){&a->trouble, &a->usage, &r->sequence, id, &r->empty, &r->gather};
}

/* Events are written anew, so that each is whole; a response object in one gets the keys
 * that it lacks.  |has_response| is false for deltas, which hold none.  Returns what was put. */
static struct sse_event put_event(const struct call *call, struct dialect_writer *writer,
                                  struct sse_event ev, bool has_response, struct arena *scratch) {
  struct buf data;
  int err = 0;
  if (has_response) {
    buf_init(&data, scratch, ANSWER_MAX + BODY_MAX_CEILING);
    err = responses_backfill(&data, ev.data, call->ask->body, call->ask->stored, scratch);
    ev.data = buf_str(&data);
  }
  if (err)
    writer->out.error = err;
  else
    sse_put_event(&writer->out, ev.name, ev.data);
  return ev;
}

/* What |gate| says of an event, given what came before it. */
struct finding {
  bool trouble;  /* the upstream's own failure event */
  bool unwanted; /* a terminal event or garbage behind the end of the answer */
  bool broken;   /* it makes no sense, and the answer was not complete */
};

/* Garbage that the client has already, as it is, breaks nothing: what comes after it decides. */
static struct finding find(enum gate gate, const struct relay *r, const struct call *call,
                           const struct answer *a) {
  bool passed_on = a->had_output && !call->read_all;
  bool false_end = gate == GATE_FALSE_END;
  bool trouble = gate == GATE_TROUBLE || gate == GATE_ERROR || (false_end && passed_on);
  bool garbage = gate == GATE_GARBAGE || (false_end && !passed_on);
  return (struct finding){.trouble = trouble,
                          .unwanted = r->ended &&
                                      (trouble || garbage || (gate == GATE_END && r->failure_told)),
                          .broken = garbage && !a->complete && !passed_on};
}

/* A failure event that follows output reaches the client as it is: it ends the stream
 * like any other terminal event. */
static void note_event(struct relay *r, struct answer *a, enum gate gate, struct finding found) {
  if (found.broken || (found.trouble && !found.unwanted && !r->failure_told))
    answer_keep_trouble(a);
  else
    a->trouble = r->earlier;
  if (found.broken || (found.trouble && !a->had_output))
    answer_fail_by_trouble(a);
  r->failure_told |= found.trouble && !found.unwanted;
  r->ended |= gate == GATE_END || (found.trouble && gate != GATE_ERROR);
  a->complete |= gate == GATE_END || found.trouble;
  if (gate == GATE_OUTPUT || gate == GATE_END)
    answer_note_output(a);
}

/* The whole response, of the event that ends the stream. */
static void keep_response(struct dialect_writer *writer, const struct sse_event *ev) {
  struct json json;
  size_t where;
  struct arena scratch;
  arena_init(&scratch);
  if (json_parse_lenient(&json, &scratch, ev->data, &where) == 0) {
    struct json_value response = json_find(json_root(&json), STR("response"));
    if (!json_absent(response))
      writer->response = arena_copy(&writer->arena, json_raw(response));
  }
  arena_drop(&scratch);
}

/* Put |data|, which has a response, as the client has to see it.  0, or negative: it is none. */
static int stamp(struct buf *out, const struct call *call, const struct dialect_writer *writer,
                 struct str data, struct arena *scratch) {
  struct restamp to = {.removed = call->rebuilt ? call->removed : STR_NONE};
  const struct begun *begun = writer->begun;
  if (begun != NULL) {
    to.id = begun->id;
    to.created = begun->created;
    to.sequence = writer->sequence;
    to.background = begun->background;
  }
  buf_init(out, scratch, ANSWER_MAX + BODY_MAX_CEILING);
  return responses_restamp(out, data, &to, scratch);
}

/* Of a response that was told of, the client has the first events. */
static bool is_told(const struct begun *begun, struct str data) {
  enum { TYPE_WITHIN = 100 }; /* bytes: it is the first member, or the second */
  struct str front = str_part(data, 0, TYPE_WITHIN);
  return begun != NULL && begun->sequence > 0 &&
         (str_find(front, STR("\"response.created\"")) != STR_NOWHERE ||
          str_find(front, STR("\"response.queued\"")) != STR_NOWHERE);
}

/* Pass |ev| on, which belongs to the answer. */
static struct sse_event pass_on(const struct call *call, struct dialect_writer *writer,
                                const struct sse_event *ev, bool has_response,
                                struct arena *scratch) {
  struct sse_event told = *ev;
  struct buf data;
  bool begun = writer->begun != NULL;
  if ((begun || (has_response && call->rebuilt)) &&
      stamp(&data, call, writer, ev->data, scratch) == 0)
    told.data = buf_str(&data);
  if (is_told(writer->begun, ev->data))
    return told;
  told = put_event(call, writer, told, has_response, scratch);
  writer->sequence += begun && !str_equal(str_trim(ev->data), STR("[DONE]"));
  return told;
}

/* Empty answers come from services that are overloaded, unless the client wants none. */
static bool is_refused(const struct relay *r, const struct call *call) {
  return r->empty && !call->accept_empty &&
         json_bool(json_find(call->ask->body, STR("generate")), true);
}

/* What becomes of |ev|, which |gate| judged. */
static void take_judged(struct relay *r, const struct call *call, struct answer *answer,
                        struct dialect_writer *writer, const struct sse_event *ev, enum gate gate,
                        struct arena *scratch) {
  struct sse_event told = *ev;
  struct finding found = find(gate, r, call, answer);
  bool begun = writer->begun != NULL, good = !found.broken && !found.unwanted;
  if (gate == GATE_END && r->gather.whole.n > 0)
    told.data = buf_str(&r->gather.whole);
  note_event(r, answer, gate, found);
  if (!begun && !found.broken)
    writer->sequence = r->sequence + 1;
  if (call->read_all && good)
    told = pass_on(call, writer, &told, gate != GATE_OUTPUT, scratch);
  if (good && answer->complete && gate >= GATE_END &&
      (begun || call->ask->stored || call->ask->framed))
    keep_response(writer, &told);
}

/* A delta that the runtime has passed on says nothing that has to be known: of a stream of many it
 * need not be parsed.  Its type has to be where OpenAI writes it, for an event's name may be wrong.
 */
static bool is_passed_delta(const struct call *call, const struct answer *answer,
                            const struct sse_event *ev) {
  static const struct str key = STR_INIT("{\"type\":\"");
  return !call->read_all && answer->had_output && str_starts(ev->name, STR("response.")) &&
         str_ends(ev->name, STR(".delta")) && str_starts(ev->data, key) &&
         str_starts(str_from(ev->data, key.n), ev->name) && str_ends(ev->data, STR("}"));
}

void relay_take_event(struct relay *r, const struct call *call, struct answer *answer,
                      struct dialect_writer *writer, const struct sse_event *ev) {
  struct arena scratch;
  struct str id = STR_NONE;
  if (is_passed_delta(call, answer, ev)) {
    r->sequence++;
    writer->sequence++;
    return;
  }
  arena_init(&scratch);
  r->earlier = answer->trouble;
  enum gate gate = responses_gate_event(ev, &scratch, finds_of(r, answer, &id));
  if (id.n > 0)
    writer->relayed.id = arena_copy(&writer->arena, id);
  if (gate == GATE_END && !answer->had_output && is_refused(r, call))
    answer_fail(answer, ERR_UPSTREAM_EMPTY);
  else if (gate != GATE_NOTHING)
    take_judged(r, call, answer, writer, ev, gate, &scratch);
  arena_drop(&scratch);
}

/* ---- a whole answer ---- */

static void take_whole_chat(struct reading *reading, struct buf *out, struct str body) {
  dialect_read_whole(&reading->reader, body);
  if (dialect_reader_progress(&reading->reader).failed) {
    answer_fail_by_trouble(reading->answer);
  } else {
    buf_put(out, body);
  }
}

static void take_whole_response(struct relay *r, const struct call *call, struct answer *a,
                                struct dialect_writer *writer, struct str body) {
  struct buf stamped;
  if (responses_gate_whole(body, a->arena, finds_of(r, a, NULL)) != GATE_OUTPUT) {
    answer_fail_by_trouble(a);
    return;
  }
  if (is_refused(r, call)) {
    answer_fail(a, ERR_UPSTREAM_EMPTY);
    return;
  }
  if (call->rebuilt && stamp(&stamped, call, writer, body, a->arena) == 0)
    body = buf_str(&stamped);
  int err = responses_backfill(&writer->out, body, call->ask->body, call->ask->stored, a->arena);
  if (err)
    answer_fail(a, err);
}

/* {"input_tokens":11}; or of a tokenizer {"usage":{"prompt_tokens":11,"image_tokens":0,
 * "total_tokens":11}}, of which older ones have only the first. */
static void take_count(struct answer *a, struct buf *out, struct str body) {
  struct json json;
  size_t where;
  int64_t n = -1;
  if (json_parse_lenient(&json, a->arena, body, &where) < 0) {
    answer_fail(a, ERR_UPSTREAM);
    return;
  }
  struct json_value root = json_root(&json), usage = json_find(root, STR("usage"));
  if (provider_read_error(root, a->arena, &a->trouble)) {
    answer_fail_by_trouble(a);
  } else if (!json_integer(json_find(root, STR("input_tokens")), &n) &&
             !json_integer(json_find(usage, STR("total_tokens")), &n) &&
             !json_integer(json_find(usage, STR("prompt_tokens")), &n)) {
    answer_fail(a, ERR_UPSTREAM);
  } else {
    a->complete = true;
    relay_put_count(out, n);
  }
}

void relay_put_count(struct buf *out, int64_t tokens) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("object"), STR("response.input_tokens"));
  json_put_member_integer(out, STR("input_tokens"), tokens);
  json_put_close(out, '}');
}

void relay_take_whole(struct relay *r, const struct call *call, struct reading *reading,
                      struct dialect_writer *writer, struct str body) {
  struct answer *a = reading->answer;
  body = sse_without_done(body);
  if (call->ask->kind == ASK_TOKENS) {
    take_count(a, &writer->out, body);
  } else if (call->chat) {
    take_whole_chat(reading, &writer->out, body);
  } else {
    take_whole_response(r, call, a, writer, body);
  }
  if (!a->failed && buf_error(&writer->out))
    answer_fail(a, buf_error(&writer->out));
}
