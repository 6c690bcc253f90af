#include "exchange/stored.h"

#include "exchange/conversation.h"
#include "exchange/hand_over.h"
#include "exchange/local_reply.h"
#include "exchange/plans.h"
#include "exchange/recall.h"
#include "exchange/run.h"
#include "limits.h"
#include "memory/stored.h"

static void refuse(struct exchange *x, int error, struct str param, struct str message) {
  struct failure f;
  error_refuse(&f, error, param, message);
  exchange_reply_failure(x, &f);
}

static void refuse_unknown(struct exchange *x) {
  struct failure f;
  stored_refuse(&x->memory, &f);
  exchange_reply_failure(x, &f);
}

static void reply_json(struct exchange *x, struct str json) {
  buf_put(&x->body, json);
  exchange_reply_json(x);
}

static bool wants_stream(const struct exchange *x) {
  struct str stream = head_query_text(x->intake.head.query, STR("stream"));
  return str_equal(stream, STR("true"));
}

static void reply_stream(struct exchange *x, bool background, bool events) {
  if (events)
    x->place = PLACE_FOLLOW;
  else if (background)
    refuse(x, ERR_VALUE, STR("stream"),
           STR("This response cannot be streamed: it was not created with stream=true."));
  else
    refuse(x, ERR_VALUE, STR("stream"),
           STR("This response cannot be streamed: it was not created with background=true."));
}

static bool is_background(const struct turn *turn) {
  return json_bool(json_find(turn->response, STR("background")), false);
}

static void reply_response(struct exchange *x, const struct turn *turn) {
  if (wants_stream(x))
    reply_stream(x, is_background(turn), turn->events);
  else
    reply_json(x, json_raw(turn->response));
}

static void refuse_synchronous(struct exchange *x) {
  refuse(x, ERR_VALUE, STR_NONE, STR("Cannot cancel a synchronous response."));
}

static void reply_cancelled(struct exchange *x, const struct turn *turn) {
  if (!is_background(turn))
    refuse_synchronous(x);
  else if (json_is(json_find(turn->response, STR("status")), STR("cancelled")))
    reply_json(x, json_raw(turn->response));
  else
    refuse(x, ERR_VALUE, STR_NONE, STR("Cannot cancel a response that is finished."));
}

static void reply_items(struct exchange *x, const struct turn *turn) {
  struct failure f;
  if (stored_put_items(&x->body, &x->memory, turn, x->intake.head.query, &f) < 0)
    exchange_reply_failure(x, &f);
  else
    exchange_reply_json(x);
}

static void reply_about(struct exchange *x, const struct turn *turn) {
  switch (x->intake.endpoint.kind) {
  case ENDPOINT_RESPONSE_DELETE:
    stored_put_deleted(&x->body, &x->memory);
    exchange_reply_json(x);
    break;
  case ENDPOINT_RESPONSE_CANCEL:
    reply_cancelled(x, turn);
    break;
  case ENDPOINT_INPUT_ITEMS:
    reply_items(x, turn);
    break;
  default:
    reply_response(x, turn);
  }
}

/* ---- a response that is still under way ---- */

/* Reply with the response as the client saw it first, but with its present status. */
static void reply_progress(struct exchange *x, struct str response) {
  static const struct str queued = STR_INIT("\"queued\"");
  size_t at = str_find(response, queued);
  if (at != STR_NOWHERE) {
    buf_put(&x->body, str_part(response, 0, at));
    json_put_string(&x->body, x->progress);
    response = str_from(response, at + queued.n);
  }
  reply_json(x, response);
}

/* Have the object carry out |verb| on the run; it answers with the turn, or what was asked. */
static void plan_run(struct exchange *x, struct str verb) {
  char digits[16];
  struct memory *m = &x->memory;
  x->run_called = true;
  m->trees->loaded = false;
  buf_reset(&m->lines);
  buf_put(&m->lines, verb);
  buf_put(&m->lines, mint_hex(m->links->node, digits));
  struct memory_call call = {buf_str(&m->name), buf_str(&m->lines)};
  exchange_plan_call(x, &call, MEMORY_WAIT_MS);
}

/* Reply about a response that is under way. False if its object has to be called first, which is
 * the plan now. */
static bool reply_under_way(struct exchange *x) {
  struct run_line run;
  bool read = exchange_read_run(x->under_way, &run);
  bool background = read && !str_equal(run.kind, STR("r"));
  enum endpoint_kind kind = x->intake.endpoint.kind;
  if (kind == ENDPOINT_RESPONSE_DELETE) {
    exchange_reply_error(x, ERR_UNFINISHED);
  } else if (kind == ENDPOINT_RESPONSE_CANCEL && background) {
    plan_run(x, STR("cancel "));
    return false;
  } else if (kind == ENDPOINT_RESPONSE_CANCEL) {
    refuse_synchronous(x);
  } else if (kind == ENDPOINT_RESPONSE && wants_stream(x)) {
    reply_stream(x, background, !str_equal(run.kind, STR("b")));
  } else if (!background) {
    refuse_unknown(x);
  } else if (kind == ENDPOINT_RESPONSE) {
    reply_progress(x, run.response);
  } else {
    plan_run(x, STR("asked "));
    return false;
  }
  return true;
}

/* Read "NODE queued RUN", which the object answers instead of a turn. */
static bool read_under_way(struct exchange *x, struct str text) {
  struct str node, state;
  if (!str_cut(&text, ' ', &node) || !str_cut(&text, ' ', &state))
    return false;
  if (!str_equal(state, STR("queued")) && !str_equal(state, STR("in_progress")))
    return false;
  x->progress = arena_copy(&x->arena, state);
  x->under_way = arena_copy(&x->arena, text);
  return true;
}

void exchange_take_stored(struct exchange *x, bool ok, struct str text) {
  x->under_way = STR_NONE;
  if (x->writing)
    x->memory.failing |= !ok;
  else if (!read_under_way(x, text))
    memory_take(&x->memory, ok, text);
}

/* ---- every stored response ---- */

/* False if the turn has to be deleted first, which is the plan now. */
static bool is_settled(struct exchange *x, const struct turn *turn) {
  struct memory_call call;
  if (x->intake.endpoint.kind != ENDPOINT_RESPONSE_DELETE)
    return true;
  if (!stored_next_drop(&x->memory, turn, &call))
    return true;
  x->writing = true;
  exchange_plan_call(x, &call, MEMORY_WAIT_MS);
  return false;
}

static void open_lookup(struct exchange *x) {
  struct str id = head_decode(x->intake.endpoint.names[0], &x->arena);
  stored_open(&x->memory, id, x->intake.client->token, &x->ids, &x->arena, x->now);
}

bool exchange_stored(struct exchange *x) {
  struct memory_call call;
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
  if (!x->writing && exchange_look_again(x))
    return false;
  const struct turn *turn = stored_find(&x->memory, x->run_called);
  if (x->memory.failing) {
    exchange_reply_error(x, ERR_STORE);
  } else if (x->under_way.n > 0 && !x->run_called) {
    return reply_under_way(x);
  } else if (turn == NULL) {
    refuse_unknown(x);
  } else if (is_settled(x, turn)) {
    reply_about(x, turn);
  } else {
    return false;
  }
  return true;
}
