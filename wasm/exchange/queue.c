#include "exchange/queue.h"

#include "base/arena.h"
#include "limits.h"

/* The memory for a body of |expected| bytes: the body, its translation, and a quarter for tokens
 * and items. */
static size_t need(size_t expected) {
  size_t bytes = expected > 0 ? expected : BODY_EXPECTED;
  return 2 * bytes + bytes / 4;
}

static bool has_room(const struct queue *q, size_t bytes) {
  size_t used = arena_pool_used() + q->set_aside;
  if (used + bytes <= MEMORY_BUDGET)
    return true;
  /* A larger request is admitted when there is no other. */
  return q->set_aside == 0 && used <= MEMORY_BUDGET / 8;
}

static void join(struct queue *q, struct queue_place *place, double now) {
  place->since = now > 0 ? now : 1;
  place->previous = q->last;
  if (q->last != NULL)
    q->last->next = place;
  else
    q->first = place;
  q->last = place;
}

static void unlink_place(struct queue *q, struct queue_place *place) {
  if (place->since == 0)
    return;
  if (place->previous != NULL)
    place->previous->next = place->next;
  else
    q->first = place->next;
  if (place->next != NULL)
    place->next->previous = place->previous;
  else
    q->last = place->previous;
  place->next = place->previous = NULL;
  place->since = 0;
}

/* Small requests do not wait behind large ones. */
bool queue_admit(struct queue *q, struct queue_place *place, size_t expected, double now) {
  if (place->admitted)
    return true;
  bool small = expected > 0 && expected <= BODY_SMALL;
  bool first = q->first == NULL || q->first == place;
  if ((!first && !small) || !has_room(q, need(expected))) {
    if (place->since == 0)
      join(q, place, now);
    return false;
  }
  unlink_place(q, place);
  place->admitted = true;
  place->bytes = need(expected);
  q->set_aside += place->bytes;
  return true;
}

/* Requests near the front ask often, the others seldom, so that all together cost little. */
uint32_t queue_wait(const struct queue *q, const struct queue_place *place, double now) {
  uint32_t ms = 0;
  if (now - place->since >= MEMORY_WAIT)
    return 0;
  for (const struct queue_place *p = q->first; p != NULL && ms < QUEUE_POLL_MAX; p = p->next) {
    ms += QUEUE_POLL;
    if (p == place)
      break;
  }
  return ms;
}

void queue_leave(struct queue *q, struct queue_place *place) {
  unlink_place(q, place);
  q->set_aside -= place->bytes;
  place->bytes = 0;
}
