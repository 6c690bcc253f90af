#include "exchange/lane.h"

#include "exchange/begin.h"
#include "exchange/local_reply.h"
#include "exchange/message.h"
#include "exchange/plans.h"
#include "limits.h"

/* Reply {"type":"response.steer.failed","steer":{...},"error":{...}}: no upstream can be steered
 * over HTTP. */
static void refuse_steering(struct exchange *x) {
  struct json_value body = x->intake.ask.body;
  struct failure f = error_failure(ERR_STEER);
  struct buf *out = &x->body;
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("response.steer.failed"));
  json_put_member_integer(out, STR("sequence_number"), 0);
  json_put_member_open(out, STR("steer"), '{');
  json_put_member_value(out, STR("previous_response_id"),
                        json_find(body, STR("previous_response_id")));
  json_put_member_value(out, STR("input"), json_find(body, STR("input")));
  json_put_close(out, '}');
  exchange_put_error(out, x, &f);
  json_put_close(out, '}');
  x->code = f.code;
  exchange_reply(x, f.status, STR_NONE);
}

/* If the message is invalid, the error is sent in its lane, after what is under way there. */
void exchange_take_message(struct exchange *x) {
  struct failure f;
  x->message->settled = true;
  if (exchange_read_message(x, &f) != 0) {
    exchange_reply_failure(x, &f);
  } else if (x->message->steers) {
    refuse_steering(x);
  } else {
    x->message->settled = false;
    x->place = PLACE_ENTER;
  }
}

void exchange_enter_lane(struct exchange *x) {
  static const int limits[] = {SOCKET_IN_FLIGHT, SOCKET_LANES_MAX, SOCKET_WAITING_MAX};
  struct buf *lines = &x->lines;
  buf_reset(lines);
  buf_put(lines, STR("enter "));
  buf_put(lines, exchange_lane(x));
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    buf_put_byte(lines, ' ');
    buf_put_integer(lines, limits[i]);
  }
  if (!x->message->failed && x->message->previous.n > 0) {
    buf_put(lines, STR("\nfind "));
    buf_put(lines, x->message->previous);
  }
  buf_put_byte(lines, '\n');
  struct memory_call call = {STR("socket"), buf_str(lines)};
  exchange_plan_call(x, &call, 0);
}

void exchange_take_entered(struct exchange *x, bool ok, struct str text) {
  struct message *m = x->message;
  struct str word = STR_NONE;
  ok &= str_cut(&text, '\n', &word);
  if (str_equal(word, STR("lanes"))) {
    struct failure f;
    error_refuse(&f, ERR_STREAMS, STR("stream_id"), STR_NONE);
    exchange_reply_failure(x, &f);
  } else if (!ok || !str_equal(word, STR("ok"))) {
    exchange_reply_error(x, ERR_BUSY);
  } else if (m->failed) {
    exchange_reply_failure(x, &m->failure);
  } else if (x->intake.client->allowance != NULL) {
    m->found = arena_copy(&x->arena, text);
    x->place = PLACE_ALLOW;
  } else {
    exchange_begin(x, text);
  }
}
