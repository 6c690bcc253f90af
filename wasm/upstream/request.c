/* request.c -- see request.h.
 *
 *   POST https://api.openai.com/v1/responses
 *   content-type: application/json
 *   accept: text/event-stream
 *   user-agent: ai-worker-proxy
 *   authorization: Bearer ...
 */
#include "upstream/request.h"

#include "limits.h"
#include "responses/request.h"
#include "text/head.h"
#include "upstream/relayed_request.h"

/* ---- which dialect, from which form ---- */

/* OpenAI's host speaks both; any other speaks the one that the route names. */
bool upstream_speaks_chat(const struct target *target, const struct ask *ask) {
  return target->api == API_CHAT || (ask->chat && target->provider->chat.native);
}

bool upstream_writes_summary(const struct target *target, const struct ask *ask) {
  return ask->kind == ASK_WINDOW && !target->provider->chat.native;
}

bool upstream_request_is_translated(const struct target *target, const struct ask *ask) {
  bool chat = upstream_speaks_chat(target, ask);
  if (upstream_writes_summary(target, ask))
    return true;
  return chat != ask->chat || (chat && (ask->added != NULL || !target->provider->chat.native));
}

bool upstream_needs_neutral(const struct target *target, const struct ask *ask) {
  return ask->translate || upstream_request_is_translated(target, ask);
}

bool upstream_can_take(const struct target *target, const struct ask *ask) {
  return ask->kind != ASK_TOKENS || !upstream_speaks_chat(target, ask) ||
         target->provider->chat.tokenizer.n > 0;
}

bool upstream_parts_usage(const struct target *target, const struct ask *ask) {
  struct json_value options = json_find(ask->body, STR("stream_options"));
  return ask->chat && ask->stream && !target->provider->chat.native &&
         upstream_speaks_chat(target, ask) &&
         json_bool(json_find(options, STR("include_usage")), false);
}

struct chat_target call_target(const struct call *call) {
  const struct target *t = call->choice.target;
  return (struct chat_target){.rules = &t->provider->chat,
                              .facts = provider_model(t->provider, t->model),
                              .model = t->model,
                              .origin = call->origin,
                              .refused = t->refused,
                              .usage = !call->ask->chat || call->ask->translate || call->read_all,
                              .again = call->number > 1};
}

/* ---- the head ---- */

void call_put_headers(const struct call *call, struct buf *head, struct str type) {
  head_put(head, STR("accept"), type);
  head_put(head, STR("user-agent"), STR("ai-worker-proxy"));
  buf_put(head, STR("authorization: Bearer "));
  buf_put(head, call->choice.key->secret);
  buf_put_byte(head, '\n');
}

static struct str path_of(const struct call *call) {
  const struct ask *ask = call->ask;
  if (ask->kind == ASK_TOKENS)
    return call->chat ? call->choice.target->provider->chat.tokenizer
                      : STR("/responses/input_tokens");
  if (call->chat)
    return STR("/chat/completions");
  if (ask->kind == ASK_WINDOW && !upstream_request_is_translated(call->choice.target, ask))
    return STR("/responses/compact");
  return STR("/responses");
}

static void put_head(struct upstream_request *r, const struct call *call, struct arena *arena) {
  buf_init(&r->head, arena, HEAD_MAX);
  buf_put(&r->head, STR("POST "));
  buf_put(&r->head, call->choice.target->endpoint);
  buf_put(&r->head, path_of(call));
  buf_put_byte(&r->head, '\n');
  head_put(&r->head, STR("content-type"), STR("application/json"));
  call_put_headers(call, &r->head,
                   call->ask->stream ? STR("text/event-stream") : STR("application/json"));
}

/* What is written is seldom much longer than the client's request: a large one need not grow. */
static void open_body(struct upstream_request *r, const struct call *call, struct arena *arena) {
  size_t n = call->ask->text.n;
  buf_init(&r->written, arena, UPSTREAM_BODY_MAX);
  if (n >= ARENA_LARGE)
    buf_reserve(&r->written, n + n / 16);
}

/* The name of what stored turns have and the request that is built from them lacks. */
static const struct str removed_name = STR_INIT("reasoning.encrypted_content");

/* ---- the body: the client's own bytes ---- */

/* A stream that is read to its end has to tell its usage; where the client sets
 * stream_options itself, they stay. */
static bool adds_usage(const struct call *call) {
  struct json_value options = json_find(call->ask->body, STR("stream_options"));
  return call->chat && call->ask->stream && call->read_all && !json_exists(options);
}

/* Only the model's name is replaced: what this gateway does not know is kept, too. */
static int replace_model(struct upstream_request *r, const struct call *call,
                         const struct relayed_request *relayed, struct arena *arena) {
  struct json_value model = json_find(relayed->body, STR("model"));
  size_t at = (size_t)(json_raw(model).p - relayed->text.p);
  buf_init(&r->written, arena, KIB);
  json_put_string(&r->written, call->choice.target->model);
  if (adds_usage(call))
    buf_put(&r->written, STR(",\"stream_options\":{\"include_usage\":true}"));
  r->body[0] = str_part(relayed->text, 0, at);
  r->body[1] = buf_str(&r->written);
  r->body[2] = str_from(relayed->text, at + json_raw(model).n);
  return buf_error(&r->written);
}

/* The client's request, but for what this upstream is known to refuse. */
static int write_relayed(struct upstream_request *r, const struct call *call, struct arena *arena) {
  const struct target *t = call->choice.target;
  const struct given *given = call->ask->given;
  struct relayed_request relayed = {.body = given != NULL ? given->body : call->ask->body,
                                    .text = given != NULL ? given->text : call->ask->text,
                                    .chat = call->ask->chat,
                                    .opened = call->ask->request,
                                    .model = t->model,
                                    .facts = provider_model(t->provider, t->model),
                                    .refused = t->refused,
                                    .without_reasoning = call->without_reasoning,
                                    .added = call->ask->added,
                                    .usage = adds_usage(call),
                                    .begun = call->ask->begun != NULL};
  struct buf lossy, removed;
  if (given != NULL && call->ask->removed.n > 0)
    r->lossy = removed_name;
  if (!relayed_request_changes(&relayed))
    return replace_model(r, call, &relayed, arena);
  buf_init(&lossy, arena, LOSSY_MAX);
  buf_init(&removed, arena, REMOVED_MAX + ANSWER_MAX);
  buf_put(&lossy, r->lossy);
  buf_put(&removed, given != NULL ? call->ask->removed : STR_NONE);
  open_body(r, call, arena);
  relayed_request_write(&r->written, &relayed, &lossy, &removed, arena);
  r->removed = buf_str(&removed);
  r->body[0] = buf_str(&r->written);
  r->lossy = buf_str(&lossy);
  return buf_error(&r->written);
}

/* ---- the body: translated ---- */

/* |request| collects the names of what is lost: those of this target alone are taken off
 * again, since the next target may not lose them. */
static int write_translated(struct upstream_request *r, const struct call *call,
                            struct arena *arena, struct failure *f) {
  struct chat_target target = call_target(call);
  struct request *request = call->ask->request;
  size_t lost_by_all = request->lossy.n;
  int err;
  if (request->left_out.n > 0)
    request_lose(request, removed_name);
  open_body(r, call, arena);
  if (call->chat) {
    err = chat_request_write(&r->written, request, &target, f);
  } else {
    struct responses_target native = {target.rules, target.facts, target.model, target.refused};
    err = responses_request_write(&r->written, request, &native, f);
  }
  r->lossy = arena_copy(arena, buf_str(&request->lossy));
  request->lossy.n = lost_by_all;
  r->body[0] = buf_str(&r->written);
  return err;
}

int upstream_request_write(struct upstream_request *r, const struct call *call, struct arena *arena,
                           struct failure *f) {
  put_head(r, call, arena);
  int err = upstream_request_is_translated(call->choice.target, call->ask)
                ? write_translated(r, call, arena, f)
                : write_relayed(r, call, arena);
  return err ? err : buf_error(&r->head);
}

void upstream_request_drop(struct upstream_request *r) {
  if (r->written.arena != NULL)
    buf_drop(&r->written);
  for (int i = 0; i < REQUEST_PARTS; i++)
    r->body[i] = STR_NONE;
}
