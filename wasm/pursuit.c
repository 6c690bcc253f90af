#include "pursuit.h"

#include "chat_request.h"
#include "journal.h"
#include "limits.h"
#include "responses_request.h"

/* Does the neutral form say all that the client asked? */
static bool is_plain(const struct request *r) {
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind != TOOL_FUNCTION && t->kind != TOOL_CUSTOM)
      return false;
  }
  return r->lossy.n == 0 && r->extras == NULL;
}

void pursuit_init(struct pursuit *p, struct config *config, struct route *route,
                  struct arena *arena, struct id_source *ids, struct ask *ask) {
  *p = (struct pursuit){.config = config, .arena = arena, .ids = ids, .ask = ask};
  course_init(&p->course, config, route, (uint32_t)id_number(ids));
  buf_init(&p->journal, arena, HEAD_MAX);
  /* Only an answer that is read can be gone on with. */
  struct failure f;
  if (route->continue_on_failure && ask->stream && pursuit_translate(p, &f) == 0) {
    ask->translate = is_plain(ask->request);
  }
}

static bool may_try(const struct pursuit *p) {
  return p->count < p->course.route->max_attempts;
}

static bool may_wait(const struct pursuit *p, double ms) {
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

static void note_failure(struct pursuit *p, const struct failure *f) {
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
static struct str message_of(struct pursuit *p, const struct verdict *v, struct str message,
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

static struct failure failure_of(struct pursuit *p, const struct attempt *a,
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
static struct verdict unmet_verdict(const struct attempt *a) {
  return (struct verdict){.action = ACTION_PROVIDER,
                          .then = ACTION_PROVIDER,
                          .blame = BLAME_NOBODY,
                          .status = a->trouble.status,
                          .type = STR("server_error"),
                          .code = a->trouble.code};
}

/* What the attempt's end means for its key, the log and the client. */
static void judge(struct pursuit *p, struct attempt *a, struct verdict *v, double now) {
  const struct target *t = a->choice.target;
  provider_judge(t->provider, &a->trouble, now, (uint32_t)id_number(p->ids), v);
  if (a->demand.unmet)
    *v = unmet_verdict(a);
  keys_fail(&p->config->keys, a->choice.key, t->model, v, now);
  journal_put_attempt(&p->journal, a, v, now);
  struct failure f = failure_of(p, a, v, now);
  note_failure(p, &f);
  p->limited |= v->status == 429;
  if (v->larger_only)
    p->course.context_over = target_window(t);
}

static void drop(struct pursuit *p, struct attempt *a) {
  if (p->first == a) {
    p->first = p->rival;
    p->rival = NULL;
  } else if (p->rival == a) {
    p->rival = NULL;
  }
  if (p->winner == a)
    p->winner = NULL;
  if (a->answer != p->answer)
    answer_drop(a->answer);
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
static bool resume_request(struct pursuit *p, struct str said, struct str order) {
  struct request *r = p->ask->request;
  if (p->resumed == NULL)
    p->resumed = r->items_end;
  *p->resumed = NULL;
  r->items_end = p->resumed;
  p->ask->resumed = true;
  struct str text = arena_copy(p->arena, said);
  return (said.n == 0 || add_message(r, ROLE_ASSISTANT, text)) && add_message(r, ROLE_USER, order);
}

static struct str repair_order(struct pursuit *p, const struct demand *d) {
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
static bool repair(struct pursuit *p, struct attempt *a, double now) {
  if (!a->demand.unmet || p->repaired || !may_try(p))
    return false;
  p->repaired = true;
  if (!resume_request(p, buf_str(&a->demand.text), repair_order(p, &a->demand)))
    return false;
  journal_put_attempt(&p->journal, a, NULL, now);
  p->answer = a->answer;
  answer_continue(p->answer);
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
static bool follow(struct pursuit *p, struct attempt *a, double now) {
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
  if (action == ACTION_PROVIDER && passes(&v) && !a->demand.unmet)
    course_pass(&p->course, a->choice.target);
  else if (action == ACTION_PROVIDER)
    course_skip(&p->course, a->choice.target);
  drop(p, a);
  return action == ACTION_FAIL;
}

/* ---- attempts ---- */

int pursuit_translate(struct pursuit *p, struct failure *f) {
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

static struct answer *new_answer(struct pursuit *p) {
  struct answer *answer = p->answer;
  if (answer == NULL) {
    answer = arena_take(p->arena, sizeof *answer);
    if (answer != NULL)
      answer_init(answer, p->ask->chat);
  }
  return answer;
}

/* An attempt of |choice|, or NULL: a request that this target cannot take is a
 * failure like any other, since the next may take it. */
static struct attempt *make(struct pursuit *p, struct choice choice, double now) {
  struct failure f = {0};
  int err = ERR_MEMORY;
  struct attempt *a = arena_take_zero(p->arena, sizeof *a);
  struct answer *answer = new_answer(p);
  if (a != NULL && answer != NULL) {
    a->number = p->count + 1;
    a->choice = choice;
    a->answer = answer;
    a->read_all = p->course.route->watch;
    err = attempt_needs_neutral(choice.target, p->ask) ? pursuit_translate(p, &f) : 0;
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
static struct attempt *choose(struct pursuit *p, double now) {
  struct choice choice;
  struct attempt *a = NULL;
  while (a == NULL && may_try(p) && course_next(&p->course, now, &choice)) {
    a = make(p, choice, now);
  }
  return a;
}

/* No other key is left: the one that was only asked too fast is worth a wait. */
static void wait_for_later(struct pursuit *p, double now) {
  if (p->later.key == NULL || !may_wait(p, p->later_wait))
    return;
  p->again = p->later;
  p->pause_until = now + p->later_wait;
  p->waited += p->later_wait;
  p->later.key = NULL;
  p->later_spent = true;
}

/* The next one to call; NULL when there is none, or none before a pause. */
static struct attempt *next_attempt(struct pursuit *p, double now) {
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

static enum pursuit_state call(struct pursuit *p, struct attempt *a) {
  p->calling = a;
  return PURSUIT_CALL;
}

static enum pursuit_state lose(struct pursuit *p) {
  if (p->failure_rank == 0) {
    p->failure = error_failure(course_possible(&p->course) ? ERR_UPSTREAM : ERR_NO_KEY);
  }
  return PURSUIT_LOST;
}

/* When a second upstream is to be started: 0 = never. */
static double hedge_time(const struct pursuit *p) {
  uint32_t ms = p->course.route->hedge_ms;
  bool single = p->first != NULL && p->rival == NULL && !p->hedged && p->answer == NULL;
  return ms > 0 && single ? p->first->asked + ms : 0;
}

static struct attempt *hedge(struct pursuit *p, double now) {
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

static void win(struct pursuit *p, struct attempt *a, double now) {
  struct attempt *loser = a == p->first ? p->rival : p->first;
  if (loser != NULL) {
    journal_put_attempt(&p->journal, loser, NULL, loser->heard);
    drop(p, loser);
  }
  p->first = p->winner = a;
  p->answer = a->answer;
  p->by = a->choice;
  p->first_ms = a->first_output - a->asked;
  keys_succeed(&p->config->keys, a->choice.key, a->choice.target->model, a->asked, now);
}

/* Look at one attempt.  True when the client is to be answered now. */
static bool look(struct pursuit *p, struct attempt *a, double now) {
  attempt_touch(a, now);
  if (a->state == ATTEMPT_FAILED && !a->had_output && repair(p, a, now))
    return false;
  if (attempt_has_output(a)) {
    win(p, a, now);
    return false;
  }
  return a->state == ATTEMPT_FAILED && follow(p, a, now);
}

enum pursuit_state pursuit_next(struct pursuit *p, double now) {
  bool end = false;
  if (p->calling != NULL)
    return PURSUIT_CALL;
  struct attempt *rival = p->rival;
  if (p->first != NULL)
    end |= look(p, p->first, now);
  if (p->winner == NULL && rival != NULL)
    end |= look(p, rival, now);
  if (p->winner != NULL)
    return PURSUIT_WON;
  if (end)
    return lose(p);
  if (p->first == NULL) {
    if (now < p->pause_until)
      return PURSUIT_WAIT;
    p->first = next_attempt(p, now);
    if (p->first != NULL)
      return call(p, p->first);
    return now < p->pause_until ? PURSUIT_WAIT : lose(p);
  }
  struct attempt *second = hedge(p, now);
  return second != NULL ? call(p, second) : PURSUIT_WAIT;
}

void pursuit_called(struct pursuit *p) {
  p->calling = NULL;
}

uint32_t pursuit_mask(const struct pursuit *p) {
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

double pursuit_until(const struct pursuit *p) {
  if (p->first == NULL)
    return p->pause_until;
  double at = attempt_deadline(p->first);
  if (p->rival != NULL)
    at = sooner(at, attempt_deadline(p->rival));
  return hedge_time(p) > 0 ? sooner(at, hedge_time(p)) : at;
}

void pursuit_excuse(struct pursuit *p, double ms) {
  if (p->first != NULL)
    attempt_excuse(p->first, ms);
  if (p->rival != NULL)
    attempt_excuse(p->rival, ms);
}

struct attempt *pursuit_find(const struct pursuit *p, uint32_t number) {
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

void pursuit_close_winner(struct pursuit *p, double now) {
  struct attempt *a = p->winner;
  struct usage told = answer_usage(p->answer);
  p->usage = told.known ? told : a->usage;
  if (a->told) {
    struct verdict v;
    a->trouble.status = a->status;
    a->trouble.retry_after = a->retry_after;
    judge(p, a, &v, now);
  } else {
    journal_put_attempt(&p->journal, a, NULL, now);
  }
  drop(p, a);
}

static bool can_continue(const struct pursuit *p) {
  const struct answer *answer = p->answer;
  return p->course.route->continue_on_failure && answer->translated && answer->only_text &&
         answer->text.n > 0 && may_try(p);
}

bool pursuit_continue(struct pursuit *p, double now) {
  struct attempt *a = p->winner;
  struct verdict v;
  if (repair(p, a, now))
    return true;
  p->failure_rank = 0; /* what came before is of no interest to the client now */
  judge(p, a, &v, now);
  bool goes_on = v.action != ACTION_FAIL && can_continue(p) &&
                 resume_request(p, buf_str(&p->answer->text), STR(RESUME_ORDER));
  if (v.action != ACTION_KEY)
    course_skip(&p->course, a->choice.target);
  drop(p, a);
  if (goes_on)
    answer_continue(p->answer);
  return goes_on;
}

void pursuit_journal(struct pursuit *p, double now) {
  if (p->first != NULL)
    journal_put_attempt(&p->journal, p->first, NULL, now);
  if (p->rival != NULL)
    journal_put_attempt(&p->journal, p->rival, NULL, now);
}

double pursuit_recovers(const struct pursuit *p, double now) {
  return course_recovers(&p->course, now);
}

void pursuit_close(struct pursuit *p) {
  if (p->rival != NULL)
    drop(p, p->rival);
  if (p->first != NULL)
    drop(p, p->first);
  if (p->answer != NULL)
    answer_drop(p->answer);
  p->answer = NULL;
}
