#include "upstream/attempt.h"

#include <stddef.h>

#include "limits.h"
#include "provider/trouble.h"
#include "responses/backfill.h"
#include "responses/gate.h"
#include "text/head.h"
#include "text/redact.h"

static struct str keep(struct attempt *a, struct str s) {
  return arena_copy(&a->arena, s);
}

/* What a reader says of trouble lives as long as its chunk. */
static void keep_trouble(struct attempt *a) {
  a->trouble.code = keep(a, a->trouble.code);
  a->trouble.type = keep(a, a->trouble.type);
  a->trouble.param = keep(a, a->trouble.param);
  a->trouble.message = keep(a, str_part(a->trouble.message, 0, MESSAGE_MAX));
}

/* The head's comes first: an answer's own may be of the model's host. */
static void note_id(struct attempt *a, struct str id) {
  if (a->answer_id.n == 0)
    a->answer_id = keep(a, str_part(id, 0, ANSWER_ID_MAX));
  a->answer_id = redact_secret(a->answer_id, a->choice.key->secret, &a->arena);
}

/* The relay of a chat stream is read until its first output, by a sink that
 * only takes note. */
static void watch_event(struct event_sink *sink, const struct event *ev) {
  struct attempt *a = (struct attempt *)((char *)sink - offsetof(struct attempt, watch));
  if (ev->kind == EVENT_TROUBLE) {
    a->trouble = ev->trouble;
    keep_trouble(a);
  }
  if (ev->kind == EVENT_USAGE)
    a->usage = ev->usage;
  if (ev->kind == EVENT_BEGIN)
    note_id(a, ev->id);
  if (event_is_output(ev) || ev->kind == EVENT_FINISH)
    a->had_output = true;
}

/* Translation: what the reader finds goes to the writer, and is noted here. */
static void pass_event(struct event_sink *sink, const struct event *ev) {
  struct attempt *a = (struct attempt *)((char *)sink - offsetof(struct attempt, watch));
  watch_event(sink, ev);
  a->writer->sink.put(&a->writer->sink, ev);
}

/* ---- dialects ---- */

/* OpenAI's host has both, any other has the one that the route says. */
static bool speaks_chat(const struct target *target, const struct ask *ask) {
  return target->api == API_CHAT || (ask->chat && target->provider->chat.native);
}

bool attempt_rewrites(const struct target *target, const struct ask *ask) {
  bool chat = speaks_chat(target, ask);
  return ask->resumed || chat != ask->chat || (chat && !target->provider->chat.native);
}

bool attempt_needs_neutral(const struct target *target, const struct ask *ask) {
  return ask->translate || attempt_rewrites(target, ask);
}

/* What comes of a model is mended and held to what the client demands, on its
 * way from the reader to the answer. */
static void open_translation(struct attempt *a, const struct ask *ask, struct id_source *ids,
                             double now) {
  const struct chat_target target = attempt_target(a);
  bool fenced = ask->request->format != FORMAT_TEXT && !target.rules->json_schema;
  a->watch.put = pass_event;
  constraint_init(&a->constraint, &a->arena, ask->request, &target, &a->watch);
  code_fence_init(&a->code_fence, &a->constraint.sink, fenced);
  think_tags_init(&a->think_tags, &a->code_fence.sink, !target.rules->native);
  dialect_reader_init(&a->reader, a->chat, &a->arena, &a->think_tags.sink);
  if (!a->writer->translated) {
    dialect_writer_translate(a->writer, ask->request, ids, a->choice.target->model, now);
  }
}

/* Bytes pass as they are where nothing has to be changed or watched over. */
static bool can_relay(const struct attempt *a, const struct ask *ask) {
  const struct chat_target target = attempt_target(a);
  if (a->chat != ask->chat || a->writer->translated || ask->translate)
    return false;
  return ask->request == NULL || !a->chat || !constraint_any(ask->request, &target);
}

int attempt_open(struct attempt *a, const struct ask *ask, struct id_source *ids, double now,
                 struct failure *f) {
  a->ask = ask;
  a->chat = speaks_chat(a->choice.target, ask);
  a->relay = can_relay(a, ask);
  a->stream = ask->stream;
  a->asked = a->heard = now;
  a->retry_after = -1;
  sse_init(&a->sse, &a->arena);
  buf_init(&a->received, &a->arena, ANSWER_MAX);
  if (a->relay) {
    a->watch.put = watch_event;
    dialect_reader_init(&a->reader, a->chat, &a->arena, &a->watch);
    dialect_writer_relay(a->writer, ask->body, ids, a->choice.target->model, now);
  } else {
    open_translation(a, ask, ids, now);
  }
  int err = attempt_write_request(a, ask, f);
  if (err && f->status == 0)
    *f = error_failure(err);
  return err;
}

void attempt_sent(struct attempt *a) {
  buf_drop(&a->written);
}

/* ---- failures ---- */

/* Who never answered has no status; whose answer was good has ours. */
static int status_of(const struct attempt *a, int error, const struct failure *f) {
  bool unreached = a->status == 0 && error == ERR_UPSTREAM_CONNECT;
  return unreached || (a->status != 0 && a->status != 200) ? a->status : f->status;
}

static void fail(struct attempt *a, int error) {
  struct failure f = error_failure(error);
  a->trouble = (struct trouble){.status = status_of(a, error, &f),
                                .code = f.code,
                                .type = f.type,
                                .message = f.message,
                                .retry_after = a->retry_after};
  a->state = ATTEMPT_FAILED;
}

static void redact_trouble(struct trouble *t, struct str secret, struct arena *arena) {
  struct str *const texts[] = {&t->code, &t->type, &t->param, &t->message};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *texts[i] = redact_secret(*texts[i], secret, arena);
}

static void fail_by_trouble(struct attempt *a) {
  if (a->trouble.status == 0)
    a->trouble.status = a->status;
  a->trouble.retry_after = a->retry_after;
  redact_trouble(&a->trouble, a->choice.key->secret, &a->arena);
  a->state = ATTEMPT_FAILED;
}

/* ---- the answer ---- */

void attempt_take_head(struct attempt *a, struct str head) {
  struct str line, rest = head;
  int64_t status = 0;
  a->fresh = true;
  if (head.n > ANSWER_HEAD_MAX) {
    fail(a, ERR_LIMIT);
    return;
  }
  if (!str_cut(&rest, '\n', &line) || !str_integer(str_trim(line), &status)) {
    fail(a, ERR_UPSTREAM);
    return;
  }
  a->status = (int)status;
  a->retry_after = provider_retry_after(rest, a->heard);
  note_id(a, head_find(rest, STR("x-request-id")));
  struct str type = head_find(rest, STR("content-type"));
  a->events = a->stream && str_starts(type, STR("text/event-stream"));
  if (status < 200 || status > 299) {
    a->state = ATTEMPT_ERROR;
  } else if (a->events) {
    a->state = ATTEMPT_GATE;
  } else {
    a->state = ATTEMPT_WHOLE;
  }
}

static void note_output(struct attempt *a) {
  if (a->state == ATTEMPT_GATE && a->had_output)
    a->state = ATTEMPT_FLOW;
}

/* The model has said what it had to say: was it what the client demanded? */
static void end_read(struct attempt *a) {
  if (!a->constraint.violated) {
    a->state = ATTEMPT_ENDED;
    return;
  }
  struct buf message;
  buf_init(&message, &a->arena, 2 * MESSAGE_MAX);
  buf_put(&message, STR("The model's answer is not what was asked for: "));
  buf_put(&message, str_trim(buf_str(&a->constraint.faults)));
  a->trouble = (struct trouble){
      .status = 502, .code = STR("invalid_structured_output"), .message = buf_str(&message)};
  fail_by_trouble(a);
}

/* A stream that is read must have had its terminal event, also when HTTP ended
 * cleanly; of one that was piped nobody knows. */
static void end_stream(struct attempt *a) {
  bool read = !a->relay || a->read_all || a->state == ATTEMPT_GATE;
  if (read && !a->ended) {
    fail(a, ERR_UPSTREAM_CUT);
  } else if (a->relay) {
    a->state = ATTEMPT_ENDED;
  } else {
    end_read(a);
  }
}

/* A chunk of usage alone breaks clients that did not ask for it; it was the
 * gateway that did, to count. */
static bool is_ours_alone(const struct attempt *a) {
  struct json_value options = json_find(a->ask->body, STR("stream_options"));
  return dialect_reader_counted(&a->reader) &&
         !json_bool(json_find(options, STR("include_usage")), false);
}

/* What follows the terminal event and is no end is nothing to anybody. */
static void take_read_event(struct attempt *a, const struct sse_event *ev) {
  bool complete = a->ended, told = a->relay && a->read_all;
  dialect_read_event(&a->reader, ev);
  a->ended = dialect_reader_progress(&a->reader).finished;
  if (dialect_reader_progress(&a->reader).failed && complete) {
    if (told)
      sse_put_done(&a->writer->out);
    end_stream(a);
  } else if (dialect_reader_progress(&a->reader).failed) {
    fail_by_trouble(a);
  } else if (told && !is_ours_alone(a)) {
    sse_put_event(&a->writer->out, ev->name, ev->data);
  }
}

static struct gate_finds finds_of(struct attempt *a) {
  return (struct gate_finds){&a->trouble, &a->usage, &a->sequence, &a->response_id};
}

/* A watched stream is told anew, an event at a time: none is cut, and a response
 * in it has all its keys.  Deltas have none. */
static void relay_event(struct attempt *a, const struct sse_event *ev, bool filled,
                        struct arena *scratch) {
  struct buf data;
  if (!filled) {
    sse_put_event(&a->writer->out, ev->name, ev->data);
    return;
  }
  buf_init(&data, scratch, ANSWER_MAX + BODY_MAX_CEILING);
  int err = responses_backfill(&data, ev->data, a->ask->body, scratch);
  if (err) {
    a->writer->out.error = err;
  } else {
    sse_put_event(&a->writer->out, ev->name, buf_str(&data));
  }
}

/* A failure that follows output is in the stream that the client gets: it is
 * an end like any other. */
static void take_gated_event(struct attempt *a, const struct sse_event *ev) {
  struct arena scratch;
  struct trouble known = a->trouble;
  arena_init(&scratch);
  enum gate gate = responses_gate_event(ev, &scratch, finds_of(a));
  bool trouble = gate == GATE_TROUBLE || gate == GATE_GARBAGE;
  bool stray = trouble && a->ended && !a->told; /* behind the terminal event */
  bool broken = gate == GATE_GARBAGE && !a->ended;
  if (gate == GATE_PREAMBLE)
    a->response_id = keep(a, a->response_id);
  if (broken || (gate == GATE_TROUBLE && !stray && !a->told))
    keep_trouble(a);
  else
    a->trouble = known;
  if (broken || (gate == GATE_TROUBLE && !a->had_output))
    fail_by_trouble(a);
  a->told |= gate == GATE_TROUBLE && !stray;
  a->ended |= gate == GATE_END || gate == GATE_TROUBLE;
  a->had_output |= gate == GATE_OUTPUT || gate == GATE_END;
  if (a->read_all && !broken && !stray) {
    a->writer->sequence = a->sequence + 1;
    relay_event(a, ev, gate != GATE_OUTPUT, &scratch);
  }
  arena_drop(&scratch);
}

static void take_event(struct attempt *a, const struct sse_event *ev) {
  if (a->relay && !a->chat) {
    take_gated_event(a, ev);
  } else {
    take_read_event(a, ev);
  }
  if (a->state != ATTEMPT_FAILED)
    note_output(a);
}

/* A relayed stream needs reading no further than its first output, unless the
 * route has it watched. */
static bool wants_events(const struct attempt *a) {
  if (a->state == ATTEMPT_GATE)
    return true;
  return a->state == ATTEMPT_FLOW && (!a->relay || a->read_all) &&
         !dialect_reader_progress(&a->reader).over;
}

static void take_stream(struct attempt *a, struct str chunk) {
  struct sse_event ev;
  int got = SSE_MORE;
  if (a->relay && !a->read_all)
    buf_put(&a->writer->out, chunk);
  sse_feed(&a->sse, chunk);
  while (wants_events(a) && (got = sse_next(&a->sse, &ev)) == SSE_EVENT)
    take_event(a, &ev);
  if (a->state == ATTEMPT_FAILED)
    return;
  if (got == SSE_MORE)
    got = dialect_writer_error(a->writer);
  if (got < 0)
    fail(a, got);
  if (!a->relay && dialect_reader_progress(&a->reader).over)
    end_read(a);
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

/* An error's text past the limit is of no use to anybody: it ends there. */
static void take_error(struct attempt *a, struct str chunk) {
  size_t room = ERROR_BODY_MAX - a->received.n;
  buf_put(&a->received, str_part(chunk, 0, room));
  if (chunk.n >= room)
    end_error(a);
}

void attempt_take_chunk(struct attempt *a, struct str chunk) {
  a->fresh = true;
  a->arrived += (uint32_t)chunk.n;
  switch (a->state) {
  case ATTEMPT_ERROR:
    take_error(a, chunk);
    break;
  case ATTEMPT_WHOLE:
    buf_put(&a->received, chunk);
    if (buf_error(&a->received))
      fail(a, buf_error(&a->received));
    break;
  case ATTEMPT_GATE:
    take_stream(a, chunk);
    if (a->state == ATTEMPT_GATE && chunk.n > PREAMBLE_MAX - a->preamble)
      fail(a, ERR_LIMIT);
    a->preamble += (uint32_t)chunk.n;
    break;
  case ATTEMPT_FLOW:
    take_stream(a, chunk);
    break;
  default:
    break;
  }
}

/* Nothing of it has been sent, so what it held before it failed is no output. */
static void end_read_whole(struct attempt *a) {
  dialect_read_whole(&a->reader, buf_str(&a->received));
  if (dialect_reader_progress(&a->reader).failed) {
    fail_by_trouble(a);
  } else {
    end_read(a);
  }
  if (a->state == ATTEMPT_FAILED)
    a->had_output = false;
}

static void end_relay(struct attempt *a) {
  struct str body = buf_str(&a->received);
  struct buf *out = &a->writer->out;
  int err = 0;
  if (a->chat) {
    dialect_read_whole(&a->reader, body);
    if (dialect_reader_progress(&a->reader).failed) {
      a->had_output = false;
      fail_by_trouble(a);
      return;
    }
    buf_put(out, body);
  } else {
    if (responses_gate_whole(body, &a->arena, finds_of(a)) != GATE_OUTPUT) {
      fail_by_trouble(a);
      return;
    }
    err = responses_backfill(out, body, a->ask->body, &a->arena);
  }
  a->state = ATTEMPT_ENDED;
  if (err || buf_error(out))
    fail(a, err ? err : buf_error(out));
}

static void end_whole(struct attempt *a) {
  if (a->relay) {
    end_relay(a);
  } else {
    end_read_whole(a);
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
  case ATTEMPT_FLOW:
    end_stream(a);
    break;
  default:
    break;
  }
}

/* Nothing more comes.  What had its terminal event by then lacks nothing. */
static void stop(struct attempt *a, int error) {
  if (a->state == ATTEMPT_FLOW && a->ended) {
    end_stream(a);
  } else if (a->state == ATTEMPT_ERROR) {
    end_error(a); /* half an error is told as far as it came */
  } else {
    fail(a, error);
  }
}

void attempt_take_failure(struct attempt *a, struct str why) {
  a->fresh = true;
  a->why = keep(a, str_part(why, 0, WHY_MAX));
  if (a->state == ATTEMPT_ENDED || a->state == ATTEMPT_FAILED)
    return;
  stop(a, a->state == ATTEMPT_ASKED ? ERR_UPSTREAM_CONNECT : ERR_UPSTREAM_CUT);
}

void attempt_refuse(struct attempt *a, int error) {
  if (a->state != ATTEMPT_ENDED && a->state != ATTEMPT_FAILED)
    fail(a, error);
}

/* ---- time ---- */

double attempt_deadline(const struct attempt *a) {
  const struct timeouts *t = &a->choice.target->timeouts;
  switch (a->state) {
  case ATTEMPT_ASKED:
    /* An answer that is not streamed has its head when it is finished. */
    return a->heard + (a->stream ? t->connect : t->whole);
  case ATTEMPT_GATE:
    return a->heard + t->first_token;
  case ATTEMPT_ERROR:
    /* However slowly it is told: others wait to be tried. */
    return a->erred + t->connect;
  default:
    return a->heard + t->idle;
  }
}

void attempt_pause_clock(struct attempt *a, double ms) {
  a->heard += ms;
}

bool attempt_has_output(const struct attempt *a) {
  return a->state >= ATTEMPT_FLOW && (a->state != ATTEMPT_FAILED || a->had_output);
}

void attempt_touch(struct attempt *a, double now) {
  bool over = a->state == ATTEMPT_ENDED || a->state == ATTEMPT_FAILED;
  if (a->fresh)
    a->heard = now;
  if (a->state == ATTEMPT_ERROR && a->erred == 0)
    a->erred = now;
  if (a->arrived > 0)
    pace_feed(&a->pace, a->arrived, now);
  a->arrived = 0;
  if (a->first_output == 0 && attempt_has_output(a))
    a->first_output = now;
  a->fresh = false;
  if (!over && now >= attempt_deadline(a))
    stop(a, ERR_UPSTREAM_SILENT);
}

void attempt_close(struct attempt *a) {
  dialect_reader_close(&a->reader);
  arena_drop(&a->arena);
}
