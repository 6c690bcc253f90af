/* think_tags.h -- mends text deltas of models that leave their own marks in them.
 *
 * An event_sink that stands between a reader and the next sink:
 * - text that begins with <think> is thought up to </think>;
 * - a </think> without its opener (the first one) goes; the text of the same and of
 *   held-back deltas before it is thought, unless some was passed on already;
 * - <|begin_of_box|> and <|end_of_box|> go, wherever they stand.
 * Of a delta only what may be the beginning of a mark is held back, and of the first
 * deltas a few spaces.  Other events pass through in their order.
 */
#ifndef CONFORM_THINK_TAGS_H
#define CONFORM_THINK_TAGS_H

#include "item/item.h"

enum {
  THINK_TAGS_SPACES_MAX = 8, /* before an opener */
  THINK_TAGS_MARK_MAX = 16,  /* the longest mark */
  THINK_TAGS_HELD_MAX = THINK_TAGS_SPACES_MAX + THINK_TAGS_MARK_MAX,
};

struct think_tags {
  struct event_sink sink; /* first: readers put their events here */
  struct event_sink *next;
  bool active; /* else all passes as it is */
  bool thinking;
  bool passed; /* some text was */
  bool closed; /* </think> came: it means nothing more */
  bool skip;   /* spaces behind </think> */
  uint8_t held;
  char hold[THINK_TAGS_HELD_MAX];
};

/* |next| is borrowed. */
void think_tags_init(struct think_tags *m, struct event_sink *next, bool active);

/* Pass on what is held; EVENT_FINISH and EVENT_TROUBLE do so too. */
void think_tags_end(struct think_tags *m);

#endif
