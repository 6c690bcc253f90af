/* queue.h -- decide which requests may be read now, so that their bodies fit into memory.
 *
 * Before the first byte of a body is read, the memory is reserved that the request can need until
 * it has been sent to an upstream. While too little is left, the request waits unread; the oldest
 * is admitted first.
 */
#ifndef EXCHANGE_QUEUE_H
#define EXCHANGE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The place of one request in the queue. */
struct queue_place {
  struct queue_place *next, *previous; /* among those that wait */
  size_t bytes;                        /* reserved */
  double since;                        /* when it entered the queue; 0: it is not in it */
  bool admitted;
};

struct queue {
  struct queue_place *first, *last;
  size_t set_aside;
};

/* May the request at |place|, with a body of |expected| bytes (0: unknown), be read now? Call this
 * again until it may. */
bool queue_admit(struct queue *q, struct queue_place *place, size_t expected, double now);

/* How many ms to wait before asking again; 0: it has waited too long. */
uint32_t queue_wait(const struct queue *q, const struct queue_place *place, double now);

/* The request has been sent to an upstream, or has ended: free what was reserved. Idempotent. */
void queue_leave(struct queue *q, struct queue_place *place);

#endif
