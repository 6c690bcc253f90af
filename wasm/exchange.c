/* exchange.c -- see exchange.h. */
#include "exchange.h"

#include "journal.h"
#include "limits.h"
#include "models.h"
#include "sharing.h"
#include "sse.h"
#include "status.h"
#include "usage.h"

void exchange_open(struct exchange *x, struct config *config, double now, uint64_t seed) {
  *x = (struct exchange){.config = config, .opened = now, .now = now};
  id_init(&x->ids, seed);
  buf_init(&x->chunk, &x->arena, BODY_MAX_CEILING);
  buf_init(&x->head, &x->arena, HEAD_MAX);
  buf_init(&x->body, &x->arena, ANSWER_MAX);
  buf_init(&x->lines, &x->arena, STORE_LINES_MAX);
  intake_open(&x->intake, config, &x->arena);
  x->facts.request_id = id_take(&x->ids, &x->arena, STR("req_"));
}

/* ---- replies ---- */

/* What is in |body| becomes the reply. */
static void reply(struct exchange *x, int status, struct str content_type) {
  reply_put_head(&x->head, &x->facts, content_type);
  x->status = status;
  x->place = PLACE_REPLY;
}

static void reply_failure(struct exchange *x, const struct failure *f) {
  buf_reset(&x->body);
  error_put(&x->body, f);
  reply(x, f->status, STR("application/json"));
}

static void reply_error(struct exchange *x, int error) {
  struct failure f = error_failure(error);
  reply_failure(x, &f);
}

/* ---- what the client sends ---- */

static void answer_model(struct exchange *x) {
  struct str name = head_decode(x->intake.endpoint.name, &x->arena);
  const struct route *route = route_find_name(x->config, name);
  if (route != NULL) {
    models_put_entry(&x->body, route, x->now);
    reply(x, 200, STR("application/json"));
    return;
  }
  struct failure f;
  intake_refuse_model(&x->intake, name, &f);
  reply_failure(x, &f);
}

/* The page may load nothing but itself and talk to nobody but this gateway; it
 * names its script and style by their hashes itself, which only tightens this. */
static void answer_page(struct exchange *x) {
  head_put(&x->head, STR("content-security-policy"),
           STR("default-src 'none'; style-src 'unsafe-inline'; "
               "script-src 'unsafe-inline' 'wasm-unsafe-eval'; "
               "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
               "frame-ancestors 'none'"));
  head_put(&x->head, STR("x-content-type-options"), STR("nosniff"));
  head_put(&x->head, STR("referrer-policy"), STR("no-referrer"));
  x->page = true;
  reply(x, 200, STR("text/html; charset=utf-8"));
}

static void answer_checker(struct exchange *x) {
  x->page = true;
  reply(x, 200, STR("application/wasm"));
}

/* A report: some of it is known here, the rest is in the store. */
static void take_report(struct exchange *x, struct str stored) {
  if (x->intake.endpoint.kind == ENDPOINT_USAGE) {
    status_put_usage(&x->body, stored);
  } else {
    status_put(&x->body, x->config, stored, x->now);
  }
  reply(x, 200, STR("application/json"));
}

static void ask_store(struct exchange *x) {
  usage_put(x->config->usage, &x->lines, x->now);
  if (x->intake.endpoint.kind == ENDPOINT_USAGE) {
    status_put_usage_question(&x->lines, x->intake.head.query, x->now);
  } else {
    sharing_put_question(&x->lines, x->now);
    status_put_question(&x->lines, x->now);
  }
  x->place = PLACE_STORE;
  if (!x->config->store)
    take_report(x, STR_NONE);
}

static void call_doctor(struct exchange *x) {
  x->doctor = arena_take(&x->arena, sizeof *x->doctor);
  if (x->doctor == NULL ||
      doctor_init(x->doctor, x->config, &x->arena, &x->ids, x->intake.head.query) != 0) {
    reply_error(x, ERR_MEMORY);
  } else {
    x->place = PLACE_DOCTOR;
  }
}

/* What needs no body is answered at once. */
static void answer(struct exchange *x) {
  switch (x->intake.endpoint.kind) {
  case ENDPOINT_HEALTH:
    reply_put_health(&x->body, x->config, x->now);
    reply(x, 200, STR("application/json"));
    break;
  case ENDPOINT_MODELS:
    models_put_list(&x->body, x->config, x->now);
    reply(x, 200, STR("application/json"));
    break;
  case ENDPOINT_MODEL:
    answer_model(x);
    break;
  case ENDPOINT_CONSOLE:
    answer_page(x);
    break;
  case ENDPOINT_CHECKER:
    answer_checker(x);
    break;
  case ENDPOINT_STATUS:
  case ENDPOINT_USAGE:
    ask_store(x);
    break;
  case ENDPOINT_DOCTOR:
    call_doctor(x);
    break;
  case ENDPOINT_PREFLIGHT:
    reply_put_preflight(&x->head, &x->intake.head);
    reply(x, 204, STR_NONE);
    break;
  case ENDPOINT_RESPONSES:
  case ENDPOINT_CHAT:
    x->place = PLACE_BODY;
    break;
  }
}

static void take_head(struct exchange *x, struct str text) {
  int err = intake_take_head(&x->intake, text);
  x->facts.origin = head_find(x->intake.head.headers, STR("origin"));
  if (err == ERR_METHOD)
    head_put(&x->head, STR("allow"), x->intake.endpoint.allow);
  if (err) {
    reply_error(x, err);
  } else {
    answer(x);
  }
}

/* The first item from |item| on that holds thoughts of this gateway's sealing. */
static struct item *next_sealed(struct item *item) {
  while (item != NULL && item->sealed.n == 0)
    item = item->next;
  return item;
}

/* Only a body that holds such thoughts is read now; others as late as can be. */
static void look_for_sealed(struct exchange *x) {
  struct failure f;
  struct ask *ask = &x->intake.ask;
  if (str_find(ask->text, STR("\"" SEAL_PREFIX)) == STR_NOWHERE || ask->chat)
    return;
  if (pursuit_translate(&x->pursuit, &f) != 0)
    return;
  x->sealed = next_sealed(ask->request->items);
  if (x->sealed != NULL)
    x->place = PLACE_UNSEAL;
}

static void take_unsealed(struct exchange *x, struct str thoughts) {
  struct request *r = x->intake.ask.request;
  struct item *item = x->sealed;
  struct str kept = arena_copy(&x->arena, thoughts);
  item->sealed = STR_NONE;
  if (kept.n > 0) {
    item->parts = NULL;
    item->parts_end = &item->parts;
  }
  if (kept.n == 0 || item_add_part(r, item, PART_TEXT, kept) == NULL) {
    request_lose(r, STR("reasoning.encrypted_content")); /* tampered with, or another token's */
  }
  x->sealed = next_sealed(item->next);
  if (x->sealed == NULL)
    x->place = PLACE_PURSUE;
}

static void take_body(struct exchange *x) {
  struct failure f;
  if (intake_take_body(&x->intake, &f)) {
    reply_failure(x, &f);
    return;
  }
  x->facts.route = x->intake.route->name;
  pursuit_init(&x->pursuit, x->config, x->intake.route, &x->arena, &x->ids, &x->intake.ask);
  x->pursuing = true;
  x->place = PLACE_PURSUE;
  look_for_sealed(x);
}

/* ---- the end of the pursuit ---- */

static void note_winner(struct exchange *x) {
  const struct attempt *a = x->pursuit.winner;
  x->facts.provider = a->choice.target->provider->name;
  x->facts.attempts = x->pursuit.count;
  x->facts.lossy = arena_copy(&x->arena, a->lossy);
}

/* What the answer cost, when that is known: "0.000123". */
static struct str cost_of(struct exchange *x) {
  const struct pursuit *p = &x->pursuit;
  struct buf text;
  buf_init(&text, &x->arena, NAME_MAX_BYTES);
  if (p->by.target != NULL)
    usage_put_cost(&text, usage_cost(x->intake.route, p->by.target, &p->usage));
  return buf_str(&text);
}

/* "0.000123 usd" */
static void note_cost(struct exchange *x) {
  struct buf text;
  struct str amount = cost_of(x);
  buf_init(&text, &x->arena, HEAD_MAX);
  buf_put(&text, amount);
  buf_put_byte(&text, ' ');
  buf_put(&text, usage_currency(x->intake.route, x->pursuit.by.target));
  if (amount.n > 0)
    x->facts.cost = buf_str(&text);
}

/* The winner's answer goes out whole. */
static void reply_whole(struct exchange *x) {
  struct answer *answer = x->pursuit.answer;
  answer_close(answer, x->now);
  pursuit_close_winner(&x->pursuit, x->now);
  note_cost(x);
  if (answer_error(answer)) {
    reply_error(x, answer_error(answer));
  } else {
    reply(x, 200, STR("application/json"));
  }
}

static void take_winner(struct exchange *x) {
  const struct attempt *a = x->pursuit.winner;
  if (x->started) {
    x->place = PLACE_FLOW; /* it goes on with what another began */
    return;
  }
  note_winner(x);
  bool streamed = a->relay ? a->state != ATTEMPT_ENDED : x->intake.ask.stream;
  if (!streamed) {
    reply_whole(x);
    return;
  }
  reply_put_head(&x->head, &x->facts, STR("text/event-stream"));
  x->status = 200;
  x->place = PLACE_FLOW;
}

/* Nobody answers.  Where the reply is under way, it says so itself. */
static void give_up(struct exchange *x) {
  const struct failure *f = &x->pursuit.failure;
  if (x->started) {
    answer_fail(x->pursuit.answer, f);
    x->broken = true;
    x->place = PLACE_FLOW;
    return;
  }
  x->facts.attempts = x->pursuit.count;
  x->facts.tried_all = x->pursuit.count > 0;
  if (f->status == 429 || f->status >= 500) {
    x->facts.retry_after = pursuit_recovers(&x->pursuit, x->now);
  }
  reply_failure(x, f);
}

/* ---- plans ---- */

static struct plan *plan_new(struct exchange *x, enum op op) {
  x->plan = (struct plan){.op = op};
  return &x->plan;
}

static double sooner(double a, double b) {
  return a < b ? a : b;
}

/* Whole milliseconds from now until |then|, at least one. */
static uint32_t ms_until(const struct exchange *x, double then) {
  double ms = then - x->now;
  return ms < 1 ? 1 : (uint32_t)(ms + 0.999);
}

static struct plan *plan_want(struct exchange *x, double until) {
  uint32_t mask = pursuit_mask(&x->pursuit);
  struct plan *p = plan_new(x, mask == 0 ? OP_WAIT : OP_WANT);
  p->mask = mask;
  p->ms = ms_until(x, until);
  return p;
}

static void plan_fetch(struct exchange *x) {
  const struct attempt *a = x->pursuit.calling;
  struct plan *p = plan_new(x, OP_FETCH);
  p->attempt = a->number;
  p->head = buf_str(&a->head);
  for (int i = 0; i < PLAN_PARTS; i++)
    p->body[i] = a->body[i];
  pursuit_called(&x->pursuit);
}

static void plan_start(struct exchange *x) {
  struct plan *p = plan_new(x, OP_START);
  p->status = (uint32_t)x->status;
  p->head = buf_str(&x->head);
  x->started = true;
  x->emitted = x->now;
}

/* What the client wanted sealed is sealed before it goes out. */
static bool plan_seal(struct exchange *x) {
  struct str thoughts = answer_unsealed(x->pursuit.answer);
  if (thoughts.n > 0)
    plan_new(x, OP_SEAL)->body[0] = thoughts;
  return thoughts.n > 0;
}

static void plan_emit(struct exchange *x) {
  if (plan_seal(x))
    return;
  struct plan *p = plan_new(x, OP_EMIT);
  p->body[0] = buf_str(&x->pursuit.answer->out);
  x->sent += (double)p->body[0].n;
}

/* What there was no memory for is answered without any. */
static void plan_starved(struct exchange *x) {
  struct plan *p = plan_new(x, OP_REPLY);
  p->status = 503;
  p->head = STR("content-type: application/json\n");
  p->body[0] = STR("{\"error\":{\"message\":\"The gateway is out of memory.\","
                   "\"type\":\"server_error\",\"param\":\"\","
                   "\"code\":\"server_is_overloaded\"}}");
}

static void plan_reply(struct exchange *x) {
  bool own = x->pursuit.answer == NULL || x->body.n > 0;
  if (!own && plan_seal(x))
    return;
  x->place = PLACE_DONE;
  if (buf_error(&x->head) || (own && buf_error(&x->body))) {
    plan_starved(x);
    return;
  }
  struct plan *p = plan_new(x, x->page ? OP_PAGE : OP_REPLY);
  p->attempt = x->intake.endpoint.kind == ENDPOINT_CHECKER;
  p->status = (uint32_t)x->status;
  p->head = buf_str(&x->head);
  p->body[0] = own ? buf_str(&x->body) : buf_str(&x->pursuit.answer->out);
  x->sent = (double)p->body[0].n;
  x->unseen = x->page;
}

static void plan_pipe(struct exchange *x) {
  plan_new(x, OP_PIPE)->attempt = x->pursuit.winner->number;
  x->place = PLACE_PIPE;
  x->unseen = true;
}

static void note_usage(struct exchange *x) {
  const struct pursuit *p = &x->pursuit;
  struct usage_note note = {.route = x->intake.route,
                            .target = p->by.target,
                            .key = p->by.key,
                            .failed = !x->left && (x->broken || x->status >= 400),
                            .failovers = p->count > 0 ? p->count - 1 : 0,
                            .first_ms = p->by.target != NULL ? p->first_ms : -1,
                            .usage = p->usage};
  usage_take(x->config->usage, &note);
}

static enum journal_outcome outcome_of(const struct exchange *x) {
  if (x->left)
    return JOURNAL_LEFT;
  if (x->broken)
    return JOURNAL_BROKEN;
  return x->status >= 400 ? JOURNAL_FAILED : JOURNAL_ANSWERED;
}

static void put_line(struct exchange *x) {
  const struct intake *in = &x->intake;
  struct journal_facts facts = {.id = x->facts.request_id,
                                .method = in->head.method,
                                .path = in->head.path,
                                .model = str_part(in->model, 0, NAME_MAX_BYTES),
                                .attempts = buf_str(&x->pursuit.journal),
                                .usage = x->pursuit.usage,
                                .status = x->status,
                                .outcome = outcome_of(x),
                                .ms = (x->served > 0 ? x->served : x->now) - x->opened,
                                .bytes_in = x->received,
                                .bytes_out = x->unseen ? -1 : x->sent,
                                .stream = in->ask.stream};
  if (in->route != NULL) {
    facts.route = in->route->name;
    facts.cost = cost_of(x);
    facts.currency = usage_currency(in->route, x->pursuit.by.target);
  }
  journal_put_line(&x->body, &facts);
}

static void plan_done(struct exchange *x) {
  if (x->pursuing && !x->noted)
    note_usage(x);
  x->noted = true;
  buf_reset(&x->body);
  put_line(x);
  struct plan *p = plan_new(x, OP_DONE);
  p->head = buf_str(&x->body);
  if (x->config->store && x->config->usage->untold)
    p->ms = USAGE_FLUSH_MS;
}

/* ---- what a stream used that was piped ---- */

static void open_count(struct exchange *x, const struct attempt *a) {
  /* One more call than there were attempts: it must fit among their bits. */
  x->counting = stored_may_tell(a) && x->pursuit.count < ATTEMPTS_CEILING;
  if (x->counting)
    stored_open(&x->stored, &x->arena, a, x->pursuit.count + 1);
}

static void plan_ask_stored(struct exchange *x) {
  struct plan *p = plan_new(x, OP_FETCH);
  p->attempt = x->stored.number;
  p->head = buf_str(&x->stored.head);
  stored_called(&x->stored, x->now);
}

/* The client does not wait for this. */
static bool count(struct exchange *x) {
  struct stored *s = &x->stored;
  if (x->served == 0) {
    plan_new(x, OP_CLOSE);
    x->served = x->now;
  } else if (!s->over && !s->called) {
    plan_ask_stored(x);
  } else if (!s->over && x->now < s->deadline) {
    struct plan *p = plan_new(x, OP_WANT);
    p->mask = 1u << s->number;
    p->ms = ms_until(x, s->deadline);
  } else {
    x->pursuit.usage = s->usage;
    x->place = PLACE_DONE;
    return true;
  }
  return false;
}

/* ---- the streamed reply ---- */

/* Where does the winner stand?  False when another is to go on. */
static bool look_at_winner(struct exchange *x) {
  struct attempt *a = x->pursuit.winner;
  struct answer *answer = x->pursuit.answer;
  if (a == NULL)
    return true;
  attempt_touch(a, x->now);
  if (a->state == ATTEMPT_ENDED) {
    answer_close(answer, x->now);
    x->broken = a->told;
    open_count(x, a);
    pursuit_close_winner(&x->pursuit, x->now);
  } else if (a->state == ATTEMPT_FAILED) {
    if (pursuit_continue(&x->pursuit, x->now))
      return false;
    answer_fail(answer, &x->pursuit.failure);
    x->broken = true;
  }
  return true;
}

/* The reply's head, what is there, then more. */
static void plan_flow(struct exchange *x) {
  struct attempt *a = x->pursuit.winner;
  struct answer *answer = x->pursuit.answer;
  if (!x->started) {
    plan_start(x);
  } else if (answer->out.n > 0) {
    plan_emit(x);
  } else if (a == NULL) {
    x->place = x->counting ? PLACE_COUNT : PLACE_DONE;
  } else if (a->relay && !a->read_all) {
    plan_pipe(x);
  } else if (x->now >= x->emitted + PING_MS) {
    sse_put_comment(&answer->out, STR("ping"));
    plan_emit(x);
  } else {
    struct plan *p = plan_want(x, sooner(attempt_deadline(a), x->emitted + PING_MS));
    p->least = pace_least(&a->pace, x->intake.route->coalesce_ms);
  }
}

/* While a second upstream is asked to go on, the client must not fall asleep. */
static void plan_pursue(struct exchange *x) {
  double until = pursuit_until(&x->pursuit);
  if (!x->started) {
    plan_want(x, until);
  } else if (x->pursuit.answer->out.n > 0) {
    plan_emit(x);
  } else if (x->now >= x->emitted + PING_MS) {
    sse_put_comment(&x->pursuit.answer->out, STR("ping"));
    plan_emit(x);
  } else {
    plan_want(x, sooner(until, x->emitted + PING_MS));
  }
}

/* ---- the store and the doctor ---- */

static void plan_store(struct exchange *x) {
  struct plan *p = plan_new(x, OP_LOAD);
  p->body[0] = buf_str(&x->lines);
  p->ms = REPORT_WAIT_MS;
}

static bool examine(struct exchange *x) {
  struct doctor *d = x->doctor;
  struct plan *p;
  switch (doctor_next(d, x->now)) {
  case DOCTOR_CALL:
    p = plan_new(x, OP_FETCH);
    p->attempt = d->attempt->number;
    p->head = buf_str(&d->attempt->head);
    for (int i = 0; i < PLAN_PARTS; i++)
      p->body[i] = d->attempt->body[i];
    doctor_called(d);
    return false;
  case DOCTOR_WAIT:
    p = plan_new(x, OP_WANT);
    p->mask = 1u << d->attempt->number;
    p->ms = ms_until(x, attempt_deadline(d->attempt));
    return false;
  case DOCTOR_DONE:
    buf_put(&x->body, buf_str(&d->report));
    reply(x, 200, STR("application/json"));
    return true;
  }
  return true;
}

/* ---- steps ---- */

/* True when there is more to do before a plan can be made. */
static bool pursue(struct exchange *x) {
  switch (pursuit_next(&x->pursuit, x->now)) {
  case PURSUIT_CALL:
    plan_fetch(x);
    return false;
  case PURSUIT_WAIT:
    plan_pursue(x);
    return false;
  case PURSUIT_WON:
    take_winner(x);
    return true;
  case PURSUIT_LOST:
    give_up(x);
    return true;
  }
  return false;
}

static bool flow(struct exchange *x) {
  if (x->started && !look_at_winner(x)) {
    x->place = PLACE_PURSUE;
    return true;
  }
  plan_flow(x);
  return x->place == PLACE_DONE || x->place == PLACE_COUNT;
}

static bool step(struct exchange *x) {
  switch (x->place) {
  case PLACE_HEAD:
  case PLACE_BODY:
    plan_new(x, OP_WANT)->mask = 1;
    return false;
  case PLACE_UNSEAL:
    plan_new(x, OP_UNSEAL)->body[0] = x->sealed->sealed;
    return false;
  case PLACE_STORE:
    plan_store(x);
    return false;
  case PLACE_DOCTOR:
    return examine(x);
  case PLACE_PURSUE:
    return pursue(x);
  case PLACE_FLOW:
    return flow(x);
  case PLACE_PIPE:
    plan_pipe(x);
    return false;
  case PLACE_COUNT:
    return count(x);
  case PLACE_REPLY:
    plan_reply(x);
    return false;
  case PLACE_DONE:
    plan_done(x);
    return false;
  }
  return false;
}

/* ---- the store ---- */

/* At an isolate's start, and where a limit was met: what do others know? */
static bool should_recall(const struct exchange *x) {
  if (x->place != PLACE_PURSUE || x->recalled)
    return false;
  return !x->config->recalled || x->pursuit.limited;
}

/* True when the plan is to tell the store of keys, or to ask it. */
static bool share(struct exchange *x) {
  struct keys *keys = &x->config->keys;
  bool recall = should_recall(x);
  if (x->place == PLACE_STORE)
    return false;
  if (!x->config->store || (!recall && !sharing_pending(keys)))
    return false;
  /* What is not told now the next request tells. */
  if (x->store_calls == STORE_CALLS_MAX)
    return false;
  x->store_calls++;
  buf_reset(&x->lines);
  if (recall) {
    sharing_put_question(&x->lines, x->now);
    x->config->recalled = x->recalled = true;
  }
  sharing_put(keys, &x->lines);
  struct plan *p = plan_new(x, recall ? OP_LOAD : OP_SAVE);
  p->ms = recall ? STORE_WAIT_MS : 0;
  p->body[0] = buf_str(&x->lines);
  return true;
}

/* What was handed out has been taken, at the client's pace. */
static void take_emitted(struct exchange *x, double now) {
  buf_reset(&x->pursuit.answer->out);
  pursuit_excuse(&x->pursuit, now - x->now);
  x->emitted = now;
}

const struct plan *exchange_next(struct exchange *x, double now) {
  if (x->plan.op == OP_EMIT)
    take_emitted(x, now);
  x->now = now;
  if (!x->left && share(x))
    return &x->plan;
  while (step(x))
    continue;
  return &x->plan;
}

/* ---- puts ---- */

/* What cannot be held ends what it is of. */
static void refuse_room(struct exchange *x, int error) {
  bool large = error == ERR_LIMIT;
  if (x->place == PLACE_HEAD) {
    reply_error(x, large ? ERR_HEAD_SIZE : error);
  } else if (x->place == PLACE_BODY) {
    reply_error(x, large ? ERR_BODY_SIZE : error);
  } else {
    if (x->pursuit.first != NULL)
      attempt_refuse(x->pursuit.first, error);
    if (x->pursuit.rival != NULL)
      attempt_refuse(x->pursuit.rival, error);
    if (x->doctor != NULL && x->doctor->attempt != NULL) {
      attempt_refuse(x->doctor->attempt, error);
    }
    x->stored.over = true;
  }
}

char *exchange_room(struct exchange *x, size_t n) {
  struct buf *b = x->place == PLACE_BODY ? &x->intake.body : &x->chunk;
  if (b == &x->chunk)
    buf_reset(b);
  if (x->place == PLACE_HEAD && n > HEAD_MAX) {
    refuse_room(x, ERR_LIMIT);
    return NULL;
  }
  char *room = buf_room(b, n);
  if (room == NULL)
    refuse_room(x, buf_error(b));
  return room;
}

/* The host has done what only it can do, or could not: |text| is then empty. */
static int put_of_host(struct exchange *x, struct str text) {
  switch (x->plan.op) {
  case OP_LOAD:
    sharing_take(&x->config->keys, text, x->now);
    if (x->place == PLACE_STORE)
      take_report(x, text);
    return 0;
  case OP_SEAL:
    answer_seal(x->pursuit.answer, text);
    return 0;
  case OP_UNSEAL:
    take_unsealed(x, text);
    return 0;
  default:
    return ERR_STALE;
  }
}

/* Nobody is left to answer: what is under way is no longer wanted, and the log
 * says so.  499 is what others log then. */
static int take_leave(struct exchange *x) {
  if (!x->started)
    x->status = 499;
  if (x->pursuing)
    pursuit_journal(&x->pursuit, x->now);
  x->left = true;
  x->place = PLACE_DONE;
  return 0;
}

static int put_of_client(struct exchange *x, enum put_kind kind, size_t n) {
  if (kind == PUT_LEFT)
    return take_leave(x);
  if (kind == PUT_HEAD && x->place == PLACE_HEAD) {
    take_head(x, str_of(x->chunk.p, n));
  } else if (kind == PUT_BODY && x->place == PLACE_BODY) {
    buf_commit(&x->intake.body, n);
    x->received += (double)n;
  } else if (kind == PUT_END && x->place == PLACE_BODY) {
    take_body(x);
  } else if (kind == PUT_FAILED && x->place == PLACE_BODY) {
    reply_error(x, ERR_BODY_CUT);
  } else if (kind == PUT_STORED) {
    return put_of_host(x, str_of(x->chunk.p, n));
  } else if (kind == PUT_FAILED) {
    return put_of_host(x, STR_NONE);
  } else {
    return ERR_STALE;
  }
  return 0;
}

int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n) {
  if (attempt == 0)
    return put_of_client(x, kind, n);
  if (x->counting && attempt == x->stored.number)
    return stored_take(&x->stored, kind, str_of(x->chunk.p, n));
  struct attempt *a = x->pursuing ? pursuit_find(&x->pursuit, attempt) : NULL;
  if (x->doctor != NULL && x->doctor->attempt != NULL)
    a = x->doctor->attempt;
  struct str text = str_of(x->chunk.p, n);
  if (a == NULL || a->number != attempt)
    return ERR_STALE;
  if (x->place == PLACE_PIPE)
    x->place = PLACE_FLOW;
  switch (kind) {
  case PUT_ANSWER_HEAD:
    attempt_take_head(a, text);
    return 0;
  case PUT_CHUNK:
    attempt_take_chunk(a, text);
    return 0;
  case PUT_END:
    attempt_take_end(a);
    return 0;
  case PUT_FAILED:
    attempt_take_failure(a, text);
    return 0;
  default:
    return ERR_STALE;
  }
}

void exchange_close(struct exchange *x) {
  if (x->pursuing)
    pursuit_close(&x->pursuit);
  if (x->doctor != NULL)
    doctor_close(x->doctor);
  arena_drop(&x->arena);
}
