#include "exchange/release.h"

#include "failover/in_flight.h"
#include "limits.h"

void exchange_take_sent(struct exchange *x) {
  struct attempt *a = x->has_failover ? in_flight_find(&x->failover, x->plan.attempt) : NULL;
  if (a == NULL)
    return;
  upstream_request_drop(&a->request);
  queue_leave(&x->shared->queue, &x->queue_place);
}

/* May another attempt have to continue or repair the reply? */
static bool may_be_continued(const struct exchange *x) {
  const struct ask *ask = &x->intake.ask;
  struct chat_target target = call_target(&x->failover.winner->call);
  if (x->run.on || x->intake.route->continue_on_failure || ask->translate || ask->added != NULL)
    return true;
  return ask->request != NULL &&
         (ask->request->compaction.on || constraint_any(ask->request, &target));
}

/* Keep the body without the conversation: a relay repeats its other members in its own events. */
static bool keep_rest(struct intake *in) {
  struct buf kept;
  size_t where;
  buf_init(&kept, in->arena, in->config->body_max);
  json_put_open(&kept, '{');
  for (struct json_value v = json_first(in->ask.body); json_exists(v); v = json_next(v)) {
    if (!json_is_deferred(v))
      json_put_member(&kept, v);
  }
  json_put_close(&kept, '}');
  buf_trim(&kept);
  struct json json;
  if (buf_error(&kept) || json_parse(&json, in->arena, buf_str(&kept), &where) < 0)
    return false;
  in->ask.text = buf_str(&kept);
  in->ask.body = json_root(&json);
  return true;
}

void exchange_release_request(struct exchange *x) {
  struct intake *in = &x->intake;
  struct ask *ask = &in->ask;
  if (may_be_continued(x))
    return;
  if (!x->failover.winner->relay.on && ask->request == NULL)
    return; /* the attempt read the request again, and its strings point into the body */
  memory_hold_input(&x->memory);
  if (x->failover.winner->relay.on) {
    if (!keep_rest(in))
      return;
    x->failover.writer->relayed.body = ask->body;
    ask->request = NULL;
  } else {
    if (!request_keep_tools(ask->request, in->arena))
      return;
    ask->text = STR_NONE;
    ask->body = JSON_ABSENT;
  }
  in->body = (struct buf){.arena = in->arena};
  arena_drop(&in->body_arena);
}
