#include "exchange/begin.h"

#include "exchange/hand_over.h"
#include "exchange/local_reply.h"
#include "exchange/recall.h"
#include "exchange/run.h"

void exchange_begin(struct exchange *x, struct str here) {
  struct failure f;
  x->facts.route = x->intake.route->name;
  if (memory_open(&x->memory, &x->intake.ask, x->config, x->intake.route, x->intake.client->token,
                  &x->ids, &x->arena, x->now, &f) < 0) {
    exchange_reply_failure(x, &f);
    return;
  }
  memory_take_here(&x->memory, here);
  if (x->run.on) {
    exchange_open_run(x);
    return;
  }
  int handed = exchange_must_hand_over(x, &f);
  if (handed < 0)
    exchange_reply_failure(x, &f);
  else if (handed > 0)
    x->place = PLACE_HAND_OVER;
  else
    exchange_go_on(x);
}
