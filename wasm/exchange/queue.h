/* queue.h -- who may send its body now: memory is shared, and given oldest first.
 *
 * A request says how long its body is.  What it can take at most until it has been
 * sent on is set aside before the first byte is read; while that is too much for the
 * memory that is left, it waits and nothing of it is read.
 */
#ifndef EXCHANGE_QUEUE_H
#define EXCHANGE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request's place in it. */
struct queue_place {
  struct queue_place *next, *previous; /* of those that wait */
  size_t bytes;                        /* set aside */
  double since;                        /* when it came; 0: it is not in the queue */
  bool admitted;
};

struct queue {
  struct queue_place *first, *last;
  size_t set_aside;
};

/* May the request at |place|, with a body of |expected| bytes (0: it does not say), be
 * read now?  Ask until it may. */
bool queue_admit(struct queue *q, struct queue_place *place, size_t expected, double now);

/* How many ms to wait before asking again; 0: it has waited too long. */
uint32_t queue_wait(const struct queue *q, const struct queue_place *place, double now);

/* It has been sent on, or is over: what was set aside is free.  Idempotent. */
void queue_leave(struct queue *q, struct queue_place *place);

#endif
