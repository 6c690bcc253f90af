/* answer.c -- see answer.h. */
#include "upstream/answer.h"

#include "limits.h"
#include "provider/trouble.h"
#include "text/head.h"
#include "text/time_parse.h"

void answer_init(struct answer *a, struct arena *arena, const struct redactor *redactor) {
  *a = (struct answer){.arena = arena, .redactor = redactor, .retry_after = -1, .reset = -1};
}

/* The headers' id takes precedence: one in the body may be of another host behind this one. */
void answer_note_id(struct answer *a, struct str id) {
  if (a->id.n == 0)
    a->id = arena_copy(a->arena, str_part(id, 0, ANSWER_ID_MAX));
  a->id = redact_text(a->redactor, a->id, REDACT_MIN, a->arena);
}

void answer_note_output(struct answer *a) {
  a->had_output = true;
  a->outputs++;
  a->at_work = false;
}

void answer_keep_trouble(struct answer *a) {
  struct trouble *t = &a->trouble;
  t->code = arena_copy(a->arena, t->code);
  t->type = arena_copy(a->arena, t->type);
  t->param = arena_copy(a->arena, t->param);
  t->message = arena_copy(a->arena, str_part(t->message, 0, MESSAGE_MAX));
}

/* ---- failures ---- */

/* Status 0 if the connection failed before the headers; the gateway's own (502, 504, ...)
 * if the upstream's status was 200. */
static int status_of(const struct answer *a, int error, int own) {
  bool unreached = a->status == 0 && error == ERR_UPSTREAM_CONNECT;
  return unreached || (a->status != 0 && a->status != 200) ? a->status : own;
}

void answer_fail(struct answer *a, int error) {
  a->trouble = provider_trouble(error);
  a->trouble.status = status_of(a, error, a->trouble.status);
  a->trouble.retry_after = a->retry_after;
  a->trouble.own = error == ERR_MEMORY;
  a->failed = true;
}

static void redact_trouble(struct trouble *t, const struct redactor *r, struct arena *arena) {
  struct str *const texts[] = {&t->code, &t->type, &t->param, &t->message};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *texts[i] = redact_text(r, *texts[i], REDACT_MIN, arena);
  t->message = redact_account_ids(t->message, arena);
}

/* The headers come first, then the message. A limit's reset is when all of it is available again,
 * and the next request may need little of it. */
static double wait_asked(const struct answer *a) {
  double ms = a->retry_after;
  if (ms < 0)
    ms = time_find_wait(a->trouble.message);
  return ms < 0 && a->status == 429 ? a->reset : ms;
}

void answer_fail_by_trouble(struct answer *a) {
  if (a->trouble.status == 0)
    a->trouble.status = a->status;
  a->trouble.retry_after = wait_asked(a);
  redact_trouble(&a->trouble, a->redactor, a->arena);
  a->failed = true;
}

/* ---- reading ---- */

bool answer_take_head(struct answer *a, struct str head, double now, struct str *type) {
  struct str line, headers = head;
  int64_t status = 0;
  if (head.n > ANSWER_HEAD_MAX) {
    answer_fail(a, ERR_LIMIT);
    return false;
  }
  if (!str_cut(&headers, '\n', &line) || !str_integer(str_trim(line), &status)) {
    answer_fail(a, ERR_UPSTREAM);
    return false;
  }
  a->status = (int)status;
  a->retry_after = provider_retry_after(headers, now);
  a->reset = provider_soonest_reset(headers);
  answer_note_id(a, head_find(headers, STR("x-request-id")));
  *type = head_find(headers, STR("content-type"));
  return true;
}

void answer_take_error(struct answer *a, struct str body) {
  a->trouble = (struct trouble){.status = a->status};
  provider_read_error_body(body, a->arena, &a->trouble);
  a->trouble.status = a->status;
  answer_fail_by_trouble(a);
}
