#include "exchange/limiter.h"

#include "exchange/local_reply.h"
#include "exchange/plans.h"

int exchange_check_guess(struct exchange *x, int err) {
  struct guesses *guesses = &x->shared->guesses;
  const struct head *head = &x->intake.head;
  if (!endpoint_is_private(x->intake.endpoint.kind) || (err != 0 && err != ERR_AUTH))
    return err;
  x->facts.retry_after = guesses_refused(guesses, head, x->now);
  if (x->facts.retry_after > 0)
    return ERR_GUESSES;
  if (err == ERR_AUTH && guesses_take(guesses, head, x->now) && x->config->limiter)
    x->place = PLACE_GUESS;
  return err;
}

void exchange_ask_limiter(struct exchange *x) {
  struct plan *p = exchange_plan_new(x, OP_LOAD);
  p->ms = STORE_WAIT_MS;
  p->head = STR("guesses");
  p->body[0] = guesses_sender(&x->intake.head);
}

/* The token is wrong whether or not the limiter answers; its answer only decides which error. */
void exchange_take_limited(struct exchange *x, struct str text) {
  int err = ERR_AUTH;
  if (str_equal(text, STR("many"))) {
    guesses_block(&x->shared->guesses, &x->intake.head, x->now);
    x->facts.retry_after = MINUTE;
    err = ERR_GUESSES;
  }
  exchange_reply_error(x, err);
}
