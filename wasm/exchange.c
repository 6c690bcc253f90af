#include "exchange.h"

#include <string.h>

#include "limits.h"
#include "models.h"
#include "responses_request.h"
#include "chat_request.h"
#include "journal.h"
#include "sse.h"

void exchange_open(struct exchange *x, struct config *config, double now, uint64_t seed) {
  *x = (struct exchange){.config = config, .opened = now, .now = now};
  arena_init(&x->arena);
  id_init(&x->ids, seed);
  buf_init(&x->chunk, &x->arena, BODY_MAX_CEILING);
  buf_init(&x->body, &x->arena, config->body_max);
  buf_init(&x->out, &x->arena, OUTPUT_MAX + ANSWER_MAX);
  buf_init(&x->reply_head, &x->arena, HEAD_MAX);
  buf_init(&x->journal, &x->arena, HEAD_MAX);
  x->facts.request_id = id_take(&x->ids, &x->arena, STR("req_"));
}

/* ---- replies ---- */

/* The reply that is in |out| becomes the plan. */
static void reply(struct exchange *x, int status, struct str content_type) {
  reply_put_head(&x->reply_head, &x->facts, content_type);
  x->status = status;
  x->place = PLACE_REPLY;
}

static void reply_failure(struct exchange *x, const struct failure *f) {
  buf_reset(&x->out);
  error_put(&x->out, f);
  reply(x, f->status, STR("application/json"));
}

static void reply_error(struct exchange *x, int error) {
  struct failure f = error_failure(error);
  reply_failure(x, &f);
}

/* ``The model `X` does not exist ...`` is what clients have always been told. */
static void reply_no_model(struct exchange *x, struct str model) {
  struct failure f = error_failure(ERR_MODEL);
  struct buf message;
  buf_init(&message, &x->arena, MESSAGE_MAX);
  buf_put(&message, STR("The model `"));
  buf_put(&message, str_part(model, 0, NAME_MAX_BYTES));
  buf_put(&message, STR("` does not exist or you do not have access to it."));
  f.message = buf_str(&message);
  f.param = STR("model");
  reply_failure(x, &f);
}

/* ---- the client's head ---- */

static void answer_model(struct exchange *x) {
  const struct route *route = route_find_name(x->config, x->endpoint.name);
  if (route == NULL) {
    reply_no_model(x, x->endpoint.name);
    return;
  }
  models_put_entry(&x->out, route, x->now);
  reply(x, 200, STR("application/json"));
}

/* What needs no body is answered at once. */
static void answer(struct exchange *x) {
  switch (x->endpoint.kind) {
    case ENDPOINT_HEALTH:
      reply_put_health(&x->out, x->config, x->now);
      reply(x, 200, STR("application/json"));
      break;
    case ENDPOINT_MODELS:
      models_put_list(&x->out, x->config, x->now);
      reply(x, 200, STR("application/json"));
      break;
    case ENDPOINT_MODEL:
      answer_model(x);
      break;
    case ENDPOINT_PREFLIGHT:
      reply_put_preflight(&x->reply_head, &x->head);
      reply(x, 204, STR_NONE);
      break;
    case ENDPOINT_RESPONSES:
    case ENDPOINT_CHAT:
      x->ask.chat = x->endpoint.kind == ENDPOINT_CHAT;
      x->place = PLACE_BODY;
      break;
  }
}

static bool is_too_large(const struct exchange *x) {
  int64_t length = 0;
  return str_integer(head_find(x->head.headers, STR("content-length")), &length) &&
         length > (int64_t)x->config->body_max;
}

static void take_head(struct exchange *x, struct str text) {
  x->head_text = arena_copy(&x->arena, text);
  int err = x->head_text.p == NULL ? ERR_MEMORY : head_parse(x->head_text, &x->head);
  if (err == 0) {
    x->facts.origin = head_find(x->head.headers, STR("origin"));
    err = endpoint_find(&x->head, &x->endpoint);
  }
  if (err == ERR_METHOD) head_put(&x->reply_head, STR("allow"), x->endpoint.allow);
  if (err == 0 && endpoint_is_private(x->endpoint.kind)) {
    err = endpoint_authorize(x->config, &x->head);
  }
  if (err == 0 && is_too_large(x)) err = ERR_BODY_SIZE;
  if (err) {
    reply_error(x, err);
  } else {
    answer(x);
  }
}

/* ---- the client's body ---- */

static void reply_bad_json(struct exchange *x, int error, size_t where) {
  struct failure f = error_failure(error);
  struct buf message;
  buf_init(&message, &x->arena, MESSAGE_MAX);
  buf_put(&message, f.message);
  buf_put(&message, STR(" at byte "));
  buf_put_integer(&message, (int64_t)where);
  buf_put_byte(&message, '.');
  f.message = buf_str(&message);
  reply_failure(x, &f);
}

static void reply_bad_field(struct exchange *x, int error, struct str param, struct str message) {
  struct failure f = error_failure(error);
  f.param = param;
  f.message = message;
  reply_failure(x, &f);
}

/* Is there anything to answer?  Only OpenAI could know of input that stands
 * elsewhere. */
static bool has_input(const struct exchange *x) {
  static const struct str names[] = {
      STR_INIT("input"), STR_INIT("prompt"), STR_INIT("previous_response_id"),
      STR_INIT("conversation"),
  };
  if (x->ask.chat) return !json_absent(json_find(x->ask.body, STR("messages")));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!json_absent(json_find(x->ask.body, names[i]))) return true;
  }
  return false;
}

/* The fields that every route needs.  True when they are well. */
static bool check_body(struct exchange *x) {
  struct json_value body = x->ask.body;
  struct json_value stream = json_find(body, STR("stream"));
  if (json_type(body) != JSON_OBJECT) {
    reply_bad_field(x, ERR_TYPE, STR_NONE, STR("The request body must be a JSON object."));
  } else if (json_absent(json_find(body, STR("model")))) {
    reply_bad_field(x, ERR_MISSING, STR("model"), STR("Missing required parameter: 'model'."));
  } else if (!json_string(json_find(body, STR("model")), &x->arena, &x->model)) {
    reply_bad_field(x, ERR_TYPE, STR("model"),
                    STR("Invalid type for 'model': expected a string."));
  } else if (!json_absent(stream) && json_type(stream) != JSON_BOOL) {
    reply_bad_field(x, ERR_TYPE, STR("stream"),
                    STR("Invalid type for 'stream': expected a boolean."));
  } else if (!has_input(x) && x->ask.chat) {
    reply_bad_field(x, ERR_MISSING, STR("messages"),
                    STR("Missing required parameter: 'messages'."));
  } else if (!has_input(x)) {
    reply_bad_field(x, ERR_MISSING, STR("input"), STR("Missing required parameter: 'input'."));
  } else {
    x->ask.stream = json_bool(stream, false);
    return true;
  }
  return false;
}

static void take_body(struct exchange *x) {
  size_t where = 0;
  x->ask.text = buf_str(&x->body);
  int err = json_parse(&x->json, &x->arena, x->ask.text, &where);
  if (err == ERR_MEMORY) {
    reply_error(x, err);
    return;
  }
  if (err) {
    reply_bad_json(x, err, where);
    return;
  }
  x->ask.body = json_root(&x->json);
  if (!check_body(x)) return;
  x->route = route_find(x->config, str_trim(x->model));
  if (x->route == NULL && x->config->route_count == 0) {
    reply_error(x, ERR_NO_ROUTES);
    return;
  }
  if (x->route == NULL) {
    reply_no_model(x, x->model);
    return;
  }
  x->facts.route = x->route->name;
  course_init(&x->course, x->config, x->route, (uint32_t)id_number(&x->ids));
  x->place = PLACE_CHOOSE;
}

/* ---- failures ---- */

/* Which failure tells the client most: its own mistake, then a limit, then
 * what is wrong upstream. */
static int rank_of(const struct failure *f) {
  if (f->status == 401 || f->status == 403) return 1;
  if (f->status == 429) return 3;
  if (f->status >= 500) return 2;
  return 4;
}

static void note_failure(struct exchange *x, const struct failure *f) {
  int rank = rank_of(f);
  if (rank < x->failure_rank) return;
  x->failure_rank = rank;
  x->failure = *f;
  x->failure.type = arena_copy(&x->arena, f->type);
  x->failure.code = arena_copy(&x->arena, f->code);
  x->failure.param = arena_copy(&x->arena, f->param);
  x->failure.message = arena_copy(&x->arena, f->message);
}

/* ``... try again in 12s`` is where the Codex CLI looks for how long. */
static struct str message_of(struct exchange *x, const struct verdict *v, struct str message) {
  if (!str_equal(v->code, STR("rate_limit_exceeded")) ||
      str_find(message, STR("try again in")) != STR_NOWHERE) {
    return message;
  }
  double ms = course_recovers(&x->course, x->now);
  struct buf b;
  buf_init(&b, &x->arena, 2 * MESSAGE_MAX);
  buf_put(&b, message);
  buf_put(&b, STR(" Please try again in "));
  buf_put_integer(&b, ms > SECOND ? (int64_t)(ms / SECOND) : 1);
  buf_put(&b, STR("s."));
  return buf_str(&b);
}

static struct failure failure_of(struct exchange *x, const struct attempt *a,
                                 const struct verdict *v) {
  struct failure f = {.status = v->status, .type = v->type, .code = v->code,
                      .param = a->trouble.param};
  f.message = a->trouble.message.n > 0 ? a->trouble.message : error_failure(ERR_UPSTREAM).message;
  f.message = message_of(x, v, f.message);
  return f;
}

static void give_up(struct exchange *x) {
  if (x->failure_rank == 0) {
    reply_error(x, course_possible(&x->course) ? ERR_UPSTREAM : ERR_NO_KEY);
    return;
  }
  x->facts.tried_all = true;
  x->facts.attempts = x->attempt_count;
  if (x->failure.status == 429 || x->failure.status >= 500) {
    x->facts.retry_after = course_recovers(&x->course, x->now);
  }
  reply_failure(x, &x->failure);
}

/* The stream is under way: say in it that it broke. */
static void break_stream(struct exchange *x, const struct failure *f) {
  /* Half a frame, where memory ran out, is nothing to send. */
  if (buf_error(&x->out)) buf_reset(&x->out);
  if (x->attempt->relay) {
    responses_put_broken(&x->out, f, SEQUENCE_AFTER_PIPE);
  } else {
    responses_writer_fail(&x->writer, f);
  }
}

static void drop_attempt(struct exchange *x) {
  if (x->attempt == NULL) return;
  attempt_close(x->attempt);
  x->attempt = NULL;
}

static void follow(struct exchange *x, const struct verdict *v) {
  enum action action = v->action;
  if (action == ACTION_SAME && x->same_spent) action = v->then;
  switch (action) {
    case ACTION_SAME:
      x->same_spent = true;
      x->pause_until = x->now + v->wait;
      x->place = PLACE_PAUSE;
      return;
    case ACTION_FAIL:
      give_up(x);
      break;
    case ACTION_PROVIDER:
      course_skip(&x->course, x->attempt->choice.target);
      x->place = PLACE_CHOOSE;
      break;
    case ACTION_KEY:
      x->place = PLACE_CHOOSE;
      break;
  }
  drop_attempt(x);
}

/* The attempt has failed: learn from it, then go on or end. */
static void take_failure(struct exchange *x) {
  struct attempt *a = x->attempt;
  struct verdict v;
  provider_judge(a->choice.target->provider, &a->trouble, x->now, (uint32_t)id_number(&x->ids),
                 &v);
  keys_fail(&x->config->keys, a->choice.key, a->choice.target->model, &v, x->now);
  journal_put_attempt(&x->journal, a, &v, x->now);
  struct failure f = failure_of(x, a, &v);
  if (x->started) {
    break_stream(x, &f);
    drop_attempt(x);
    x->place = PLACE_FLOW;
    return;
  }
  note_failure(x, &f);
  buf_reset(&x->out);
  if (v.larger_only) {
    x->course.context_over = provider_model(a->choice.target->provider,
                                            a->choice.target->model)->context;
  }
  follow(x, &v);
}

/* ---- attempts ---- */

/* The neutral form is made once, by the first attempt that needs it. */
static int translate(struct exchange *x, struct failure *f) {
  if (x->translated) return 0;
  request_init(&x->request, &x->arena);
  x->request.stream = x->ask.stream;
  x->ask.request = &x->request;
  int err = x->ask.chat ? chat_request_read(&x->request, x->ask.body, f)
                        : responses_request_read(&x->request, x->ask.body, f);
  x->translated = err == 0;
  return err;
}

static bool needs_translation(const struct exchange *x, const struct target *target) {
  if (x->ask.chat) return !target->provider->chat.native;
  return target->api == API_CHAT;
}

/* Make an attempt of |choice|.  A request that this target cannot take is a
 * failure like any other: the next may take it. */
static void open_attempt(struct exchange *x, struct choice choice) {
  struct failure f = {0};
  int err = 0;
  struct attempt *a = arena_take_zero(&x->arena, sizeof *a);
  if (a == NULL) {
    reply_error(x, ERR_MEMORY);
    return;
  }
  a->number = ++x->attempt_count;
  a->choice = choice;
  a->out = &x->out;
  a->writer = &x->writer;
  x->attempt = a;
  if (needs_translation(x, choice.target)) err = translate(x, &f);
  if (err == 0) err = attempt_open(a, &x->ask, x->now, &f);
  if (err) {
    if (f.status == 0) f = error_failure(err);
    note_failure(x, &f);
    course_skip(&x->course, choice.target);
    drop_attempt(x);
    x->attempt_count--;
    return;
  }
  if (!a->relay) {
    responses_writer_init(&x->writer, &x->out, &x->arena, &x->ids, &x->request,
                          choice.target->model, x->now);
  }
  x->place = PLACE_CALL;
}

static void choose(struct exchange *x) {
  struct choice choice;
  x->same_spent = false;
  while (x->place == PLACE_CHOOSE) {
    if (x->attempt_count >= ATTEMPTS_MAX || x->now - x->opened > RETRY_BUDGET_MS ||
        !course_next(&x->course, x->now, &choice)) {
      give_up(x);
      return;
    }
    open_attempt(x, choice);
  }
}

/* The same key once more, with a fresh attempt. */
static void call_again(struct exchange *x) {
  struct choice choice = x->attempt->choice;
  drop_attempt(x);
  x->place = PLACE_CHOOSE;
  if (x->attempt_count >= ATTEMPTS_MAX) {
    give_up(x);
  } else {
    open_attempt(x, choice);
  }
}

/* ---- the answer ---- */

static void note_winner(struct exchange *x) {
  const struct attempt *a = x->attempt;
  keys_succeed(&x->config->keys, a->choice.key, a->choice.target->model);
  x->facts.provider = a->choice.target->provider->name;
  x->facts.attempts = x->attempt_count;
  if (x->translated && needs_translation(x, a->choice.target)) {
    x->facts.lossy = buf_str(&x->request.lossy);
  }
}

static bool is_stream_reply(const struct exchange *x) {
  const struct attempt *a = x->attempt;
  return a->relay ? a->state == ATTEMPT_FLOW : x->ask.stream;
}

static void start_reply(struct exchange *x) {
  note_winner(x);
  if (is_stream_reply(x)) {
    reply_put_head(&x->reply_head, &x->facts, STR("text/event-stream"));
    x->status = 200;
    x->pinged = x->now;
    x->place = PLACE_FLOW;
    return;
  }
  if (!x->attempt->relay) responses_writer_close(&x->writer, x->now);
  journal_put_attempt(&x->journal, x->attempt, NULL, x->now);
  drop_attempt(x);
  reply(x, 200, STR("application/json"));
}

/* After puts, or when time has passed: where does the attempt stand? */
static void look_at_attempt(struct exchange *x) {
  struct attempt *a = x->attempt;
  attempt_touch(a, x->now);
  if (a->state == ATTEMPT_FAILED) {
    take_failure(x);
  } else if (x->place == PLACE_ANSWER && a->state >= ATTEMPT_FLOW) {
    start_reply(x);
  }
}

/* ---- plans ---- */

static struct plan *plan_new(struct exchange *x, enum op op) {
  x->plan = (struct plan){.op = op};
  return &x->plan;
}

static double least(double a, double b) { return a < b ? a : b; }

/* Whole milliseconds from now until |then|, at least one. */
static uint32_t ms_until(const struct exchange *x, double then) {
  double ms = then - x->now;
  return ms < 1 ? 1 : (uint32_t)(ms + 0.999);
}

static void plan_want(struct exchange *x, double until) {
  struct plan *p = plan_new(x, OP_WANT);
  p->mask = 1u << x->attempt->number;
  p->ms = ms_until(x, until);
}

static void plan_fetch(struct exchange *x) {
  struct attempt *a = x->attempt;
  struct plan *p = plan_new(x, OP_FETCH);
  p->attempt = a->number;
  p->head = buf_str(&a->head);
  for (int i = 0; i < 3; i++) p->body[i] = a->body[i];
  x->place = PLACE_ANSWER;
}

static void plan_start(struct exchange *x) {
  struct plan *p = plan_new(x, OP_START);
  p->status = (uint32_t)x->status;
  p->head = buf_str(&x->reply_head);
  x->started = true;
}

static void plan_emit(struct exchange *x) {
  struct plan *p = plan_new(x, OP_EMIT);
  p->body[0] = buf_str(&x->out);
  x->pinged = x->now;
}

/* Where there was no memory for the reply there is this one, which needs none. */
static void plan_reply(struct exchange *x) {
  struct plan *p = plan_new(x, OP_REPLY);
  bool starved = buf_error(&x->out) || buf_error(&x->reply_head);
  p->status = starved ? 503 : (uint32_t)x->status;
  p->head = starved ? STR("content-type: application/json\n") : buf_str(&x->reply_head);
  p->body[0] = starved ? STR("{\"error\":{\"message\":\"The gateway is out of memory.\","
                             "\"type\":\"server_error\",\"param\":\"\","
                             "\"code\":\"server_is_overloaded\"}}")
                       : buf_str(&x->out);
  x->place = PLACE_DONE;
}

static void plan_pipe(struct exchange *x) {
  struct plan *p = plan_new(x, OP_PIPE);
  p->attempt = x->attempt->number;
  x->place = PLACE_PIPE;
}

static void plan_done(struct exchange *x) {
  struct plan *p = plan_new(x, OP_DONE);
  buf_reset(&x->out);
  journal_put_line(&x->out, x);
  p->head = buf_str(&x->out);
}

/* The answer is complete: end the reply. */
static void end_stream(struct exchange *x) {
  if (!x->attempt->relay) responses_writer_close(&x->writer, x->now);
  journal_put_attempt(&x->journal, x->attempt, NULL, x->now);
  drop_attempt(x);
}

/* A streamed reply: its head, what is there, then more. */
static void plan_flow(struct exchange *x) {
  if (!x->started) {
    plan_start(x);
    return;
  }
  if (x->attempt != NULL && x->attempt->state == ATTEMPT_ENDED) end_stream(x);
  if (x->out.n > 0) {
    plan_emit(x);
  } else if (x->attempt == NULL) {
    x->place = PLACE_DONE;
  } else if (x->attempt->relay) {
    plan_pipe(x);
  } else if (x->now >= x->pinged + PING_MS) {
    sse_put_comment(&x->out, STR("ping"));
    plan_emit(x);
  } else {
    plan_want(x, least(attempt_deadline(x->attempt), x->pinged + PING_MS));
  }
}

/* One step; false when a plan has been made. */
static bool step(struct exchange *x) {
  enum exchange_place place = x->place;
  switch (place) {
    case PLACE_HEAD:
    case PLACE_BODY:
      plan_new(x, OP_WANT)->mask = 1;
      return false;
    case PLACE_CHOOSE:
      choose(x);
      return true;
    case PLACE_PAUSE:
      if (x->now >= x->pause_until) {
        call_again(x);
        return true;
      }
      plan_new(x, OP_WAIT)->ms = ms_until(x, x->pause_until);
      return false;
    case PLACE_CALL:
      plan_fetch(x);
      return false;
    case PLACE_ANSWER:
      attempt_sent(x->attempt);
      look_at_attempt(x);
      if (x->place != PLACE_ANSWER) return true;
      plan_want(x, attempt_deadline(x->attempt));
      return false;
    case PLACE_FLOW:
      if (x->attempt != NULL && x->started) look_at_attempt(x);
      plan_flow(x);
      return x->place != PLACE_FLOW && x->place != PLACE_PIPE;
    case PLACE_PIPE:
      plan_pipe(x);
      return false;
    case PLACE_REPLY:
      plan_reply(x);
      return false;
    case PLACE_DONE:
      plan_done(x);
      return false;
  }
  return false;
}

const struct plan *exchange_next(struct exchange *x, double now) {
  x->now = now;
  /* What was emitted has been taken. */
  if (x->plan.op == OP_EMIT || x->plan.op == OP_REPLY) buf_reset(&x->out);
  while (step(x)) continue;
  return &x->plan;
}

/* ---- puts ---- */

/* What cannot be held ends what it is of. */
static void refuse_room(struct exchange *x, int error) {
  switch (x->place) {
    case PLACE_HEAD:
      reply_error(x, error == ERR_LIMIT ? ERR_HEAD_SIZE : error);
      break;
    case PLACE_BODY:
      reply_error(x, error == ERR_LIMIT ? ERR_BODY_SIZE : error);
      break;
    default:
      if (x->attempt != NULL) attempt_refuse(x->attempt, error);
  }
}

char *exchange_room(struct exchange *x, size_t n) {
  struct buf *b = x->place == PLACE_BODY ? &x->body : &x->chunk;
  if (b == &x->chunk) buf_reset(b);
  if (x->place == PLACE_HEAD && n > HEAD_MAX) {
    refuse_room(x, ERR_LIMIT);
    return NULL;
  }
  char *room = buf_room(b, n);
  if (room == NULL) refuse_room(x, buf_error(b));
  return room;
}

static int put_of_client(struct exchange *x, enum put_kind kind, size_t n) {
  if (kind == PUT_HEAD && x->place == PLACE_HEAD) {
    take_head(x, str_of(x->chunk.p, n));
  } else if (kind == PUT_BODY && x->place == PLACE_BODY) {
    buf_commit(&x->body, n);
  } else if (kind == PUT_END && x->place == PLACE_BODY) {
    take_body(x);
  } else if (kind == PUT_FAILED && x->place == PLACE_BODY) {
    reply_error(x, ERR_BODY_CUT);
  } else {
    return ERR_STALE;
  }
  return 0;
}

/* A pipe has ended: well, or with the upstream's connection. */
static void end_pipe(struct exchange *x, enum put_kind kind) {
  if (kind == PUT_END) {
    x->attempt->state = ATTEMPT_ENDED;
  } else {
    attempt_take_failure(x->attempt);
  }
  x->place = PLACE_FLOW;
}

int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n) {
  if (attempt == 0) return put_of_client(x, kind, n);
  struct attempt *a = x->attempt;
  if (a == NULL || a->number != attempt) return ERR_STALE;
  struct str text = str_of(x->chunk.p, n);
  if (x->place == PLACE_PIPE) {
    end_pipe(x, kind);
    return 0;
  }
  switch (kind) {
    case PUT_ANSWER_HEAD: attempt_take_head(a, text); break;
    case PUT_CHUNK: attempt_take_chunk(a, text); break;
    case PUT_END: attempt_take_end(a); break;
    case PUT_FAILED: attempt_take_failure(a); break;
    default: return ERR_STALE;
  }
  return 0;
}

void exchange_close(struct exchange *x) {
  drop_attempt(x);
  arena_drop(&x->arena);
}
