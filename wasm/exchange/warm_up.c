#include "exchange/warm_up.h"

#include "exchange/local_reply.h"

static bool write_warm_up(struct exchange *x) {
  struct dialect_writer *w = arena_take(&x->arena, sizeof *w);
  struct request *request = arena_take_zero(&x->arena, sizeof *request);
  if (w == NULL || request == NULL)
    return false;
  request->body = x->intake.ask.body;
  request->stream = true;
  request->stored = x->intake.ask.stored;
  dialect_writer_init(w, false, NULL);
  dialect_writer_translate(w, request, &x->ids, x->intake.model, x->now);
  reply_writer_begin(&w->of.responses.reply, false);
  w->of.responses.reply.usage.known = true;
  w->of.responses.reply.finish = FINISH_STOP;
  dialect_writer_close(w, x->now);
  x->failover.writer = w;
  return true;
}

void exchange_warm_up(struct exchange *x) {
  struct failure f;
  if (memory_refuse_lost(&x->memory, true, &f) < 0) {
    exchange_reply_failure(x, &f);
  } else if (!write_warm_up(x) || dialect_writer_error(x->failover.writer)) {
    exchange_reply_error(x, ERR_MEMORY);
  } else {
    x->status = 200;
    x->place = PLACE_FLOW;
  }
}
