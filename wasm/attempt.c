#include "attempt.h"

#include <stddef.h>

#include "chat_request.h"
#include "head.h"
#include "limits.h"
#include "responses_gate.h"

/* ---- the request ---- */

static void put_head(struct attempt *a) {
  const struct target *t = a->choice.target;
  buf_init(&a->head, &a->arena, HEAD_MAX);
  buf_put(&a->head, STR("POST "));
  buf_put(&a->head, t->endpoint);
  buf_put(&a->head, a->chat ? STR("/chat/completions\n") : STR("/responses\n"));
  head_put(&a->head, STR("content-type"), STR("application/json"));
  head_put(&a->head, STR("accept"),
           a->stream ? STR("text/event-stream") : STR("application/json"));
  head_put(&a->head, STR("user-agent"), STR("ai-worker-proxy"));
  buf_put(&a->head, STR("authorization: Bearer "));
  buf_put(&a->head, a->choice.key->secret);
  buf_put_byte(&a->head, '\n');
}

static bool is_ours(struct json_value item) {
  struct str sealed = json_raw(json_find(item, STR("encrypted_content")));
  return str_starts(sealed, STR("\"" SEAL_PREFIX));
}

/* Thoughts that this gateway sealed for another upstream are refused by one
 * that seals its own: the same request without them. */
static int leave_out_sealed(struct attempt *a, const struct ask *ask) {
  struct buf *out = &a->written;
  buf_init(out, &a->arena, UPSTREAM_BODY_MAX);
  json_put_open(out, '{');
  for (struct json_value v = json_first(ask->body); json_type(v) != JSON_NONE; v = json_next(v)) {
    if (json_key_is(v, STR("model"))) {
      json_put_key(out, STR("model"));
      json_put_string(out, a->choice.target->model);
    } else if (json_key_is(v, STR("input")) && json_type(v) == JSON_ARRAY) {
      json_put_key(out, STR("input"));
      json_put_open(out, '[');
      for (struct json_value i = json_first(v); json_type(i) != JSON_NONE; i = json_next(i)) {
        if (!is_ours(i)) json_put_raw(out, json_raw(i));
      }
      json_put_close(out, ']');
    } else {
      json_put_member(out, v);
    }
  }
  json_put_close(out, '}');
  a->body[0] = buf_str(out);
  return buf_error(out);
}

/* The client's own bytes with another model's name in them: nothing else is
 * touched, so nothing is lost. */
static int replace_model(struct attempt *a, const struct ask *ask) {
  if (str_find(ask->text, STR("\"" SEAL_PREFIX)) != STR_NOWHERE && !ask->chat) {
    return leave_out_sealed(a, ask);
  }
  struct json_value model = json_find(ask->body, STR("model"));
  size_t at = json_where(model);
  buf_init(&a->written, &a->arena, KIB);
  json_put_string(&a->written, a->choice.target->model);
  a->body[0] = str_part(ask->text, 0, at);
  a->body[1] = buf_str(&a->written);
  a->body[2] = str_from(ask->text, at + json_raw(model).n);
  return buf_error(&a->written);
}

static int write_chat(struct attempt *a, const struct ask *ask, struct failure *f) {
  const struct target *t = a->choice.target;
  struct chat_target target = {&t->provider->chat, provider_model(t->provider, t->model),
                               t->model};
  buf_init(&a->written, &a->arena, UPSTREAM_BODY_MAX);
  int err = chat_request_write(&a->written, ask->request, &target, f);
  a->body[0] = buf_str(&a->written);
  return err;
}

static struct str keep(struct attempt *a, struct str s) { return arena_copy(&a->arena, s); }

/* What a reader says of trouble lives as long as its chunk. */
static void keep_trouble(struct attempt *a) {
  a->trouble.code = keep(a, a->trouble.code);
  a->trouble.type = keep(a, a->trouble.type);
  a->trouble.param = keep(a, a->trouble.param);
  a->trouble.message = keep(a, str_part(a->trouble.message, 0, MESSAGE_MAX));
}

/* The relay of a chat stream is read until its first output, by a sink that
 * only takes note. */
static void watch_event(struct event_sink *sink, const struct event *ev) {
  struct attempt *a = (struct attempt *)((char *)sink - offsetof(struct attempt, watch));
  if (ev->kind == EVENT_TROUBLE) {
    a->trouble = ev->trouble;
    keep_trouble(a);
  }
  if (event_is_output(ev) || ev->kind == EVENT_FINISH) a->had_output = true;
}

/* Translation: what the reader finds goes to the writer, and is noted here. */
static void pass_event(struct event_sink *sink, const struct event *ev) {
  struct attempt *a = (struct attempt *)((char *)sink - offsetof(struct attempt, watch));
  watch_event(sink, ev);
  a->answer->sink.put(&a->answer->sink, ev);
}

bool attempt_translates(const struct target *target, const struct ask *ask) {
  if (ask->chat) return !target->provider->chat.native;
  return target->api == API_CHAT;
}

int attempt_open(struct attempt *a, const struct ask *ask, struct id_source *ids, double now,
                 struct failure *f) {
  const struct target *t = a->choice.target;
  a->chat = ask->chat || t->api == API_CHAT;
  a->relay = a->chat == ask->chat;
  a->stream = ask->stream;
  a->asked = a->heard = now;
  a->retry_after = -1;
  arena_init(&a->arena);
  sse_init(&a->sse, &a->arena);
  buf_init(&a->received, &a->arena, ANSWER_MAX);
  a->watch.put = a->relay ? watch_event : pass_event;
  chat_reader_init(&a->reader, &a->arena, &a->watch);
  put_head(a);
  int err = attempt_translates(t, ask) ? write_chat(a, ask, f) : replace_model(a, ask);
  if (err == 0) err = buf_error(&a->head);
  if (!a->relay && !a->answer->translated) {
    answer_translate(a->answer, ask->request, ids, t->model, now);
  }
  if (err && f->status == 0) *f = error_failure(err);
  return err;
}

void attempt_sent(struct attempt *a) { buf_drop(&a->written); }

/* ---- failures ---- */

static void fail(struct attempt *a, int error) {
  struct failure f = error_failure(error);
  a->trouble = (struct trouble){.status = a->status == 200 ? f.status : a->status,
                                .code = f.code, .type = f.type, .message = f.message,
                                .retry_after = a->retry_after};
  a->state = ATTEMPT_FAILED;
}

static void fail_by_trouble(struct attempt *a) {
  if (a->trouble.status == 0) a->trouble.status = a->status;
  a->trouble.retry_after = a->retry_after;
  a->state = ATTEMPT_FAILED;
}

/* ---- the answer ---- */

void attempt_take_head(struct attempt *a, struct str head) {
  struct str line, rest = head;
  int64_t status = 0;
  a->fresh = true;
  if (!str_cut(&rest, '\n', &line) || !str_integer(str_trim(line), &status)) {
    fail(a, ERR_UPSTREAM);
    return;
  }
  a->status = (int)status;
  a->retry_after = provider_retry_after(rest, a->heard);
  struct str type = head_find(rest, STR("content-type"));
  bool events = str_starts(type, STR("text/event-stream"));
  if (status < 200 || status > 299) {
    a->state = ATTEMPT_ERROR;
  } else if (events && a->stream) {
    a->state = ATTEMPT_GATE;
  } else {
    a->state = ATTEMPT_WHOLE;
  }
}

static void note_output(struct attempt *a) {
  if (a->state == ATTEMPT_GATE && a->had_output) a->state = ATTEMPT_FLOW;
}

static void take_chat_event(struct attempt *a, const struct sse_event *ev) {
  chat_read_event(&a->reader, ev);
  a->ended = a->reader.finished;
  if (a->reader.failed) fail_by_trouble(a);
}

/* A failure that follows output is in the stream that the client gets: it is
 * an end like any other. */
static void take_responses_event(struct attempt *a, const struct sse_event *ev) {
  struct arena scratch;
  arena_init(&scratch);
  enum gate gate = responses_gate_event(ev, &scratch, &a->trouble, &a->sequence);
  if (gate == GATE_TROUBLE && !a->had_output) {
    keep_trouble(a);
    fail_by_trouble(a);
  }
  a->ended |= gate == GATE_END || gate == GATE_TROUBLE;
  a->had_output |= gate == GATE_OUTPUT || gate == GATE_END;
  if (a->read_all) a->answer->sequence = a->sequence + 1;
  arena_drop(&scratch);
}

static void take_event(struct attempt *a, const struct sse_event *ev) {
  if (a->chat) {
    take_chat_event(a, ev);
  } else {
    take_responses_event(a, ev);
  }
  if (a->state != ATTEMPT_FAILED) note_output(a);
}

/* A relayed stream needs reading no further than its first output, unless the
 * route has it watched. */
static bool wants_events(const struct attempt *a) {
  if (a->state == ATTEMPT_GATE) return true;
  return a->state == ATTEMPT_FLOW && (!a->relay || a->read_all) && !a->reader.over;
}

static void take_stream(struct attempt *a, struct str chunk) {
  struct sse_event ev;
  int got = SSE_MORE;
  if (a->relay) buf_put(&a->answer->out, chunk);
  sse_feed(&a->sse, chunk);
  while (wants_events(a) && (got = sse_next(&a->sse, &ev)) == SSE_EVENT) take_event(a, &ev);
  if (a->state == ATTEMPT_FAILED) return;
  if (got == SSE_MORE) got = answer_error(a->answer);
  if (got < 0) fail(a, got);
  if (!a->relay && a->reader.over && a->state == ATTEMPT_FLOW) a->state = ATTEMPT_ENDED;
}

void attempt_take_chunk(struct attempt *a, struct str chunk) {
  a->fresh = true;
  switch (a->state) {
    case ATTEMPT_ERROR:
      /* An error's text past the limit is of no use to anybody. */
      if (chunk.n > ERROR_BODY_MAX - a->received.n) chunk.n = ERROR_BODY_MAX - a->received.n;
      buf_put(&a->received, chunk);
      break;
    case ATTEMPT_WHOLE:
      buf_put(&a->received, chunk);
      if (buf_error(&a->received)) fail(a, buf_error(&a->received));
      break;
    case ATTEMPT_GATE:
      take_stream(a, chunk);
      if (a->state == ATTEMPT_GATE && a->answer->out.n > PREAMBLE_MAX) fail(a, ERR_LIMIT);
      break;
    case ATTEMPT_FLOW:
      take_stream(a, chunk);
      break;
    default:
      break;
  }
}

static void end_error(struct attempt *a) {
  struct json json;
  size_t where;
  a->trouble = (struct trouble){.status = a->status};
  if (json_parse_lenient(&json, &a->arena, buf_str(&a->received), &where) == 0) {
    provider_read_error(json_root(&json), &a->arena, &a->trouble);
  }
  a->trouble.status = a->status;
  fail_by_trouble(a);
}

/* Nothing of it has been sent, so what it held before it failed is no output. */
static void end_whole(struct attempt *a) {
  if (a->chat) {
    chat_read_whole(&a->reader, buf_str(&a->received));
    if (a->reader.failed) {
      a->had_output = false;
      fail_by_trouble(a);
      return;
    }
  } else if (responses_gate_whole(buf_str(&a->received), &a->arena, &a->trouble) == GATE_TROUBLE) {
    fail_by_trouble(a);
    return;
  }
  a->state = ATTEMPT_ENDED;
  if (a->relay) buf_put(&a->answer->out, buf_str(&a->received));
}

/* A stream that is read must have had its terminal event, also when HTTP ended
 * cleanly; of one that was piped nobody knows. */
static void end_stream(struct attempt *a) {
  bool read = !a->relay || a->read_all;
  if (read && !a->ended) {
    fail(a, ERR_UPSTREAM_CUT);
  } else {
    a->state = ATTEMPT_ENDED;
  }
}

void attempt_take_end(struct attempt *a) {
  a->fresh = true;
  switch (a->state) {
    case ATTEMPT_ERROR:
      end_error(a);
      break;
    case ATTEMPT_WHOLE:
      end_whole(a);
      break;
    case ATTEMPT_GATE:
      fail(a, ERR_UPSTREAM_CUT);
      break;
    case ATTEMPT_FLOW:
      end_stream(a);
      break;
    default:
      break;
  }
}

void attempt_take_failure(struct attempt *a) {
  a->fresh = true;
  /* Half an error is told as far as it came. */
  if (a->state == ATTEMPT_ERROR) {
    end_error(a);
    return;
  }
  if (a->state == ATTEMPT_ENDED || a->state == ATTEMPT_FAILED) return;
  fail(a, a->state == ATTEMPT_ASKED ? ERR_UPSTREAM_CONNECT : ERR_UPSTREAM_CUT);
}

void attempt_refuse(struct attempt *a, int error) {
  if (a->state != ATTEMPT_ENDED && a->state != ATTEMPT_FAILED) fail(a, error);
}

/* ---- time ---- */

double attempt_deadline(const struct attempt *a) {
  const struct timeouts *t = &a->choice.target->timeouts;
  switch (a->state) {
    case ATTEMPT_ASKED:
      /* An answer that is not streamed has its head when it is finished. */
      return a->asked + (a->stream ? t->connect : WHOLE_ANSWER_MS);
    case ATTEMPT_GATE:
      return a->heard + t->first_token;
    default:
      return a->heard + t->idle;
  }
}

void attempt_touch(struct attempt *a, double now) {
  bool over = a->state == ATTEMPT_ENDED || a->state == ATTEMPT_FAILED;
  if (a->fresh) a->heard = now;
  if (a->first_output == 0 && (a->state == ATTEMPT_FLOW || a->state == ATTEMPT_ENDED)) {
    a->first_output = now;
  }
  a->fresh = false;
  if (!over && now >= attempt_deadline(a)) fail(a, ERR_UPSTREAM_SILENT);
}

void attempt_close(struct attempt *a) {
  chat_reader_close(&a->reader);
  arena_drop(&a->arena);
}
