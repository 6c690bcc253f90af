/* attempt.c -- see attempt.h. */
#include "upstream/attempt.h"

#include "item/reasoning.h"
#include "limits.h"
#include "upstream/request_extras.h"

struct attempt *attempt_new(void) {
  struct arena arena;
  arena_init(&arena);
  struct attempt *a = arena_take_zero(&arena, sizeof *a);
  if (a != NULL)
    a->arena = arena;
  return a;
}

int attempt_open(struct attempt *a, const struct ask *ask, struct id_source *ids, double now,
                 struct failure *f) {
  const struct target *target = a->call.choice.target;
  a->call.ask = ask;
  a->call.chat = upstream_speaks_chat(target, ask);
  a->call.origin = reasoning_origin(target->endpoint, &a->arena);
  clock_init(&a->clock, now);
  answer_init(&a->answer, &a->arena, a->call.choice.key->redactor);
  sse_init(&a->body.sse, &a->arena);
  buf_init(&a->body.whole, &a->arena, ANSWER_MAX);
  a->relay.on = relay_possible(&a->call, a->writer);
  if (a->relay.on) {
    gather_init(&a->relay.gather, &a->arena);
    reading_open_relay(&a->reading, &a->call, &a->answer);
    dialect_writer_relay(a->writer, ask->body, ids, target->model, ask->stored, now);
  } else {
    reading_open_translation(&a->reading, &a->call, &a->answer, a->writer, ids, now);
  }
  if (!a->call.accept_empty)
    dialect_reader_refuse_empty(&a->reading.reader);
  int err = upstream_request_write(&a->request, &a->call, &a->arena, f);
  if (a->request.removed.n > 0) { /* the response says so */
    a->call.removed = a->request.removed;
    a->call.rebuilt = a->call.read_all = true;
  }
  if (err == 0)
    err = request_extras_write(&a->request, &a->call, &a->arena);
  if (err && f->status == 0)
    error_refuse(f, err, STR_NONE, STR_NONE);
  return err;
}

static void fail(struct attempt *a, int error) {
  answer_fail(&a->answer, error);
  a->state = ATTEMPT_FAILED;
}

static bool is_done(const struct attempt *a) {
  return a->state == ATTEMPT_ENDED || a->state == ATTEMPT_FAILED;
}

/* A compaction without a summary would be the end of the conversation. */
static bool lacks_summary(const struct attempt *a) {
  const struct request *r = a->call.ask->request;
  return !a->relay.on && r != NULL && r->compaction.on && !a->writer->has_text;
}

/* The answer is complete, unless reading its end made it fail. */
static void end(struct attempt *a) {
  if (!a->relay.on || (a->call.chat && !a->answer.complete))
    reading_end(&a->reading);
  if (!a->answer.failed && lacks_summary(a))
    answer_fail(&a->answer, ERR_UPSTREAM_EMPTY);
  a->state = a->answer.failed ? ATTEMPT_FAILED : ATTEMPT_ENDED;
}

/* ---- the head ---- */

void attempt_take_head(struct attempt *a, struct str head) {
  static const struct str event_stream = STR_INIT("text/event-stream");
  struct str type;
  a->body.fresh = true;
  if (!answer_take_head(&a->answer, head, a->clock.last_heard, &type)) {
    a->state = ATTEMPT_FAILED;
    return;
  }
  bool good = a->answer.status >= 200 && a->answer.status <= 299;
  bool events = str_equal_nocase(str_part(type, 0, event_stream.n), event_stream);
  a->body.sniffing = good;
  if (!good) {
    a->state = ATTEMPT_ERROR;
  } else {
    a->state = events && a->call.ask->stream ? ATTEMPT_GATE : ATTEMPT_WHOLE;
  }
}

/* ---- a stream ---- */

/* Chat clients wait for [DONE], which some services leave out behind a good end. */
static void put_done(struct attempt *a) {
  if (!a->relay.on || !a->call.chat || a->relay.failure_told ||
      dialect_reader_progress(&a->reading.reader).done)
    return;
  if (!a->call.read_all)
    buf_put(&a->writer->out, STR("\n\n")); /* the bytes before may end inside a frame */
  sse_put_done(&a->writer->out);
}

/* A stream's terminal event must have come, also when HTTP ended cleanly. */
static void end_stream(struct attempt *a) {
  if (a->relay.on && !a->call.chat && !a->answer.complete) {
    fail(a, ERR_UPSTREAM_CUT);
    return;
  }
  end(a);
  if (a->state == ATTEMPT_ENDED)
    put_done(a);
}

static void take_read_event(struct attempt *a, const struct sse_event *ev) {
  bool handed_on = a->relay.on && a->call.read_all;
  bool has_all = a->relay.on && !handed_on && a->state == ATTEMPT_FLOW; /* the client */
  dialect_read_event(&a->reading.reader, ev);
  struct dialect_progress progress = dialect_reader_progress(&a->reading.reader);
  a->answer.complete |= progress.finished;
  if (progress.stray) {
    end_stream(a);
  } else if (progress.failed && has_all && relay_told_failure(&a->relay, &a->answer, ev)) {
    a->answer.complete = true;
  } else if (progress.failed) {
    answer_fail_by_trouble(&a->answer);
  } else if (handed_on) {
    relay_put_chat_event(&a->call, &a->reading, a->writer, ev);
  }
}

static void begin_flow(struct attempt *a) {
  a->state = ATTEMPT_FLOW;
  if (a->relay.on && !a->call.read_all)
    dialect_reader_pass_garbage(&a->reading.reader);
}

/* A Responses upstream opens an item before it has anything of it: it may think for minutes. */
static bool opens_item(const struct attempt *a, const struct sse_event *ev) {
  static const struct str type = STR_INIT("response.output_item.added");
  enum { TYPE_WITHIN = 100 }; /* bytes: it is the first member, or the second */
  if (a->call.chat)
    return false;
  return str_equal(ev->name, type) ||
         str_find(str_part(ev->data, 0, TYPE_WITHIN), type) != STR_NOWHERE;
}

static void take_event(struct attempt *a, const struct sse_event *ev) {
  a->answer.at_work |= opens_item(a, ev);
  if (a->relay.on && !a->call.chat) {
    relay_take_event(&a->relay, &a->call, &a->answer, a->writer, ev);
  } else {
    take_read_event(a, ev);
  }
  if (a->answer.failed)
    a->state = ATTEMPT_FAILED;
  else if (a->state == ATTEMPT_GATE && a->answer.had_output)
    begin_flow(a);
}

static bool is_over(const struct attempt *a) {
  struct dialect_progress progress = dialect_reader_progress(&a->reading.reader);
  return progress.over || progress.failed;
}

static bool wants_events(const struct attempt *a) {
  return a->state == ATTEMPT_GATE || (a->state == ATTEMPT_FLOW && !is_over(a));
}

/* Read the events of what |body.sse| was fed. */
static void take_events(struct attempt *a) {
  struct sse_event ev;
  int got = SSE_MORE;
  while (wants_events(a) && (got = sse_next(&a->body.sse, &ev)) == SSE_EVENT)
    take_event(a, &ev);
  if (a->state == ATTEMPT_FAILED)
    return;
  if (got == SSE_MORE)
    got = dialect_writer_error(a->writer);
  if (got < 0)
    fail(a, got);
  if (!a->relay.on && is_over(a))
    end(a);
}

static void take_stream(struct attempt *a, struct str chunk) {
  if (a->relay.on && !a->call.read_all && !a->relay.piped)
    buf_put(&a->writer->out, chunk);
  sse_feed(&a->body.sse, chunk);
  take_events(a);
}

/* The body has ended: the rest may be an event without its empty line. */
static void take_rest(struct attempt *a) {
  if (!sse_partial(&a->body.sse))
    return;
  dialect_reader_expect_end(&a->reading.reader);
  sse_feed_end(&a->body.sse);
  take_events(a);
}

/* ---- answers and errors that are not streamed ---- */

static void end_error(struct attempt *a) {
  answer_take_error(&a->answer, buf_str(&a->body.whole));
  a->state = ATTEMPT_FAILED;
}

/* The rest of an error beyond ERROR_BODY_MAX is not needed. */
static void take_error(struct attempt *a, struct str chunk) {
  size_t room = ERROR_BODY_MAX - a->body.whole.n;
  buf_put(&a->body.whole, str_part(chunk, 0, room));
  if (chunk.n >= room)
    end_error(a);
}

/* A stream came in place of a whole answer: make one from its events. */
static void fold_events(struct attempt *a, struct str body) {
  struct sse_event ev;
  dialect_reader_expect_end(&a->reading.reader);
  for (int part = 0; part < 2; part++) {
    if (part == 0)
      sse_feed(&a->body.sse, body);
    else
      sse_feed_end(&a->body.sse);
    while (sse_next(&a->body.sse, &ev) == SSE_EVENT)
      dialect_read_event(&a->reading.reader, &ev);
  }
}

static void read_whole(struct attempt *a, struct str body) {
  if (a->body.events)
    fold_events(a, body);
  else
    dialect_read_whole(&a->reading.reader, body);
  if (dialect_reader_progress(&a->reading.reader).failed)
    answer_fail_by_trouble(&a->answer);
}

/* Nothing has been sent to the client yet: a failure here is one without output. */
static void end_whole(struct attempt *a) {
  struct str body = sse_without_bom(buf_str(&a->body.whole));
  if (a->relay.on) {
    relay_take_whole(&a->relay, &a->call, &a->reading, a->writer, body);
  } else {
    read_whole(a, body);
  }
  if (!a->answer.failed) {
    end(a);
  } else {
    a->state = ATTEMPT_FAILED;
  }
  if (a->state == ATTEMPT_FAILED)
    a->answer.had_output = false;
}

/* ---- what the body is ---- */

/* A stream where a whole answer was asked for, or the reverse, cannot be relayed: it is
 * translated into what was asked for, if need be after reading the request for that. */
static void stop_relaying(struct attempt *a) {
  const struct ask *ask = a->call.ask;
  struct arena *arena = &a->writer->arena; /* the writer borrows the request */
  struct failure f;
  a->own_ask = *ask;
  a->own_ask.arena = arena;
  if (ask_read_request(&a->own_ask, arena, &f) != 0)
    return;
  a->call.ask = &a->own_ask;
  a->relay.on = false;
  reading_close(&a->reading);
  reading_open_translation(&a->reading, &a->call, &a->answer, a->writer, a->writer->relayed.ids,
                           a->writer->relayed.now);
  if (!a->call.accept_empty)
    dialect_reader_refuse_empty(&a->reading.reader);
}

/* Content types are not reliable: the first bytes decide. */
static bool sniff(struct attempt *a, struct str chunk) {
  buf_put(&a->body.whole, chunk);
  enum sse_sniff kind = sse_sniff(buf_str(&a->body.whole));
  if (kind == SSE_SNIFF_MORE && a->body.whole.n < SNIFF_MAX)
    return false;
  a->body.sniffing = false;
  a->body.events = kind == SSE_SNIFF_EVENTS;
  a->state = a->body.events && a->call.ask->stream ? ATTEMPT_GATE : ATTEMPT_WHOLE;
  if (a->relay.on && a->body.events != a->call.ask->stream)
    stop_relaying(a);
  return true;
}

/* ---- what comes ---- */

static void take_gate(struct attempt *a, struct str chunk) {
  take_stream(a, chunk);
  if (a->state == ATTEMPT_GATE && chunk.n > PREAMBLE_MAX - a->body.before_output)
    fail(a, ERR_LIMIT);
  a->body.before_output += (uint32_t)chunk.n;
}

static void take_first(struct attempt *a, struct str chunk) {
  if (sniff(a, chunk) && a->state == ATTEMPT_GATE) {
    take_gate(a, buf_str(&a->body.whole));
    buf_drop(&a->body.whole);
  }
  if (buf_error(&a->body.whole))
    fail(a, buf_error(&a->body.whole));
}

void attempt_take_chunk(struct attempt *a, struct str chunk) {
  a->body.fresh = true;
  if (a->body.sniffing) {
    take_first(a, chunk);
    return;
  }
  switch (a->state) {
  case ATTEMPT_ERROR:
    take_error(a, chunk);
    break;
  case ATTEMPT_WHOLE:
    a->body.fresh_whole |= str_trim(chunk).n > 0;
    buf_put(&a->body.whole, chunk);
    if (buf_error(&a->body.whole))
      fail(a, buf_error(&a->body.whole));
    break;
  case ATTEMPT_GATE:
    take_gate(a, chunk);
    break;
  case ATTEMPT_FLOW:
    take_stream(a, chunk);
    break;
  default:
    break;
  }
}

void attempt_take_end(struct attempt *a) {
  a->body.fresh = true;
  switch (a->state) {
  case ATTEMPT_ERROR:
    end_error(a);
    break;
  case ATTEMPT_WHOLE:
    end_whole(a);
    break;
  case ATTEMPT_GATE:
  case ATTEMPT_FLOW:
    take_rest(a);
    if (!is_done(a))
      end_stream(a);
    break;
  default:
    break;
  }
}

/* Nothing more comes.  A stream that has had its terminal event lacks nothing; of an
 * error, what came of its body is told. */
static void stop(struct attempt *a, int error) {
  if (a->state != ATTEMPT_ENDED && a->answer.complete) {
    end_stream(a);
  } else if (a->state == ATTEMPT_ERROR) {
    end_error(a);
  } else {
    fail(a, error);
  }
}

void attempt_take_failure(struct attempt *a, struct str why) {
  a->body.fresh = true;
  a->answer.host_error = arena_copy(&a->arena, str_part(why, 0, WHY_MAX));
  if (!is_done(a))
    stop(a, a->state == ATTEMPT_ASKED ? ERR_UPSTREAM_CONNECT : ERR_UPSTREAM_CUT);
}

void attempt_refuse(struct attempt *a, int error) {
  if (!is_done(a))
    fail(a, error);
}

/* ---- time ---- */

static enum clock_phase phase_of(const struct attempt *a) {
  switch (a->state) {
  case ATTEMPT_ASKED:
    return a->call.ask->stream ? PHASE_HEAD : PHASE_WHOLE_ANSWER;
  case ATTEMPT_GATE:
    return PHASE_FIRST_OUTPUT;
  case ATTEMPT_ERROR:
    return PHASE_ERROR_BODY;
  default:
    if (a->answer.complete)
      return PHASE_TAIL;
    return a->answer.at_work ? PHASE_THINKING : PHASE_MORE;
  }
}

double attempt_deadline(const struct attempt *a) {
  return clock_deadline(&a->clock, phase_of(a), &a->call.choice.target->timeouts);
}

/* A copy is not urgent; it is read often enough to notice silence in time. */
static uint32_t copy_interval(const struct attempt *a) {
  uint32_t ms = a->call.choice.target->timeouts.idle / COPY_READS;
  return ms < COPY_READ_MAX ? ms : COPY_READ_MAX;
}

uint32_t attempt_hold(const struct attempt *a, const struct coalesce *coalesce) {
  if (a->state != ATTEMPT_FLOW || a->answer.complete)
    return 0;
  if (a->relay.piped)
    return copy_interval(a);
  if (a->relay.on && !a->call.read_all)
    return 0; /* after a read that collects, the host could not pipe the rest */
  switch (a->answer.writing) {
  case EVENT_REASONING:
    return coalesce->reasoning;
  case EVENT_ARGUMENTS:
    return coalesce->arguments;
  default:
    return coalesce->text;
  }
}

void attempt_pause_clock(struct attempt *a, double ms) {
  clock_pause(&a->clock, ms);
}

bool attempt_has_output(const struct attempt *a) {
  return a->state >= ATTEMPT_FLOW && (a->state != ATTEMPT_FAILED || a->answer.had_output);
}

/* Bytes were put since the last call: they have just arrived. */
static void note_fresh(struct attempt *a, double now) {
  bool output = a->body.fresh_whole || a->answer.outputs != a->body.outputs;
  if (!a->clock.has_head && a->answer.status != 0)
    clock_note_head(&a->clock, now);
  if (a->body.fresh)
    clock_note_bytes(&a->clock, output, now);
  if (a->clock.first_output == 0 && attempt_has_output(a))
    a->clock.first_output = now;
  a->body.outputs = a->answer.outputs;
  a->body.fresh = a->body.fresh_whole = false;
}

void attempt_touch(struct attempt *a, double now) {
  bool done = is_done(a);
  note_fresh(a, now);
  if (done || now < attempt_deadline(a))
    return;
  if (a->state == ATTEMPT_GATE && a->answer.at_work) {
    a->answer.had_output = true;
    begin_flow(a);
  } else {
    stop(a, ERR_UPSTREAM_SILENT);
  }
}

void attempt_close(struct attempt *a) {
  struct arena arena = a->arena;
  reading_close(&a->reading);
  arena_drop(&arena);
}
