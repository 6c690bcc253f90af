/* access_log.c -- see access_log.h. A line, without what is empty or unknown:
 *
 * {"event":"request","time":"2026-11-27T09:36:00.000Z","id":"req_..","method":"POST",
 *  "path":"/v1/responses","status":200,"outcome":"answered","ms":812,
 *  "bytes":{"in":120,"out":2048},"client":"default","route":"super-brain",
 *  "model":"super-brain","stream":true,
 *  "attempts":[{"provider":"openai","model":"gpt-4.1","key":"OPENAI_KEY_1","at":1,
 *               "ms":230,"status":429,"answer_id":"req_..","outcome":"failed",
 *               "code":"rate_limit_exceeded","advice":".."},
 *              {"provider":"openai",..,"ms":9,"outcome":"failed",
 *               "code":"upstream_error","why":"Network connection lost."},
 *              {"provider":"zhipu",..,"ms":580,"first_ms":210,"status":200,..}],
 *  "not_asked":[{"provider":"openai",..,"why":"resting","until":"..","code":".."}],
 *  "lossy":"images","usage":{"input":10,"cached":0,"output":20,"reasoning":5}}
 *
 * "unstored":true means that the store failed to store the turn. For a request that failed, "code"
 * is the error code in the reply; if no upstream was called, "advice" says what the owner can do.
 */
#include "report/access_log.h"

#include "limits.h"
#include "report/advice.h"
#include "text/time_format.h"

static struct str word_of(enum outcome outcome) {
  static const struct str words[] = {
      [OUTCOME_ANSWERED] = STR_INIT("answered"),
      [OUTCOME_FAILED] = STR_INIT("failed"),
      [OUTCOME_BROKEN] = STR_INIT("broken"),
      [OUTCOME_LEFT] = STR_INIT("left"),
  };
  return words[outcome];
}

static void put_bytes(struct buf *out, const struct access_log_entry *facts) {
  json_put_key(out, STR("bytes"));
  json_put_open(out, '{');
  json_put_member_integer(out, STR("in"), (int64_t)facts->bytes_in);
  if (facts->bytes_out >= 0)
    json_put_member_integer(out, STR("out"), (int64_t)facts->bytes_out);
  json_put_close(out, '}');
}

static void put_usage(struct buf *out, const struct usage *u) {
  if (!u->known)
    return;
  json_put_key(out, STR("usage"));
  json_put_open(out, '{');
  json_put_member_integer(out, STR("input"), (int64_t)u->input);
  json_put_member_integer(out, STR("cached"), (int64_t)u->cached);
  json_put_member_integer(out, STR("output"), (int64_t)u->output);
  json_put_member_integer(out, STR("reasoning"), (int64_t)u->reasoning);
  json_put_close(out, '}');
}

static void put_array(struct buf *out, struct str key, struct str elements) {
  json_put_member_open(out, key, '[');
  buf_put(out, elements);
  json_put_close(out, ']');
}

static void put_head(struct buf *out, const struct access_log_entry *facts) {
  json_put_member_string(out, STR("event"), STR("request"));
  json_put_key(out, STR("time"));
  json_put_quote(out);
  time_put_iso(out, facts->opened);
  json_put_unquote(out);
  json_put_member_filled(out, STR("id"), facts->id);
  json_put_member_filled(out, STR("method"), facts->method);
  json_put_member_filled(out, STR("path"), facts->path);
  json_put_member_integer(out, STR("status"), (int64_t)facts->status);
  json_put_member_string(out, STR("outcome"), word_of(facts->outcome));
  json_put_member_integer(out, STR("ms"), (int64_t)facts->ms);
  put_bytes(out, facts);
  json_put_member_filled(out, STR("client"), facts->client);
}

static void put_answer(struct buf *out, const struct access_log_entry *facts) {
  json_put_key(out, STR("stream"));
  json_put_bool(out, facts->stream);
  put_array(out, STR("attempts"), facts->attempts);
  if (facts->not_asked.n > 0)
    put_array(out, STR("not_asked"), facts->not_asked);
  json_put_member_filled(out, STR("lossy"), facts->lossy);
  if (facts->unstored)
    json_put_member_raw(out, STR("unstored"), STR("true"));
  put_usage(out, &facts->usage);
  if (facts->cost.n > 0) {
    json_put_member_raw(out, STR("cost"), facts->cost);
    json_put_member_filled(out, STR("currency"), facts->currency);
  }
}

void access_log_put(struct buf *out, const struct access_log_entry *facts) {
  json_put_open(out, '{');
  put_head(out, facts);
  json_put_member_filled(out, STR("route"), facts->route);
  json_put_member_filled(out, STR("model"), facts->model);
  json_put_member_filled(out, STR("code"), facts->code);
  if (facts->attempts.n == 0)
    json_put_member_filled(out, STR("advice"), advice_of(facts->code));
  if (facts->route.n > 0)
    put_answer(out, facts);
  json_put_close(out, '}');
}
