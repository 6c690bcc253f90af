#include "exchange/stored.h"

#include "exchange/conversation.h"
#include "exchange/local_reply.h"
#include "exchange/plans.h"
#include "limits.h"
#include "memory/stored.h"

static void refuse(struct exchange *x, int error, struct str param, struct str message) {
  struct failure f = error_failure(error);
  f.param = param;
  f.message = message;
  exchange_reply_failure(x, &f);
}

static void reply_response(struct exchange *x, const struct turn *turn) {
  struct str stream = head_query_text(x->intake.head.query, STR("stream"));
  if (str_equal(stream, STR("true"))) {
    refuse(x, ERR_VALUE, STR("stream"),
           STR("This response cannot be streamed: it was not created with background=true."));
    return;
  }
  buf_put(&x->body, json_raw(turn->response));
  exchange_reply(x, 200, STR("application/json"));
}

static void reply_items(struct exchange *x, const struct turn *turn) {
  struct failure f;
  if (stored_put_items(&x->body, &x->memory, turn, x->intake.head.query, &f) < 0)
    exchange_reply_failure(x, &f);
  else
    exchange_reply(x, 200, STR("application/json"));
}

static void reply_about(struct exchange *x, const struct turn *turn) {
  switch (x->intake.endpoint.kind) {
  case ENDPOINT_RESPONSE_DELETE:
    stored_put_deleted(&x->body, &x->memory);
    exchange_reply(x, 200, STR("application/json"));
    break;
  case ENDPOINT_RESPONSE_CANCEL:
    refuse(x, ERR_VALUE, STR_NONE, STR("Cannot cancel a synchronous response."));
    break;
  case ENDPOINT_INPUT_ITEMS:
    reply_items(x, turn);
    break;
  default:
    reply_response(x, turn);
  }
}

/* False when a deletion is still to be carried out: that is the plan now. */
static bool is_settled(struct exchange *x, const struct turn *turn) {
  struct memory_call call;
  if (x->intake.endpoint.kind != ENDPOINT_RESPONSE_DELETE || x->writing)
    return true;
  x->writing = true;
  stored_put_drop(&x->memory, turn, &call);
  exchange_plan_call(x, &call, MEMORY_WAIT_MS);
  return false;
}

static void open_lookup(struct exchange *x) {
  struct str id = head_decode(x->intake.endpoint.names[0], &x->arena);
  stored_open(&x->memory, id, x->intake.client->token, &x->ids, &x->arena, x->now);
}

bool exchange_stored(struct exchange *x) {
  struct memory_call call;
  struct failure f;
  if (endpoint_is_conversation(x->intake.endpoint.kind))
    return exchange_conversation(x);
  if (!x->config->memory) {
    exchange_reply_error(x, ERR_NOT_STORED);
    return true;
  }
  if (!x->memory.on)
    open_lookup(x);
  if (!x->writing && memory_next_call(&x->memory, true, &call)) {
    exchange_plan_call(x, &call, MEMORY_WAIT_MS);
    return false;
  }
  const struct turn *turn = stored_find(&x->memory);
  if (x->memory.failing) {
    exchange_reply_error(x, ERR_STORE);
  } else if (turn == NULL) {
    stored_refuse(&x->memory, &f);
    exchange_reply_failure(x, &f);
  } else if (is_settled(x, turn)) {
    reply_about(x, turn);
  } else {
    return false;
  }
  return true;
}
