#include "failover/failover.h"

#include "chat/request.h"
#include "failover/attempt_log.h"
#include "limits.h"
#include "provider/verdict.h"
#include "responses/request.h"

/* Does the neutral form say all that the client asked? */
static bool is_plain(const struct request *r) {
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind != TOOL_FUNCTION && t->kind != TOOL_CUSTOM)
      return false;
  }
  return r->lossy.n == 0 && r->extras == NULL;
}

void failover_init(struct failover *p, struct config *config, struct route *route,
                   struct arena *arena, struct id_source *ids, struct ask *ask) {
  *p = (struct failover){.config = config, .arena = arena, .ids = ids, .ask = ask};
  course_init(&p->course, config, route, (uint32_t)id_number(ids));
  buf_init(&p->attempt_log, arena, HEAD_MAX);
  /* Only an answer that is read can be gone on with. */
  struct failure f;
  if (route->continue_on_failure && ask->stream && failover_read_request(p, &f) == 0) {
    ask->translate = is_plain(ask->request);
  }
}

static bool may_try(const struct failover *p) {
  return p->count < p->course.route->max_attempts;
}

static bool may_wait(const struct failover *p, double ms) {
  return p->waited + ms <= p->course.route->retry_budget_ms;
}

/* ---- failures ---- */

/* Which failure tells the client most: its own mistake, then a limit that
 * passes, one that does not, what is wrong upstream, a key of the operator's. */
static int rank_of(const struct failure *f) {
  if (str_equal(f->code, STR("upstream_auth_failed")))
    return 1;
  if (f->status >= 500)
    return 2;
  if (f->status != 429)
    return 5;
  return str_equal(f->code, STR("rate_limit_exceeded")) ? 4 : 3;
}

static void note_failure(struct failover *p, const struct failure *f) {
  int rank = rank_of(f);
  if (rank < p->failure_rank)
    return;
  p->failure_rank = rank;
  p->failure.status = f->status;
  p->failure.type = arena_copy(p->arena, f->type);
  p->failure.code = arena_copy(p->arena, f->code);
  p->failure.param = arena_copy(p->arena, f->param);
  p->failure.message = arena_copy(p->arena, f->message);
}

/* "... try again in 12s" is where the Codex CLI looks for how long. */
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
  /* The upstream's own words, unless they could tell a secret. */
  struct str message = v->message.n > 0 ? v->message : a->trouble.message;
  if (message.n == 0)
    message = error_failure(ERR_UPSTREAM).message;
  return (struct failure){.status = v->status,
                          .type = v->type,
                          .code = v->code,
                          .param = a->trouble.param,
                          .message = message_of(p, v, message, now)};
}

/* A model that cannot do what is demanded: another may, and no key is to blame. */
static struct verdict violation_verdict(const struct attempt *a) {
  return (struct verdict){.action = ACTION_PROVIDER,
                          .then = ACTION_PROVIDER,
                          .blame = BLAME_NOBODY,
                          .status = a->trouble.status,
                          .type = STR("server_error"),
                          .code = a->trouble.code};
}

/* What the attempt's end means for its key, the log and the client. */
static void judge(struct failover *p, struct attempt *a, struct verdict *v, double now) {
  const struct target *t = a->choice.target;
  provider_judge(t->provider, &a->trouble, now, (uint32_t)id_number(p->ids), v);
  if (a->constraint.violated)
    *v = violation_verdict(a);
  keys_fail(&p->config->keys, a->choice.key, t->model, v, now);
  attempt_log_put(&p->attempt_log, a, v, now);
  struct failure f = failure_of(p, a, v, now);
  note_failure(p, &f);
  p->limited |= v->status == 429;
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

/* ---- asking again, with more ---- */

static bool add_message(struct request *r, enum role role, struct str text) {
  struct item *item = request_add_item(r, ITEM_MESSAGE);
  if (item == NULL)
    return false;
  item->role = role;
  return item_add_part(r, item, PART_TEXT, text) != NULL;
}

/* The request once more, with |said| as the assistant's and |order| as the
 * user's: of an earlier addition nothing stays. */
static bool resume_request(struct failover *p, struct str said, struct str order) {
  struct request *r = p->ask->request;
  if (p->resumed == NULL)
    p->resumed = r->items_end;
  *p->resumed = NULL;
  r->items_end = p->resumed;
  p->ask->resumed = true;
  struct str text = arena_copy(p->arena, said);
  return (said.n == 0 || add_message(r, ROLE_ASSISTANT, text)) && add_message(r, ROLE_USER, order);
}

static struct str repair_order(struct failover *p, const struct constraint *d) {
  struct buf order;
  buf_init(&order, p->arena, 2 * MESSAGE_MAX);
  buf_put(&order, STR("That was not what was asked for:\n"));
  buf_put(&order, buf_str(&d->faults));
  buf_put(&order, d->schema.n > 0 ? STR("Answer again, with nothing but the corrected JSON.")
                                  : STR("Answer again, by calling a tool."));
  return buf_str(&order);
}

/* The model had its say, and it was not what the client demands: the same one
 * is asked once more, and told what was wrong. */
static bool repair(struct failover *p, struct attempt *a, double now) {
  if (!a->constraint.violated || p->repaired || !may_try(p))
    return false;
  p->repaired = true;
  if (!resume_request(p, buf_str(&a->constraint.text), repair_order(p, &a->constraint)))
    return false;
  attempt_log_put(&p->attempt_log, a, NULL, now);
  p->writer = a->writer;
  dialect_writer_continue(p->writer);
  p->again = a->choice;
  p->pause_until = now;
  drop(p, a);
  return true;
}

/* Trouble of the moment, with which another key may fare better? */
static bool passes(const struct verdict *v) {
  return v->status != 400 && v->status != 404;
}

/* Failed before any output: what follows from it.  Returns true when the
 * client is to be answered now. */
static bool follow(struct failover *p, struct attempt *a, double now) {
  struct verdict v;
  judge(p, a, &v, now);
  enum action action = v.action;
  if (action == ACTION_SAME && (p->same_spent || p->course.second || !may_wait(p, v.wait)))
    action = v.then;
  if (action == ACTION_SAME) {
    p->same_spent = true;
    p->waited += v.wait;
    p->again = a->choice;
    p->pause_until = now + v.wait;
  }
  if (action == ACTION_KEY && v.then == ACTION_SAME && v.wait <= SAME_WAIT_MAX && !p->later_spent) {
    p->later = a->choice;
    p->later_wait = v.wait;
  }
  if (action == ACTION_PROVIDER && passes(&v) && !a->constraint.violated)
    course_pass(&p->course, a->choice.target);
  else if (action == ACTION_PROVIDER)
    course_skip(&p->course, a->choice.target);
  drop(p, a);
  return action == ACTION_FAIL;
}

/* ---- attempts ---- */

int failover_read_request(struct failover *p, struct failure *f) {
  struct ask *ask = p->ask;
  if (ask->request != NULL)
    return 0;
  struct request *r = arena_take(p->arena, sizeof *r);
  if (r == NULL)
    return ERR_MEMORY;
  request_init(r, p->arena);
  r->stream = ask->stream;
  int err =
      ask->chat ? chat_request_read(r, ask->body, f) : responses_request_read(r, ask->body, f);
  if (err == 0)
    ask->request = r;
  return err;
}

static struct dialect_writer *new_answer(struct failover *p) {
  struct dialect_writer *answer = p->writer;
  if (answer == NULL) {
    answer = arena_take(p->arena, sizeof *answer);
    if (answer != NULL)
      dialect_writer_init(answer, p->ask->chat);
  }
  return answer;
}

/* An attempt of |choice|, or NULL: a request that this target cannot take is a
 * failure like any other, since the next may take it. */
static struct attempt *make(struct failover *p, struct choice choice, double now) {
  struct failure f = {0};
  int err = ERR_MEMORY;
  struct attempt *a = arena_take_zero(p->arena, sizeof *a);
  struct dialect_writer *answer = new_answer(p);
  if (a != NULL && answer != NULL) {
    a->number = p->count + 1;
    a->choice = choice;
    a->writer = answer;
    a->read_all = p->course.route->watch;
    err = attempt_needs_neutral(choice.target, p->ask) ? failover_read_request(p, &f) : 0;
    if (err == 0)
      err = attempt_open(a, p->ask, p->ids, now, &f);
    if (err == 0) {
      p->count++;
      return a;
    }
    drop(p, a);
  }
  if (f.status == 0)
    f = error_failure(err);
  note_failure(p, &f);
  course_skip(&p->course, choice.target);
  return NULL;
}

/* The next attempt by the route's order, or NULL. */
static struct attempt *choose(struct failover *p, double now) {
  struct choice choice;
  struct attempt *a = NULL;
  while (a == NULL && may_try(p) && course_next(&p->course, now, &choice)) {
    a = make(p, choice, now);
  }
  return a;
}

/* No other key is left: the one that was only asked too fast is worth a wait. */
static void wait_for_later(struct failover *p, double now) {
  if (p->later.key == NULL || !may_wait(p, p->later_wait))
    return;
  p->again = p->later;
  p->pause_until = now + p->later_wait;
  p->waited += p->later_wait;
  p->later.key = NULL;
  p->later_spent = true;
}

/* The next one to call; NULL when there is none, or none before a pause. */
static struct attempt *next_attempt(struct failover *p, double now) {
  if (p->pause_until == 0) {
    p->same_spent = false;
    struct attempt *next = choose(p, now);
    if (next == NULL && may_try(p))
      wait_for_later(p, now);
    return next;
  }
  p->pause_until = 0;
  struct attempt *a = may_try(p) ? make(p, p->again, now) : NULL;
  return a != NULL ? a : choose(p, now);
}

static enum failover_state call(struct failover *p, struct attempt *a) {
  p->calling = a;
  return FAILOVER_CALL;
}

static enum failover_state lose(struct failover *p) {
  if (p->failure_rank == 0) {
    p->failure = error_failure(course_possible(&p->course) ? ERR_UPSTREAM : ERR_NO_KEY);
  }
  return FAILOVER_LOST;
}

/* When a second upstream is to be started: 0 = never. */
static double hedge_time(const struct failover *p) {
  uint32_t ms = p->course.route->hedge_ms;
  bool single = p->first != NULL && p->rival == NULL && !p->hedged && p->writer == NULL;
  return ms > 0 && single ? p->first->asked + ms : 0;
}

static struct attempt *hedge(struct failover *p, double now) {
  double at = hedge_time(p);
  if (at == 0 || now < at)
    return NULL;
  p->hedged = true;
  /* Another provider: whatever holds the first one up may hold its other keys. */
  struct course saved = p->course;
  course_skip(&p->course, p->first->choice.target);
  p->course.closed |= saved.passed;
  p->course.passed = 0;
  struct attempt *a = choose(p, now);
  p->course.closed = saved.closed;
  p->course.passed = saved.passed;
  p->rival = a;
  return a;
}

static void win(struct failover *p, struct attempt *a, double now) {
  struct attempt *loser = a == p->first ? p->rival : p->first;
  if (loser != NULL) {
    attempt_log_put(&p->attempt_log, loser, NULL, loser->heard);
    drop(p, loser);
  }
  p->first = p->winner = a;
  p->writer = a->writer;
  p->by = a->choice;
  p->first_ms = a->first_output - a->asked;
  keys_succeed(&p->config->keys, a->choice.key, a->choice.target->model, a->asked, now);
}

/* Look at one attempt.  True when the client is to be answered now. */
static bool look(struct failover *p, struct attempt *a, double now) {
  attempt_touch(a, now);
  if (a->state == ATTEMPT_FAILED && !a->had_output && repair(p, a, now))
    return false;
  if (attempt_has_output(a)) {
    win(p, a, now);
    return false;
  }
  return a->state == ATTEMPT_FAILED && follow(p, a, now);
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
    return lose(p);
  if (p->first == NULL) {
    if (now < p->pause_until)
      return FAILOVER_WAIT;
    p->first = next_attempt(p, now);
    if (p->first != NULL)
      return call(p, p->first);
    return now < p->pause_until ? FAILOVER_WAIT : lose(p);
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
    mask |= 1u << p->first->number;
  if (p->rival != NULL)
    mask |= 1u << p->rival->number;
  return mask;
}

static double sooner(double a, double b) {
  return a < b ? a : b;
}

double failover_until(const struct failover *p) {
  if (p->first == NULL)
    return p->pause_until;
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
  if (p->first != NULL && p->first->number == number)
    return p->first;
  if (p->rival != NULL && p->rival->number == number)
    return p->rival;
  return NULL;
}

/* ---- after the first output ---- */

/* Not every upstream goes on from an assistant's message by itself. */
#define RESUME_ORDER                                                                               \
  "Your answer was cut off. Go on with it exactly where it stopped: repeat nothing, "              \
  "and do not mention this."

void failover_close_winner(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct usage told = dialect_writer_usage(p->writer);
  p->usage = told.known ? told : a->usage;
  if (a->told) {
    struct verdict v;
    a->trouble.status = a->status;
    a->trouble.retry_after = a->retry_after;
    judge(p, a, &v, now);
  } else {
    attempt_log_put(&p->attempt_log, a, NULL, now);
  }
  drop(p, a);
}

static bool can_continue(const struct failover *p) {
  const struct dialect_writer *answer = p->writer;
  return p->course.route->continue_on_failure && answer->translated && answer->only_text &&
         answer->text.n > 0 && may_try(p);
}

bool failover_continue(struct failover *p, double now) {
  struct attempt *a = p->winner;
  struct verdict v;
  if (repair(p, a, now))
    return true;
  p->failure_rank = 0; /* what came before is of no interest to the client now */
  judge(p, a, &v, now);
  bool goes_on = v.action != ACTION_FAIL && can_continue(p) &&
                 resume_request(p, buf_str(&p->writer->text), STR(RESUME_ORDER));
  if (v.action != ACTION_KEY)
    course_skip(&p->course, a->choice.target);
  drop(p, a);
  if (goes_on)
    dialect_writer_continue(p->writer);
  return goes_on;
}

void failover_log_unfinished(struct failover *p, double now) {
  if (p->first != NULL)
    attempt_log_put(&p->attempt_log, p->first, NULL, now);
  if (p->rival != NULL)
    attempt_log_put(&p->attempt_log, p->rival, NULL, now);
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
