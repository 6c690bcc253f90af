#include "exchange/run_end.h"

#include "failover/in_flight.h"

void exchange_end_run(struct exchange *x, const struct failure *f) {
  struct failover *p = &x->failover;
  struct failure kept = f != NULL ? *f : (struct failure){0};
  struct dialect_writer *w = arena_take(&x->arena, sizeof *w);
  int64_t sequence = p->writer != NULL ? dialect_writer_sequence(p->writer) : x->run.begun.sequence;
  x->status = f != NULL ? f->status : 200;
  x->code = kept.code;
  x->left = f == NULL;
  x->place = w != NULL ? PLACE_FLOW : PLACE_DONE;
  if (w == NULL)
    return;
  failover_close(p);
  dialect_writer_init(w, false, &x->run.begun);
  dialect_writer_relay(w, x->intake.ask.body, &x->ids, x->intake.route->targets[0].model, true,
                       x->now);
  w->sequence = sequence;
  p->writer = w;
  if (f != NULL)
    dialect_writer_fail(w, &kept);
  else
    dialect_writer_cancel(w);
}

/* A run that has not begun yet ends as soon as it begins. */
void exchange_take_cancel(struct exchange *x) {
  x->run.cancelled = true;
  if (x->place != PLACE_RECALL && x->place != PLACE_UNSEAL && x->place != PLACE_FAILOVER &&
      x->place != PLACE_FLOW)
    return;
  if (x->has_failover)
    in_flight_log(&x->failover, x->now);
  exchange_end_run(x, NULL);
}
