/* request.c -- the request of an attempt: attempt_write_request() of
 * attempt.h. */
#include "chat/request.h"
#include "limits.h"
#include "responses/request.h"
#include "text/head.h"
#include "upstream/attempt.h"

void attempt_put_sender(struct buf *head, const struct attempt *a, struct str type) {
  head_put(head, STR("accept"), type);
  head_put(head, STR("user-agent"), STR("ai-worker-proxy"));
  buf_put(head, STR("authorization: Bearer "));
  buf_put(head, a->choice.key->secret);
  buf_put_byte(head, '\n');
}

static void put_head(struct attempt *a) {
  const struct target *t = a->choice.target;
  buf_init(&a->head, &a->arena, HEAD_MAX);
  buf_put(&a->head, STR("POST "));
  buf_put(&a->head, t->endpoint);
  buf_put(&a->head, a->chat ? STR("/chat/completions\n") : STR("/responses\n"));
  head_put(&a->head, STR("content-type"), STR("application/json"));
  attempt_put_sender(&a->head, a, a->stream ? STR("text/event-stream") : STR("application/json"));
}

static bool is_ours(struct json_value item) {
  struct str sealed = json_raw(json_find(item, STR("encrypted_content")));
  return str_starts(sealed, STR("\"" SEAL_PREFIX));
}

/* Thoughts that this gateway sealed for another upstream are refused by one
 * that seals its own: the same request without them. */
static int leave_out_sealed(struct attempt *a, const struct ask *ask) {
  struct buf *out = &a->written;
  buf_init(out, &a->arena, UPSTREAM_BODY_MAX);
  json_put_open(out, '{');
  for (struct json_value v = json_first(ask->body); json_type(v) != JSON_NONE; v = json_next(v)) {
    if (json_key_is(v, STR("model"))) {
      json_put_key(out, STR("model"));
      json_put_string(out, a->choice.target->model);
    } else if (json_key_is(v, STR("input")) && json_type(v) == JSON_ARRAY) {
      json_put_key(out, STR("input"));
      json_put_open(out, '[');
      for (struct json_value i = json_first(v); json_type(i) != JSON_NONE; i = json_next(i)) {
        if (!is_ours(i))
          json_put_raw(out, json_raw(i));
      }
      json_put_close(out, ']');
    } else {
      json_put_member(out, v);
    }
  }
  json_put_close(out, '}');
  a->body[0] = buf_str(out);
  a->lossy = STR("reasoning.encrypted_content");
  return buf_error(out);
}

/* A watched stream has to tell its usage; a client's own word on it stays. */
static bool adds_usage(const struct attempt *a, const struct ask *ask) {
  struct json_value options = json_find(ask->body, STR("stream_options"));
  return a->chat && a->stream && a->read_all && json_type(options) == JSON_NONE;
}

/* The client's own bytes with another model's name in them: nothing else is
 * touched, so nothing is lost. */
static int replace_model(struct attempt *a, const struct ask *ask) {
  if (str_find(ask->text, STR("\"" SEAL_PREFIX)) != STR_NOWHERE && !ask->chat) {
    return leave_out_sealed(a, ask);
  }
  struct json_value model = json_find(ask->body, STR("model"));
  size_t at = json_where(model);
  buf_init(&a->written, &a->arena, KIB);
  json_put_string(&a->written, a->choice.target->model);
  if (adds_usage(a, ask))
    buf_put(&a->written, STR(",\"stream_options\":{\"include_usage\":true}"));
  a->body[0] = str_part(ask->text, 0, at);
  a->body[1] = buf_str(&a->written);
  a->body[2] = str_from(ask->text, at + json_raw(model).n);
  return buf_error(&a->written);
}

struct chat_target attempt_target(const struct attempt *a) {
  const struct target *t = a->choice.target;
  return (struct chat_target){.rules = &t->provider->chat,
                              .facts = provider_model(t->provider, t->model),
                              .model = t->model,
                              .usage = !a->ask->chat || a->ask->translate || a->read_all,
                              .again = a->number > 1};
}

/* What the upstream cannot take is this attempt's loss: the next may take it. */
static int write_neutral(struct attempt *a, const struct ask *ask, struct failure *f) {
  struct chat_target target = attempt_target(a);
  size_t lost = ask->request->lossy.n;
  int err;
  buf_init(&a->written, &a->arena, UPSTREAM_BODY_MAX);
  if (a->chat) {
    err = chat_request_write(&a->written, ask->request, &target, f);
  } else {
    struct responses_target native = {target.rules, target.facts, target.model};
    err = responses_request_write(&a->written, ask->request, &native, f);
  }
  a->lossy = arena_copy(&a->arena, buf_str(&ask->request->lossy));
  ask->request->lossy.n = lost;
  a->body[0] = buf_str(&a->written);
  return err;
}

int attempt_write_request(struct attempt *a, const struct ask *ask, struct failure *f) {
  put_head(a);
  int err =
      attempt_rewrites(a->choice.target, ask) ? write_neutral(a, ask, f) : replace_model(a, ask);
  return err ? err : buf_error(&a->head);
}
