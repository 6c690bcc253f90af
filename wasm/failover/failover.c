/* failover.c -- see failover.h. */
#include "failover/failover.h"

#include "failover/attempt_log.h"
#include "failover/not_asked.h"
#include "item/compaction.h"
#include "limits.h"
#include "provider/context_overflow.h"
#include "provider/parameters.h"
#include "provider/verdict.h"

/* Does the neutral form hold all that the client asked? */
static bool is_all_neutral(const struct request *r) {
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind != TOOL_FUNCTION && t->kind != TOOL_CUSTOM)
      return false;
  }
  return r->lossy.n == 0 && r->extras == NULL;
}

void failover_init(struct failover *p, struct config *config, struct route *route,
                   struct arena *arena, struct id_source *ids, struct ask *ask,
                   struct memory *memory) {
  *p =
      (struct failover){.config = config, .arena = arena, .ids = ids, .ask = ask, .memory = memory};
  p->retry.budget = route->retry_budget_ms;
  course_init(&p->course, config, route, (uint32_t)id_number(ids));
  memory_prefers(memory, route, &p->course.preferred);
  buf_init(&p->attempt_log, arena, HEAD_MAX);
  buf_init(&p->not_asked, arena, HEAD_MAX);
  /* Only a translated answer can be continued by another attempt. */
  struct failure f;
  if (route->continue_on_failure && ask->stream && failover_read_request(p, &f) == 0) {
    ask->translate = is_all_neutral(ask->request);
  }
}

static bool may_try(const struct failover *p) {
  return p->count < p->course.route->max_attempts;
}

/* ---- failures ---- */

/* The Codex CLI reads how long to wait from "try again in 12s". */
static struct str message_of(struct failover *p, const struct verdict *v, struct str message,
                             double now) {
  struct buf b;
  if (!str_equal(v->code, STR("rate_limit_exceeded")) ||
      str_find(message, STR("try again in")) != STR_NOWHERE) {
    return message;
  }
  double ms = course_recovers(&p->course, now);
  buf_init(&b, p->arena, 2 * MESSAGE_MAX);
  buf_put(&b, message);
  buf_put(&b, STR(" Please try again in "));
  buf_put_integer(&b, ms > SECOND ? (int64_t)((ms + SECOND - 1) / SECOND) : 1);
  buf_put(&b, STR("s."));
  return buf_error(&b) ? message : buf_str(&b);
}

static struct failure failure_of(struct failover *p, const struct attempt *a,
                                 const struct verdict *v, double now) {
  /* The verdict's message stands in for an upstream's that could tell a secret. */
  const struct trouble *t = &a->answer.trouble;
  struct str message = v->message.n > 0 ? v->message : t->message;
  if (message.n == 0)
    message = error_failure(ERR_UPSTREAM).message;
  if (v->larger_only)
    message = context_overflow_message(message, target_window(a->call.choice.target), p->arena);
  return (struct failure){.status = v->status,
                          .type = v->type,
                          .code = v->code,
                          .param = t->param,
                          .message = message_of(p, v, message, now)};
}

static bool is_violated(const struct attempt *a) {
  return a->reading.constraint.violated;
}

/* The model cannot do what the client demands: another may, and no key is to blame. */
static struct verdict violation_verdict(const struct attempt *a) {
  return (struct verdict){.action = ACTION_PROVIDER,
                          .then = ACTION_PROVIDER,
                          .blame = BLAME_NOBODY,
                          .status = a->answer.trouble.status,
                          .type = STR("server_error"),
                          .code = a->answer.trouble.code};
}

/* Take note of how |a| failed: for its key, the log and the client. */
static void judge(struct failover *p, struct attempt *a, struct verdict *v, double now) {
  const struct choice *choice = &a->call.choice;
  const struct target *t = choice->target;
  provider_judge(t->provider, &a->answer.trouble, now, (uint32_t)id_number(p->ids), v);
  if (is_violated(a))
    *v = violation_verdict(a);
  keys_fail(&p->config->keys, choice->key, t->model, v, now);
  attempt_log_put(&p->attempt_log, a, v, p->opened, now);
  struct failure f = failure_of(p, a, v, now);
  best_failure_note(&p->best, p->arena, &f, failure_rank_of(v));
  p->rate_limited |= v->status == 429;
  if (v->larger_only)
    p->course.context_over = target_window(t);
}

static void drop(struct failover *p, struct attempt *a) {
  if (p->first == a) {
    p->first = p->rival;
    p->rival = NULL;
  } else if (p->rival == a) {
    p->rival = NULL;
  }
  if (p->winner == a)
    p->winner = NULL;
  if (a->writer != p->writer)
    dialect_writer_drop(a->writer);
  attempt_close(a);
}

/* The model's answer violates what the client demands: the same model is asked once more,
 * and told what was wrong. */
static bool repair(struct failover *p, struct attempt *a, double now) {
  if (!is_violated(a) || p->repaired || !may_try(p))
    return false;
  p->repaired = true;
  if (!resume_violated(&p->resume, p->ask->request, &a->reading.constraint))
    return false;
  p->ask->added = *p->resume.end;
  attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  p->writer = a->writer;
  dialect_writer_continue(p->writer);
  retry_at_once(&p->retry, a->call.choice, now);
  drop(p, a);
  return true;
}

/* The model refuses a member of the request that is not worth a failure: once more without
 * it, and every later request goes without it at once. */
static bool ask_without(struct failover *p, struct attempt *a, double now) {
  struct target *t = a->call.choice.target;
  uint32_t refused = parameter_refused(&a->answer.trouble);
  if (refused == 0 || (t->refused & refused) != 0 || !may_try(p))
    return false;
  t->refused |= refused;
  attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  retry_at_once(&p->retry, a->call.choice, now);
  drop(p, a);
  return true;
}

/* The upstream that made the chain does not know it any more: it is asked again, with
 * the whole context. */
static bool ask_with_context(struct failover *p, struct attempt *a, double now) {
  const struct trouble *t = &a->answer.trouble;
  bool unknown = str_equal(t->code, STR("previous_response_not_found")) ||
                 (t->status == 404 && str_find(t->message, STR("with id")) != STR_NOWHERE);
  if (!unknown || !may_try(p) || !memory_may_rebuild(p->memory, &a->call.choice))
    return false;
  p->memory->native_refused = true;
  attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  retry_at_once(&p->retry, a->call.choice, now);
  drop(p, a);
  return true;
}

/* Can the other keys of the target be worth a call after all others failed? */
static bool is_transient(const struct verdict *v) {
  return v->status != 400 && v->status != 404 &&
         !str_equal(v->code, STR("upstream_region_refused"));
}

/* Once is enough, and only where no other target is worth more. */
static bool may_call_again(const struct failover *p, const struct verdict *v) {
  return !p->retry.same_key_spent && !p->course.second_round &&
         retry_affordable(&p->retry, v->wait);
}

/* Reasoning belongs to the account that made it.  Its other keys are asked first; when none of
 * them can read it either, the conversation goes on without it. */
static bool strip_reasoning(struct failover *p, const struct attempt *a, const struct verdict *v,
                            double now) {
  const struct choice *choice = &a->call.choice;
  if (!v->foreign_reasoning || p->stripped || !may_try(p) || p->ask->chat ||
      upstream_request_is_translated(choice->target, p->ask) ||
      course_has_more(&p->course, choice->target, now))
    return false;
  p->strip_reasoning = p->stripped = true;
  retry_at_once(&p->retry, *choice, now);
  return true;
}

/* A target that was too slow twice would be the third time, too, and each call may be paid. */
static void follow_timeout(struct failover *p, const struct attempt *a, const struct verdict *v) {
  const struct choice *choice = &a->call.choice;
  if (!str_equal(v->code, STR("upstream_timeout")))
    return;
  if (p->slow == choice->target)
    course_skip(&p->course, choice->target);
  else if (!a->clock.has_head && a->call.ask->stream)
    retry_keep_limited(&p->retry, *choice, RETRY_WAIT); /* it may not even have begun */
  p->slow = choice->target;
}

/* |a| failed before any output: what is next?  True when the client is answered now. */
static bool follow_failure(struct failover *p, struct attempt *a, double now) {
  struct verdict v;
  struct choice choice = a->call.choice;
  judge(p, a, &v, now);
  p->empty_seen |= str_equal(a->answer.trouble.code, error_failure(ERR_UPSTREAM_EMPTY).code);
  enum action action = v.action;
  if (strip_reasoning(p, a, &v, now)) {
    drop(p, a);
    return false;
  }
  if (action == ACTION_SAME && !may_call_again(p, &v))
    action = v.then;
  if (action == ACTION_SAME)
    retry_same_key(&p->retry, choice, v.wait, now);
  if (action == ACTION_KEY && v.then == ACTION_SAME)
    retry_keep_limited(&p->retry, choice, v.wait);
  follow_timeout(p, a, &v);
  if (action == ACTION_PROVIDER && is_transient(&v) && !is_violated(a))
    course_defer(&p->course, choice.target);
  else if (action == ACTION_PROVIDER)
    course_skip(&p->course, choice.target);
  drop(p, a);
  return action == ACTION_FAIL;
}

/* ---- attempts ---- */

int failover_read_request(struct failover *p, struct failure *f) {
  int recalled = memory_prepare_neutral(p->memory, f);
  return recalled != 0 ? recalled : ask_read_request(p->ask, p->arena, f);
}

/* The reply that has begun, or one that may become it. */
static struct dialect_writer *find_writer(struct failover *p) {
  struct dialect_writer *writer = p->writer;
  if (writer == NULL) {
    writer = arena_take(p->arena, sizeof *writer);
    if (writer != NULL)
      dialect_writer_init(writer, p->ask->chat);
  }
  return writer;
}

/* The conversation is longer than the client wants it to become: it is compacted first. */
static int compact_first(struct failover *p) {
  struct request *r = p->ask->request;
  struct compaction *c = &r->compaction;
  if (c->threshold == 0 || c->on || p->ask->chat || p->writer != NULL ||
      p->count + 2 > p->course.route->max_attempts || compaction_estimate(r) <= c->threshold)
    return 0;
  c->threshold = 0;
  c->first = true;
  return compaction_begin(r) ? 0 : ERR_MEMORY;
}

/* An attempt of |choice|, or NULL: where its target cannot do what the client asks, that is
 * a failure like any other, since the next may do it. */
static struct attempt *make(struct failover *p, struct choice choice, double now) {
  struct failure f = {0};
  int err = ERR_MEMORY;
  struct attempt *a = arena_take_zero(p->arena, sizeof *a);
  struct dialect_writer *writer = find_writer(p);
  if (a != NULL && writer != NULL) {
    a->call.number = p->count + 1;
    a->call.choice = choice;
    a->call.read_all = p->course.route->watch;
    a->call.accept_empty = p->empty_seen && !course_has_other(&p->course, choice.target);
    a->call.without_reasoning = p->strip_reasoning;
    p->strip_reasoning = false;
    a->writer = writer;
    err = memory_prepare(p->memory, &choice, &f);
    if (err == 0 && upstream_needs_neutral(choice.target, p->ask))
      err = failover_read_request(p, &f);
    if (err == 0 && upstream_request_is_translated(choice.target, p->ask))
      err = compact_first(p);
    if (err == 0)
      err = attempt_open(a, p->ask, p->ids, now, &f);
    if (err == 0) {
      if (p->count++ == 0)
        p->asked_first = choice;
      return a;
    }
    drop(p, a);
  }
  if (err == MEMORY_WANTS_CALL) {
    p->recalling = true;
    retry_at_once(&p->retry, choice, now);
    return NULL;
  }
  if (f.status == 0)
    f = error_failure(err);
  best_failure_note(&p->best, p->arena, &f, f.status == 503 ? FAILURE_OVERLOADED : FAILURE_OF_ONE);
  course_skip(&p->course, choice.target);
  p->unable |= 1u << (choice.target - p->course.route->targets);
  return NULL;
}

/* The next attempt by the route's order, or NULL. */
static struct attempt *choose(struct failover *p, double now) {
  struct choice choice;
  struct attempt *a = NULL;
  while (a == NULL && !p->recalling && may_try(p) && course_next(&p->course, now, &choice)) {
    a = make(p, choice, now);
  }
  return a;
}

/* The next one to call; NULL when there is none, or none before a pause. */
static struct attempt *next_attempt(struct failover *p, double now) {
  struct retry *r = &p->retry;
  if (r->until == 0) {
    r->same_key_spent = false;
    struct attempt *next = choose(p, now);
    if (next == NULL && !p->recalling && may_try(p))
      retry_limited(r, now);
    return next;
  }
  r->until = 0;
  struct attempt *a = may_try(p) ? make(p, r->again, now) : NULL;
  return a != NULL ? a : choose(p, now);
}

static enum failover_state call(struct failover *p, struct attempt *a) {
  p->calling = a;
  return FAILOVER_CALL;
}

static void note_not_asked(struct failover *p, struct str otherwise, double now) {
  buf_reset(&p->not_asked);
  not_asked_put(&p->not_asked, &p->course, &p->by, p->unable, otherwise, now);
}

static enum failover_state lose(struct failover *p, bool final, double now) {
  note_not_asked(p, final ? STR("final") : STR("limit"), now);
  if (p->best.rank == FAILURE_NONE)
    p->best.failure = error_failure(course_possible(&p->course) ? ERR_UPSTREAM : ERR_NO_KEY);
  return FAILOVER_LOST;
}

/* When a second upstream is to be started: 0 = never. */
static double hedge_time(const struct failover *p) {
  uint32_t ms = p->course.route->hedge_ms;
  bool single = p->first != NULL && p->rival == NULL && !p->hedged && p->writer == NULL;
  return ms > 0 && single ? p->first->clock.called + ms : 0;
}

static struct attempt *hedge(struct failover *p, double now) {
  double at = hedge_time(p);
  if (at == 0 || now < at)
    return NULL;
  p->hedged = true;
  /* Another target: what slows the first one down may slow its other keys. */
  struct course saved = p->course;
  course_skip(&p->course, p->first->call.choice.target);
  p->course.closed |= saved.deferred;
  p->course.deferred = 0;
  struct attempt *a = choose(p, now);
  p->course.closed = saved.closed;
  p->course.deferred = saved.deferred;
  if (p->recalling)
    p->retry.until = 0; /* a race is not worth waiting for stored turns */
  p->recalling = false;
  p->rival = a;
  return a;
}

static void win(struct failover *p, struct attempt *a, double now) {
  struct attempt *loser = a == p->first ? p->rival : p->first;
  if (loser != NULL) {
    attempt_log_put(&p->attempt_log, loser, NULL, p->opened, loser->clock.last_heard);
    drop(p, loser);
  }
  p->first = p->winner = a;
  p->writer = a->writer;
  p->by = a->call.choice;
  p->first_ms = a->clock.first_output - a->clock.called;
  note_not_asked(p, STR_NONE, now);
  keys_succeed(&p->config->keys, p->by.key, p->by.target->model, a->clock.called, now);
}

/* Look at one attempt.  True when the client is to be answered now. */
static bool look(struct failover *p, struct attempt *a, double now) {
  attempt_touch(a, now);
  if (a->state == ATTEMPT_FAILED && !a->answer.had_output &&
      (repair(p, a, now) || ask_without(p, a, now) || ask_with_context(p, a, now)))
    return false;
  if (attempt_has_output(a)) {
    win(p, a, now);
    return false;
  }
  return a->state == ATTEMPT_FAILED && follow_failure(p, a, now);
}

enum failover_state failover_next(struct failover *p, double now) {
  bool end = false;
  if (p->calling != NULL)
    return FAILOVER_CALL;
  struct attempt *rival = p->rival;
  if (p->first != NULL)
    end |= look(p, p->first, now);
  if (p->winner == NULL && rival != NULL)
    end |= look(p, rival, now);
  if (p->winner != NULL)
    return FAILOVER_WON;
  if (end)
    return lose(p, true, now);
  if (p->first == NULL) {
    if (now < p->retry.until)
      return FAILOVER_WAIT;
    p->recalling = false;
    p->first = next_attempt(p, now);
    if (p->first != NULL)
      return call(p, p->first);
    if (p->recalling)
      return FAILOVER_RECALL;
    return now < p->retry.until ? FAILOVER_WAIT : lose(p, false, now);
  }
  struct attempt *second = hedge(p, now);
  return second != NULL ? call(p, second) : FAILOVER_WAIT;
}

void failover_called(struct failover *p) {
  p->calling = NULL;
}

uint32_t failover_mask(const struct failover *p) {
  uint32_t mask = 0;
  if (p->first != NULL)
    mask |= 1u << p->first->call.number;
  if (p->rival != NULL)
    mask |= 1u << p->rival->call.number;
  return mask;
}

static double sooner(double a, double b) {
  return a < b ? a : b;
}

double failover_until(const struct failover *p) {
  if (p->first == NULL)
    return p->retry.until;
  double at = attempt_deadline(p->first);
  if (p->rival != NULL)
    at = sooner(at, attempt_deadline(p->rival));
  return hedge_time(p) > 0 ? sooner(at, hedge_time(p)) : at;
}

void failover_pause_clock(struct failover *p, double ms) {
  if (p->first != NULL)
    attempt_pause_clock(p->first, ms);
  if (p->rival != NULL)
    attempt_pause_clock(p->rival, ms);
}

struct attempt *failover_find(const struct failover *p, uint32_t number) {
  if (p->first != NULL && p->first->call.number == number)
    return p->first;
  if (p->rival != NULL && p->rival->call.number == number)
    return p->rival;
  return NULL;
}

/* ---- after the first output ---- */

void failover_close_winner(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct usage written = dialect_writer_usage(p->writer);
  p->usage = written.known ? written : a->answer.usage;
  if (a->relay.failure_told) {
    struct verdict v;
    a->answer.trouble.status = a->answer.status;
    a->answer.trouble.retry_after = a->answer.retry_after;
    judge(p, a, &v, now);
  } else {
    attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  }
  drop(p, a);
}

bool failover_go_on(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct request *r = p->ask->request;
  if (a->relay.on || r == NULL || !r->compaction.first)
    return false;
  struct str text = dialect_writer_end_compaction(p->writer, r->arena);
  if (!compaction_go_on(r, text))
    return false;
  attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  retry_at_once(&p->retry, a->call.choice, now);
  drop(p, a);
  return true;
}

static bool can_continue(const struct failover *p) {
  const struct dialect_writer *w = p->writer;
  return p->course.route->continue_on_failure && w->translated && w->only_text && w->text.n > 0 &&
         may_try(p);
}

bool failover_continue(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct verdict v;
  if (repair(p, a, now))
    return true;
  p->best.rank = FAILURE_NONE; /* the failures before the output are history to the client */
  judge(p, a, &v, now);
  bool goes_on = v.action != ACTION_FAIL && can_continue(p) &&
                 resume_cut_off(&p->resume, p->ask->request, buf_str(&p->writer->text));
  if (goes_on)
    p->ask->added = *p->resume.end;
  /* Another provider goes on before another key of this one. */
  if (is_transient(&v))
    course_defer(&p->course, a->call.choice.target);
  else
    course_skip(&p->course, a->call.choice.target);
  drop(p, a);
  if (goes_on)
    dialect_writer_continue(p->writer);
  return goes_on;
}

void failover_log_unfinished(struct failover *p, double now) {
  if (p->first != NULL)
    attempt_log_put(&p->attempt_log, p->first, NULL, p->opened, now);
  if (p->rival != NULL)
    attempt_log_put(&p->attempt_log, p->rival, NULL, p->opened, now);
}

double failover_recovers(const struct failover *p, double now) {
  return course_recovers(&p->course, now);
}

void failover_close(struct failover *p) {
  if (p->rival != NULL)
    drop(p, p->rival);
  if (p->first != NULL)
    drop(p, p->first);
  if (p->writer != NULL)
    dialect_writer_drop(p->writer);
  p->writer = NULL;
}
