/* fence.h -- takes the code fence off a JSON answer as it streams.
 *
 * An event_sink that stands between a reader and the next sink: of text, spaces and
 * ```json or ``` at the very start go, and so does everything from the ``` on a line
 * of its own, or at the end, that closes it.  Text without a fence passes unchanged.
 * Only what may be part of a fence is held back; other events pass in their order.
 */
#ifndef FENCE_H
#define FENCE_H

#include "item.h"

enum { FENCE_HELD_MAX = 64 }; /* bytes: a fence and the spaces around it */

enum fence_place { FENCE_START, FENCE_INSIDE, FENCE_NONE, FENCE_CLOSED };

struct fence {
  struct event_sink sink; /* first: readers put their events here */
  struct event_sink *next;
  enum fence_place place;
  bool line;     /* INSIDE: what is held has a line's end before the ticks */
  uint8_t ticks; /* INSIDE: how many are held */
  uint8_t held;
  char hold[FENCE_HELD_MAX];
};

/* |next| is borrowed.  When it is not |active|, all passes as it is. */
void fence_init(struct fence *f, struct event_sink *next, bool active);

/* Pass on what is held; EVENT_FINISH and EVENT_TROUBLE do so too. */
void fence_end(struct fence *f);

#endif
