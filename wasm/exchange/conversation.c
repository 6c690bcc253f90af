#include "exchange/conversation.h"

#include "exchange/local_reply.h"
#include "exchange/plans.h"
#include "limits.h"
#include "memory/conversation.h"

static enum conversation_verb verb_of(const struct exchange *x) {
  return (enum conversation_verb)(x->intake.endpoint.kind - ENDPOINT_CONVERSATION_CREATE);
}

/* For how many days conversations are kept: the longest time of any route; 0: no route stores. */
static double days_of(const struct config *config) {
  uint32_t days = 0;
  for (uint32_t i = 0; i < config->route_count; i++) {
    if (config->routes[i].store_days > days)
      days = config->routes[i].store_days;
  }
  return days;
}

static struct conversation describe(struct exchange *x) {
  struct intake *in = &x->intake;
  return (struct conversation){.verb = verb_of(x),
                               .m = &x->memory,
                               .id = head_decode(in->endpoint.names[0], &x->arena),
                               .item = head_decode(in->endpoint.names[1], &x->arena),
                               .query = in->head.query,
                               .body = in->ask.body,
                               .until = x->now + days_of(x->config) * 24 * HOUR,
                               .out = &x->body};
}

/* Make the reply. It is not sent before the store has confirmed the write. */
static bool answer(struct exchange *x) {
  struct conversation c = describe(x);
  struct memory_call call;
  struct failure f = {0};
  buf_reset(&x->body);
  if (conversation_answer(&c, &call, &f) < 0) {
    exchange_reply_failure(x, &f);
  } else if (call.lines.n == 0) {
    exchange_reply_json(x);
  } else {
    x->writing = true;
    exchange_plan_call(x, &call, MEMORY_SAVE_MS);
    return false;
  }
  return true;
}

bool exchange_conversation(struct exchange *x) {
  struct memory_call call;
  if (!x->config->memory || days_of(x->config) == 0) {
    exchange_reply_error(x, ERR_NOT_STORED);
    return true;
  }
  if (!x->memory.on) {
    struct conversation c = describe(x);
    conversation_open(&c, x->intake.client->token, &x->ids, &x->arena, x->now);
  }
  if (!x->writing && memory_next_call(&x->memory, true, &call)) {
    exchange_plan_call(x, &call, MEMORY_WAIT_MS);
    return false;
  }
  if (x->memory.failing) {
    exchange_reply_error(x, ERR_STORE);
    return true;
  }
  if (!x->writing)
    return answer(x);
  exchange_reply_json(x);
  return true;
}
