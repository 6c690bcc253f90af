/* failover.c -- see failover.h. */
#include "failover/failover.h"

#include "failover/after_failure.h"
#include "failover/attempt_log.h"
#include "failover/in_flight.h"
#include "failover/not_asked.h"
#include "item/compaction.h"
#include "limits.h"

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
  ask->stream_structured = ask->stream && route->stream_structured;
  course_init(&p->course, config, route, (uint32_t)id_number(ids));
  course_follow(&p->course, ask->hint);
  memory_prefers(memory, route, &p->course.preferred);
  buf_init(&p->attempt_log, arena, HEAD_MAX);
  buf_init(&p->not_asked, arena, HEAD_MAX);
  /* Only a translated answer can be continued by another attempt. */
  struct failure f;
  if (route->continue_on_failure && ask->stream && in_flight_read_request(p, &f) == 0) {
    ask->translate = is_all_neutral(ask->request);
  }
}

/* The next attempt by the route's order, or NULL. */
static struct attempt *choose(struct failover *p, double now) {
  struct choice choice;
  struct attempt *a = NULL;
  while (a == NULL && !p->recalling && in_flight_may_add(p) &&
         course_next(&p->course, now, &choice)) {
    a = in_flight_add(p, choice, now);
  }
  return a;
}

/* The next one to call; NULL when there is none, or none before a pause. */
static struct attempt *next_attempt(struct failover *p, double now) {
  struct retry *r = &p->retry;
  if (r->until == 0) {
    r->same_key_spent = false;
    struct attempt *next = choose(p, now);
    if (next == NULL && !p->recalling && in_flight_may_add(p))
      retry_limited(r, now);
    return next;
  }
  r->until = 0;
  struct attempt *a = in_flight_may_add(p) ? in_flight_add(p, r->again, now) : NULL;
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
    in_flight_drop(p, loser);
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
  if (a->state == ATTEMPT_FAILED && !a->answer.had_output && after_failure_repeat(p, a, now))
    return false;
  if (attempt_has_output(a)) {
    win(p, a, now);
    return false;
  }
  return a->state == ATTEMPT_FAILED && after_failure_choose(p, a, now);
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

void failover_close_winner(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct usage written = dialect_writer_usage(p->writer);
  p->usage = written.known ? written : a->answer.usage;
  if (a->relay.failure_told) {
    struct verdict v;
    a->answer.trouble.status = a->answer.status;
    a->answer.trouble.retry_after = a->answer.retry_after;
    p->best.rank = FAILURE_NONE; /* the failures before the output are history to the client */
    after_failure_judge(p, a, &v, now);
  } else {
    attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  }
  in_flight_drop(p, a);
}

bool failover_end_compaction(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct request *r = p->ask->request;
  if (a->relay.on || r == NULL || !r->compaction.first)
    return false;
  struct str text = dialect_writer_end_compaction(p->writer, r->arena);
  if (!compaction_go_on(r, text))
    return false;
  attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  retry_at_once(&p->retry, a->call.choice, now);
  in_flight_drop(p, a);
  return true;
}

static bool can_continue(const struct failover *p) {
  const struct dialect_writer *w = p->writer;
  return p->course.route->continue_on_failure && w->translated && w->only_text && w->has_text &&
         p->winner->reading.constraint.passed == 0 && in_flight_may_add(p);
}

bool failover_continue(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct verdict v;
  if (after_failure_repair(p, a, now))
    return true;
  p->best.rank = FAILURE_NONE; /* the failures before the output are history to the client */
  after_failure_judge(p, a, &v, now);
  bool goes_on = v.action != ACTION_FAIL && can_continue(p) &&
                 resume_cut_off(&p->resume, p->ask->request, dialect_writer_text(p->writer));
  if (goes_on)
    p->ask->added = *p->resume.end;
  /* Another provider goes on before another key of this one. */
  if (after_failure_is_transient(&v))
    course_defer(&p->course, a->call.choice.target);
  else
    course_skip(&p->course, a->call.choice.target);
  in_flight_drop(p, a);
  if (goes_on)
    dialect_writer_continue(p->writer);
  return goes_on;
}

double failover_recovers(const struct failover *p, double now) {
  return course_recovers(&p->course, now);
}

void failover_close(struct failover *p) {
  if (p->rival != NULL)
    in_flight_drop(p, p->rival);
  if (p->first != NULL)
    in_flight_drop(p, p->first);
  if (p->writer != NULL)
    dialect_writer_drop(p->writer);
  p->writer = NULL;
}
