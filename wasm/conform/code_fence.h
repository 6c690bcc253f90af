/* code_fence.h -- remove the code fence around a JSON answer while it streams.
 *
 * An event_sink between a reader and the next sink.  White space and ```json or ``` at the start of
 * the text are removed, and so is everything from the closing ``` on, which is on a line of its own
 * or at the end.  Text without a fence passes unchanged.  Only bytes that may belong to a fence are
 * held back; other events keep their order.
 */
#ifndef CONFORM_CODE_FENCE_H
#define CONFORM_CODE_FENCE_H

#include "item/item.h"

enum { CODE_FENCE_HELD_MAX = 64 }; /* bytes: a fence with spaces around it */

enum code_fence_place { CODE_FENCE_START, CODE_FENCE_INSIDE, CODE_FENCE_NONE, CODE_FENCE_CLOSED };

struct code_fence {
  struct event_sink sink; /* first: readers put their events here */
  struct event_sink *next;
  enum code_fence_place place;
  bool line;     /* INSIDE: a line end is held before the ticks */
  uint8_t ticks; /* INSIDE: the number of ticks held */
  uint8_t held;
  char hold[CODE_FENCE_HELD_MAX];
};

/* |next| is borrowed. When not |active|, everything passes unchanged. Returns where events go in:
 * |next| itself when not |active|. */
struct event_sink *code_fence_init(struct code_fence *f, struct event_sink *next, bool active);

/* Pass on the held bytes; EVENT_FINISH and EVENT_TROUBLE do the same. */
void code_fence_end(struct code_fence *f);

#endif
