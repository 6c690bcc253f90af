#include "exchange/upgrade.h"

#include "exchange/message.h"
#include "limits.h"

/* Two headers are for Codex: the size from which it uses HTTP instead, and a value that it sends
 * back in the requests of the same turn. A third one that it reads, openai-model, is never sent, in
 * no reply: where that is not the name that was asked for, Codex warns of an account that was
 * flagged for misuse. */
void exchange_upgrade(struct exchange *x) {
  struct failure f = error_failure(ERR_SOCKET_AGE);
  uint32_t max = x->config->body_max;
  reply_put_head(&x->head, &x->facts, STR_NONE);
  head_put_integer(&x->head, STR("x-codex-websocket-max-message-bytes"),
                   max < SOCKET_MESSAGE_MAX ? max : SOCKET_MESSAGE_MAX);
  head_put(&x->head, STR("x-codex-turn-state"), x->facts.request_id);
  buf_put_integer(&x->body, SOCKET_HELD_MAX);
  buf_put_byte(&x->body, '\n');
  exchange_put_error_event(&x->body, x, &f);
  buf_put(&x->body, STR("\n" MESSAGE_METHOD " /v1/responses\nauthorization: "));
  buf_put(&x->body, endpoint_ticket(x->intake.client, &x->arena));
  buf_put_byte(&x->body, '\n');
  x->status = 101;
  x->place = PLACE_REPLY;
}
