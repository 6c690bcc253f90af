/* request_extras.c -- see request_extras.h.
 *
 *   Responses          {"instructions":"PROMPT\n\n..","reasoning":{"effort":".."},..}
 *   Chat Completions   {"messages":[{"role":"system","content":"PROMPT"},..],
 *                       "reasoning_effort":"..",..}
 */
#include "upstream/request_extras.h"

#include "limits.h"
#include "provider/parameters.h"

/* A rewriting under way. */
struct extras {
  const struct call *call;
  const struct target *target;
  struct str effort; /* in the words of the model; empty: none is added */
  bool off;          /* it asks for no reasoning at all */
  struct buf *out;
};

static bool is_one(struct json_value custom, struct json_value member) {
  for (struct json_value v = json_first(custom); json_exists(v); v = json_next(v))
    if (str_equal(json_key(v), json_key(member)))
      return true;
  return false;
}

/* The model is the target's, and how an answer is read is the gateway's matter. */
static bool is_reserved(struct json_value member) {
  return json_key_is(member, STR("model")) || json_key_is(member, STR("stream"));
}

static void put_custom(struct extras *x) {
  struct json_value custom = x->target->custom_params;
  for (struct json_value v = json_first(custom); json_exists(v); v = json_next(v))
    if (!is_reserved(v))
      json_put_member(x->out, v);
}

/* ---- the prompt ---- */

/* Put the prompt and |old|, if it is a string, as the member |key|. */
static void put_prompt(struct extras *x, struct str key, struct json_value old) {
  struct str raw = json_raw(old); /* what stands between its quotes is put as it is */
  json_put_key(x->out, key);
  json_put_quote(x->out);
  json_put_text(x->out, x->target->prompt);
  if (json_type(old) == JSON_STRING && raw.n > 2) {
    json_put_text(x->out, STR("\n\n"));
    buf_put(x->out, str_part(raw, 1, raw.n - 2));
  }
  json_put_unquote(x->out);
}

/* The prompt is a message of its own, but where the upstream takes one system message only. */
static void put_messages(struct extras *x, struct json_value messages) {
  struct json_value m = json_first(messages), old = JSON_ABSENT;
  bool one = (x->target->refused & parameter_bit(STR(LATER_SYSTEM))) != 0;
  if (one && json_is(json_find(m, STR("role")), STR("system"))) {
    old = json_find(m, STR("content"));
    m = json_next(m);
  }
  json_put_member_open(x->out, STR("messages"), '[');
  json_put_open(x->out, '{');
  json_put_member_string(x->out, STR("role"), STR("system"));
  put_prompt(x, STR("content"), old);
  json_put_close(x->out, '}');
  for (; json_exists(m); m = json_next(m))
    json_put_value(x->out, m);
  json_put_close(x->out, ']');
}

/* ---- the effort ---- */

static void put_reasoning(struct extras *x, struct json_value old) {
  json_put_member_open(x->out, STR("reasoning"), '{');
  json_put_member_string(x->out, STR("effort"), x->effort);
  for (struct json_value v = json_first(old); json_exists(v); v = json_next(v))
    if (!json_key_is(v, STR("effort")))
      json_put_member(x->out, v);
  json_put_close(x->out, '}');
}

static bool names_effort(const struct extras *x, struct json_value body) {
  if (x->call->chat)
    return !json_absent(json_find(body, STR("reasoning_effort")));
  return !json_absent(json_find(json_find(body, STR("reasoning")), STR("effort")));
}

static void choose_effort(struct extras *x, struct json_value body) {
  const struct target *t = x->target;
  if (t->effort.n == 0 || names_effort(x, body))
    return;
  const struct model_facts *facts = provider_model(t->provider, t->model);
  x->effort = provider_effort(facts->effort, t->effort, &x->off);
  x->off &= facts->thinking == THINKING_OPTIONAL && x->call->chat;
  if (x->off)
    x->effort = STR_NONE;
}

static void put_effort(struct extras *x, struct json_value body) {
  if (x->off) {
    json_put_member_raw(x->out, STR("thinking"), STR("{\"type\":\"disabled\"}"));
  } else if (x->effort.n > 0 && x->call->chat) {
    json_put_member_string(x->out, STR("reasoning_effort"), x->effort);
  } else if (x->effort.n > 0) {
    put_reasoning(x, json_find(body, STR("reasoning")));
  }
}

/* ---- the whole ---- */

/* A member of the body that stands there already, as it is, or with what is added to it. */
static void put_member(struct extras *x, struct json_value v) {
  bool prompt = x->target->prompt.n > 0;
  if (!is_reserved(v) && is_one(x->target->custom_params, v))
    return;
  if (prompt && x->call->chat && json_key_is(v, STR("messages")))
    put_messages(x, v);
  else if (prompt && !x->call->chat && json_key_is(v, STR("instructions")))
    return;
  else if (x->effort.n > 0 && !x->call->chat && json_key_is(v, STR("reasoning")))
    return;
  else if (x->off && json_key_is(v, STR("thinking")))
    return;
  else
    json_put_member(x->out, v);
}

static void rewrite(struct extras *x, struct json_value body) {
  choose_effort(x, body);
  json_put_open(x->out, '{');
  for (struct json_value v = json_first(body); json_exists(v); v = json_next(v))
    put_member(x, v);
  if (x->target->prompt.n > 0 && !x->call->chat)
    put_prompt(x, STR("instructions"), json_find(body, STR("instructions")));
  put_effort(x, body);
  put_custom(x);
  json_put_close(x->out, '}');
}

static struct str join(const struct upstream_request *r, struct arena *arena) {
  struct buf whole;
  if (r->body[1].n + r->body[2].n == 0)
    return r->body[0];
  buf_init(&whole, arena, UPSTREAM_BODY_MAX);
  for (int i = 0; i < REQUEST_PARTS; i++)
    buf_put(&whole, r->body[i]);
  return buf_error(&whole) ? STR_NONE : buf_str(&whole);
}

int request_extras_write(struct upstream_request *r, const struct call *call, struct arena *arena) {
  const struct target *t = call->choice.target;
  struct json json;
  struct buf out;
  size_t where;
  if (t->prompt.n + t->effort.n == 0 && json_count(t->custom_params) == 0)
    return 0;
  int err = json_parse_lenient(&json, arena, join(r, arena), &where);
  if (err)
    return ERR_MEMORY;
  buf_init(&out, arena, UPSTREAM_BODY_MAX);
  struct extras x = {.call = call, .target = t, .out = &out};
  rewrite(&x, json_root(&json));
  if (buf_error(&out))
    return buf_error(&out);
  r->written = out;
  r->body[0] = buf_str(&r->written);
  r->body[1] = r->body[2] = STR_NONE;
  return 0;
}
