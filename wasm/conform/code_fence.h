/* code_fence.h -- takes the code fence off a JSON answer as it streams.
 *
 * An event_sink that stands between a reader and the next sink: of text, spaces and
 * ```json or ``` at the very start go, and so does everything from the ``` on a line
 * of its own, or at the end, that closes it.  Text without a fence passes unchanged.
 * Only what may be part of a fence is held back; other events pass in their order.
 */
#ifndef CONFORM_CODE_FENCE_H
#define CONFORM_CODE_FENCE_H

#include "item/item.h"

enum { CODE_FENCE_HELD_MAX = 64 }; /* bytes: a fence and the spaces around it */

enum code_fence_place { CODE_FENCE_START, CODE_FENCE_INSIDE, CODE_FENCE_NONE, CODE_FENCE_CLOSED };

struct code_fence {
  struct event_sink sink; /* first: readers put their events here */
  struct event_sink *next;
  enum code_fence_place place;
  bool line;     /* INSIDE: what is held has a line's end before the ticks */
  uint8_t ticks; /* INSIDE: how many are held */
  uint8_t held;
  char hold[CODE_FENCE_HELD_MAX];
};

/* |next| is borrowed.  When it is not |active|, all passes as it is. */
void code_fence_init(struct code_fence *f, struct event_sink *next, bool active);

/* Pass on what is held; EVENT_FINISH and EVENT_TROUBLE do so too. */
void code_fence_end(struct code_fence *f);

#endif
