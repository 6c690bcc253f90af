/* {"provider":"openai","model":"gpt-4.1","key":"OPENAI_KEY_1","at":2,"ms":230,
 *  "first_ms":210,"status":429,"answer_id":"req_..","outcome":"failed","code":"rate_limit_exceeded",
 *  "why":"Network connection lost.","advice":".."}
 */
#include "failover/attempt_log.h"

#include "limits.h"

static struct str outcome_of(const struct attempt *a, const struct verdict *v) {
  if (a->state == ATTEMPT_FAILED || v != NULL)
    return STR("failed");
  return a->state >= ATTEMPT_FLOW ? STR("answered") : STR("overtaken");
}

/* The upstream's own code, which may be of any length. */
static struct str code_of(const struct attempt *a, const struct verdict *v) {
  return a->answer.trouble.code.n > 0 ? str_part(a->answer.trouble.code, 0, ANSWER_ID_MAX)
                                      : v->code;
}

void attempt_log_put(struct buf *out, const struct attempt *a, const struct verdict *v,
                     double opened, double now) {
  const struct target *t = a->call.choice.target;
  json_put_open(out, '{');
  json_put_member_filled(out, STR("provider"), t->provider->name);
  json_put_member_filled(out, STR("model"), t->model);
  json_put_member_filled(out, STR("key"), a->call.choice.key->name);
  json_put_member_integer(out, STR("at"), (int64_t)(a->clock.called - opened));
  json_put_member_integer(out, STR("ms"), (int64_t)(now - a->clock.called));
  if (a->clock.first_output > 0)
    json_put_member_integer(out, STR("first_ms"),
                            (int64_t)(a->clock.first_output - a->clock.called));
  if (a->answer.status > 0)
    json_put_member_integer(out, STR("status"), a->answer.status);
  json_put_member_filled(out, STR("answer_id"), a->answer.id);
  json_put_member_filled(out, STR("outcome"), outcome_of(a, v));
  if (v != NULL) {
    json_put_member_filled(out, STR("code"), code_of(a, v));
    json_put_member_filled(out, STR("why"), a->answer.host_error);
    json_put_member_filled(out, STR("advice"), v->advice);
  }
  json_put_close(out, '}');
}
