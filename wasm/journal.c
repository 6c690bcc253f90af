/* {"event":"request","id":"req_..","method":"POST","path":"/v1/responses",
 *  "status":200,"outcome":"answered","ms":812,"bytes":{"in":120,"out":2048},
 *  "route":"super-brain","model":"super-brain","stream":true,
 *  "attempts":[{"provider":"openai","model":"gpt-4.1","key":"OPENAI_KEY_1",
 *               "ms":230,"status":429,"answer_id":"req_..","outcome":"failed",
 *               "code":"rate_limit_exceeded","advice":".."},
 *              {"provider":"openai",..,"ms":9,"outcome":"failed",
 *               "code":"upstream_error","why":"Network connection lost."},
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

static struct str outcome_of(const struct attempt *a, const struct verdict *v) {
  if (a->state == ATTEMPT_FAILED || v != NULL)
    return STR("failed");
  return a->state >= ATTEMPT_FLOW ? STR("answered") : STR("overtaken");
}

/* The upstream's own, which is not always as short as it should be. */
static struct str code_of(const struct attempt *a, const struct verdict *v) {
  return a->trouble.code.n > 0 ? str_part(a->trouble.code, 0, ANSWER_ID_MAX) : v->code;
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
  put_word(journal, STR("outcome"), outcome_of(a, v));
  if (v != NULL) {
    put_word(journal, STR("code"), code_of(a, v));
    put_word(journal, STR("why"), a->why);
    put_word(journal, STR("advice"), v->advice);
  }
  json_put_close(journal, '}');
}

static struct str word_of(enum journal_outcome outcome) {
  static const struct str words[] = {
      [JOURNAL_ANSWERED] = STR_INIT("answered"),
      [JOURNAL_FAILED] = STR_INIT("failed"),
      [JOURNAL_BROKEN] = STR_INIT("broken"),
      [JOURNAL_LEFT] = STR_INIT("left"),
  };
  return words[outcome];
}

static void put_bytes(struct buf *out, const struct journal_facts *facts) {
  json_put_key(out, STR("bytes"));
  json_put_open(out, '{');
  put_number(out, STR("in"), facts->bytes_in);
  if (facts->bytes_out >= 0)
    put_number(out, STR("out"), facts->bytes_out);
  json_put_close(out, '}');
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
  put_word(out, STR("outcome"), word_of(facts->outcome));
  put_number(out, STR("ms"), facts->ms);
  put_bytes(out, facts);
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
