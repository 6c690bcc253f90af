/* {"event":"request","id":"req_..","method":"POST","path":"/v1/responses",
 *  "status":200,"ms":812,"route":"super-brain","model":"super-brain","stream":true,
 *  "attempts":[{"provider":"openai","model":"gpt-4.1","key":"OPENAI_KEY_1",
 *               "ms":230,"status":429,"answer_id":"req_..","outcome":"failed",
 *               "code":"rate_limit_exceeded","advice":".."},
 *              {"provider":"zhipu",..,"ms":580,"first_ms":210,"status":200,..}],
 *  "usage":{"input":10,"cached":0,"output":20,"reasoning":5}}
 */
#include "journal.h"

#include "limits.h"

static void put_word(struct buf *out, struct str key, struct str value) {
  if (value.n == 0)
    return;
  json_put_key(out, key);
  json_put_string(out, value);
}

static void put_number(struct buf *out, struct str key, double value) {
  json_put_key(out, key);
  json_put_integer(out, (int64_t)value);
}

static struct str outcome_of(const struct attempt *a) {
  if (a->state == ATTEMPT_FAILED)
    return STR("failed");
  return a->state >= ATTEMPT_FLOW ? STR("answered") : STR("overtaken");
}

void journal_put_attempt(struct buf *journal, const struct attempt *a, const struct verdict *v,
                         double now) {
  const struct target *t = a->choice.target;
  json_put_open(journal, '{');
  put_word(journal, STR("provider"), t->provider->name);
  put_word(journal, STR("model"), t->model);
  put_word(journal, STR("key"), a->choice.key->name);
  put_number(journal, STR("ms"), now - a->asked);
  if (a->first_output > 0)
    put_number(journal, STR("first_ms"), a->first_output - a->asked);
  if (a->status > 0)
    put_number(journal, STR("status"), a->status);
  put_word(journal, STR("answer_id"), a->answer_id);
  put_word(journal, STR("outcome"), outcome_of(a));
  if (v != NULL) {
    put_word(journal, STR("code"), a->trouble.code.n > 0 ? a->trouble.code : v->code);
    put_word(journal, STR("advice"), v->advice);
  }
  json_put_close(journal, '}');
}

static void put_usage(struct buf *out, const struct usage *u) {
  if (!u->known)
    return;
  json_put_key(out, STR("usage"));
  json_put_open(out, '{');
  put_number(out, STR("input"), (double)u->input);
  put_number(out, STR("cached"), (double)u->cached);
  put_number(out, STR("output"), (double)u->output);
  put_number(out, STR("reasoning"), (double)u->reasoning);
  json_put_close(out, '}');
}

void journal_put_line(struct buf *out, const struct journal_facts *facts) {
  json_put_open(out, '{');
  put_word(out, STR("event"), STR("request"));
  put_word(out, STR("id"), facts->id);
  put_word(out, STR("method"), facts->method);
  put_word(out, STR("path"), facts->path);
  put_number(out, STR("status"), facts->status);
  put_number(out, STR("ms"), facts->ms);
  if (facts->left) {
    json_put_key(out, STR("left"));
    json_put_bool(out, true);
  }
  if (facts->route.n > 0) {
    put_word(out, STR("route"), facts->route);
    put_word(out, STR("model"), facts->model);
    json_put_key(out, STR("stream"));
    json_put_bool(out, facts->stream);
    json_put_key(out, STR("attempts"));
    json_put_open(out, '[');
    buf_put(out, facts->attempts);
    json_put_close(out, ']');
    put_usage(out, &facts->usage);
    if (facts->cost.n > 0) {
      json_put_member_raw(out, STR("cost"), facts->cost);
      put_word(out, STR("currency"), facts->currency);
    }
  }
  json_put_close(out, '}');
}
