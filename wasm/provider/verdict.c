/* verdict.c -- see verdict.h. */
#include "provider/verdict.h"

#include "limits.h"
#include "provider/context_overflow.h"
#include "provider/error_table.h"
#include "provider/pattern.h"
#include "text/time_parse.h"

/* The cooldown for a reset time that has just passed: clocks differ. */
static const double soon = MINUTE;

/* |pattern| is in lower case, and may begin and end with '*'. */
static bool word_fits(struct str pattern, struct str word) {
  bool before = str_starts(pattern, STR("*")), after = str_ends(pattern, STR("*"));
  struct str core = str_part(pattern, before, pattern.n - before - after);
  if (before && after)
    return pattern_fits(core, word);
  if (word.n < core.n || (!before && !after && word.n > core.n))
    return false;
  return str_equal_nocase(str_part(word, before ? word.n - core.n : 0, core.n), core);
}

/* A failure in the form that rows are compared with. */
struct look {
  const struct trouble *trouble;
  int64_t code; /* -1 when it is no number */
  int status;   /* STATUS_NONE when there was no answer */
};

static bool in_range(const struct error_row *row, const struct look *l) {
  int64_t value = row->is_code ? l->code : l->status;
  return row->from == 0 || value == row->from || (value > row->from && value <= row->to);
}

static bool fits(const struct error_row *row, const struct look *l) {
  const struct trouble *t = l->trouble;
  if (!in_range(row, l))
    return false;
  struct str text = str_of(row->text, row->n);
  switch ((enum row_kind)row->kind) {
  case ROW_WORD:
    return word_fits(text, t->code) || word_fits(text, t->type);
  case ROW_SAYS:
    return pattern_fits(text, t->message);
  case ROW_HTML:
    return t->html;
  default:
    return true;
  }
}

static const struct outcome *find_row(const struct error_row *rows, const struct look *l) {
  if (rows == NULL)
    return NULL;
  while (rows->outcome != OUTCOME_none && !fits(rows, l))
    rows++;
  return rows->outcome == OUTCOME_none ? NULL : &outcomes[rows->outcome];
}

static bool is_error_status(int64_t status) {
  return status >= 400 && status <= 599;
}

/* Services behind OpenAI's format put an HTTP status into the code of an error
 * that comes inside a 200. */
static struct look look_at(const struct trouble *t) {
  struct look l = {t, -1, t->status == 0 ? STATUS_NONE : t->status};
  if (!str_integer(t->code, &l.code))
    l.code = -1;
  else if (l.code < 0)
    l.code = 0; /* a negative number, which is in no row */
  if (t->status >= 200 && t->status <= 299 && is_error_status(l.code))
    l.status = (int)l.code;
  return l;
}

static double least(double a, double b) {
  return a < b ? a : b;
}

/* The cooldown; 0 = exponential backoff. */
static double rest(const struct outcome *o, const struct trouble *t, double now, double wait) {
  double stamp;
  switch ((enum rest)o->rest) {
  case REST_GROWING:
    break;
  case REST_SHORT:
    return wait;
  case REST_FIXED:
    return o->rest_ms;
  case REST_STAMP:
    stamp = time_find_stamp(t->message);
    if (stamp < 0)
      return least(COOLDOWN_QUOTA, o->rest_ms);
    return stamp - now < soon ? soon : least(stamp - now, o->rest_ms);
  case REST_MIDNIGHT:
    return time_to_midnight(now);
  }
  return 0;
}

/* The upstream's Retry-After takes precedence over the row; but it does not shorten the cooldown of
 * a used-up quota. */
static void heed_retry_after(const struct outcome *o, double asked, struct verdict *v) {
  bool quota = o->rest != REST_GROWING && o->rest != REST_SHORT;
  asked = asked < 1 ? 1 : least(asked, COOLDOWN_MAX);
  if (!v->disable && (!quota || asked > v->cooldown))
    v->cooldown = asked;
  v->wait = asked;
  if (v->action != ACTION_SAME || asked <= SAME_WAIT_MAX)
    return;
  /* Too long for the client to wait: other keys answer meanwhile. */
  v->action = v->then;
  if (v->blame == BLAME_NOBODY)
    v->blame = BLAME_KEY_MODEL;
}

/* The upstream's own status, type and code.  A number as code is a vendor's
 * and means nothing to OpenAI's clients. */
static void keep(const struct look *l, struct verdict *v) {
  if (is_error_status(l->status))
    v->status = l->status;
  if (l->trouble->type.n > 0)
    v->type = l->trouble->type;
  if (l->code < 0 && l->trouble->type.n + l->trouble->code.n > 0)
    v->code = l->trouble->code;
}

static const struct outcome *find_outcome(const struct provider *p, const struct look *l) {
  if (l->trouble->own)
    return &outcomes[OUTCOME_own_failure];
  const struct outcome *o = find_row(p->errors, l);
  if (o == NULL && context_overflow_fits(l->trouble))
    return &outcomes[OUTCOME_too_long];
  return o != NULL ? o : find_row(provider_errors_common, l);
}

void provider_judge(const struct provider *p, const struct trouble *t, double now, uint32_t random,
                    struct verdict *out) {
  struct look l = look_at(t);
  double jitter = random / 4294967296.0;
  const struct outcome *o = find_outcome(p, &l);
  double wait = o->wait + o->wait_jitter * jitter;
  *out = (struct verdict){
      .action = (enum action)o->action,
      .then = (enum action)o->then,
      .blame = (enum blame)o->blame,
      .disable = o->disable,
      .larger_only = o->larger_only,
      .foreign_reasoning = o->foreign_reasoning,
      .wait = wait,
      .cooldown = rest(o, t, now, wait),
      .jitter = jitter,
      .status = o->status,
      .type = str_literal(o->type),
      .code = str_literal(o->code),
      .message = str_literal(o->message),
      .advice = str_literal(o->advice),
      .cause = str_literal(o->code),
  };
  if (t->retry_after >= 0)
    heed_retry_after(o, t->retry_after, out);
  if (o->keep)
    keep(&l, out);
}

struct str provider_cause(struct str word) {
  for (size_t i = OUTCOME_none + 1; i < OUTCOMES; i++) {
    struct str code = str_literal(outcomes[i].code);
    if (str_equal(code, word))
      return code;
  }
  return STR_NONE;
}
