/* after_failure.c -- see after_failure.h. */
#include "failover/after_failure.h"

#include "failover/attempt_log.h"
#include "failover/in_flight.h"
#include "limits.h"
#include "provider/context_overflow.h"
#include "provider/parameters.h"
#include "provider/verdict.h"

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
  /* Where the verdict has a message, the upstream's own could hold a secret. */
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

/* The model could not keep to the client's constraint, or its service cannot count its tokens:
 * another may, and no key is to blame. */
static struct verdict violation_verdict(const struct attempt *a) {
  return (struct verdict){.action = ACTION_PROVIDER,
                          .then = ACTION_PROVIDER,
                          .blame = BLAME_NOBODY,
                          .status = a->answer.trouble.status,
                          .type = STR("server_error"),
                          .code = a->answer.trouble.code};
}

void after_failure_judge(struct failover *p, struct attempt *a, struct verdict *v, double now) {
  const struct choice *choice = &a->call.choice;
  const struct target *t = choice->target;
  provider_judge(t->provider, &a->answer.trouble, now, (uint32_t)id_number(p->ids), v);
  if (is_violated(a) || p->ask->kind == ASK_TOKENS)
    *v = violation_verdict(a);
  keys_fail(&p->config->keys, choice->key, t->model, v, now);
  attempt_log_put(&p->attempt_log, a, v, p->opened, now);
  struct failure f = failure_of(p, a, v, now);
  best_failure_note(&p->best, p->arena, &f, failure_rank_of(v));
  p->rate_limited |= v->status == 429;
  if (v->larger_only)
    p->course.context_over = target_window(t);
}

/* The next attempt is at the same target and key, with another request. */
static void repeat(struct failover *p, struct attempt *a, double now) {
  attempt_log_put(&p->attempt_log, a, NULL, p->opened, now);
  retry_at_once(&p->retry, a->call.choice, now);
  in_flight_drop(p, a);
}

bool after_failure_repair(struct failover *p, struct attempt *a, double now) {
  if (!is_violated(a) || a->reading.constraint.passed > 0 || p->repaired || !in_flight_may_add(p))
    return false;
  p->repaired = true;
  if (!resume_violated(&p->resume, p->ask->request, &a->reading.constraint))
    return false;
  p->ask->added = *p->resume.end;
  p->writer = a->writer;
  dialect_writer_continue(p->writer);
  repeat(p, a, now);
  return true;
}

/* The target does not take a member of the request that matters little: repeat without it, and
 * leave it out of every later request. */
static bool repeat_without_member(struct failover *p, struct attempt *a, double now) {
  struct target *t = a->call.choice.target;
  uint32_t refused = parameter_refused(&a->answer.trouble);
  if (refused == 0 || (t->refused & refused) != 0 || !in_flight_may_add(p))
    return false;
  t->refused |= refused;
  repeat(p, a, now);
  return true;
}

/* The upstream does not have the response that the request continues: repeat with the whole
 * context in place of its id. */
static bool repeat_with_context(struct failover *p, struct attempt *a, double now) {
  const struct trouble *t = &a->answer.trouble;
  bool unknown = str_equal(t->code, STR("previous_response_not_found")) ||
                 (t->status == 404 && str_find(t->message, STR("with id")) != STR_NOWHERE);
  if (!unknown || !in_flight_may_add(p) || !memory_may_rebuild(p->memory, &a->call.choice))
    return false;
  p->memory->native_refused = true;
  repeat(p, a, now);
  return true;
}

bool after_failure_repeat(struct failover *p, struct attempt *a, double now) {
  return after_failure_repair(p, a, now) || repeat_without_member(p, a, now) ||
         repeat_with_context(p, a, now);
}

bool after_failure_is_transient(const struct verdict *v) {
  return v->status != 400 && v->status != 404 &&
         !str_equal(v->code, STR("upstream_region_refused"));
}

/* The same key is called twice in a row at most, and not once only deferred targets are left. */
static bool may_retry_key(const struct failover *p, const struct verdict *v) {
  return !p->retry.same_key_spent && !p->course.second_round &&
         retry_affordable(&p->retry, v->wait);
}

/* Only the account that made encrypted reasoning can read it.  The target's other keys are tried
 * first; when none of them can, the conversation is sent without it. */
static bool strip_reasoning(struct failover *p, const struct attempt *a, const struct verdict *v,
                            double now) {
  const struct choice *choice = &a->call.choice;
  if (!v->foreign_reasoning || p->stripped || !in_flight_may_add(p) || p->ask->chat ||
      upstream_request_is_translated(choice->target, p->ask) ||
      course_has_more(&p->course, choice->target, now))
    return false;
  p->strip_reasoning = p->stripped = true;
  retry_at_once(&p->retry, *choice, now);
  return true;
}

/* A target that timed out twice would probably time out again, and each call may be billed. */
static void note_timeout(struct failover *p, const struct attempt *a, const struct verdict *v) {
  const struct choice *choice = &a->call.choice;
  if (!str_equal(v->code, STR("upstream_timeout")))
    return;
  if (p->slow == choice->target)
    course_skip(&p->course, choice->target);
  else if (!a->clock.has_head && a->call.ask->stream)
    retry_keep_limited(&p->retry, *choice, RETRY_WAIT); /* it may not have begun: no cost */
  p->slow = choice->target;
}

bool after_failure_choose(struct failover *p, struct attempt *a, double now) {
  struct verdict v;
  struct choice choice = a->call.choice;
  after_failure_judge(p, a, &v, now);
  p->empty_seen |= str_equal(a->answer.trouble.code, error_failure(ERR_UPSTREAM_EMPTY).code);
  enum action action = v.action;
  if (strip_reasoning(p, a, &v, now)) {
    in_flight_drop(p, a);
    return false;
  }
  if (action == ACTION_SAME && !may_retry_key(p, &v))
    action = v.then;
  if (action == ACTION_SAME)
    retry_same_key(&p->retry, choice, v.wait, now);
  if (action == ACTION_KEY && v.then == ACTION_SAME)
    retry_keep_limited(&p->retry, choice, v.wait);
  note_timeout(p, a, &v);
  if (action == ACTION_PROVIDER && after_failure_is_transient(&v) && !is_violated(a))
    course_defer(&p->course, choice.target);
  else if (action == ACTION_PROVIDER)
    course_skip(&p->course, choice.target);
  in_flight_drop(p, a);
  return action == ACTION_FAIL;
}
