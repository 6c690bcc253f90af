/* think_tags.h -- separate the reasoning that a model writes into its text, and remove its tags.
 *
 * An event_sink between a reader and the next sink:
 * - text that begins with <think> is reasoning up to </think>;
 * - the first </think> without its opener is removed; the text of the same delta and of held-back
 *   deltas before it is reasoning, unless some text was passed on already;
 * - <|begin_of_box|> and <|end_of_box|> are removed everywhere.
 * Only bytes that may begin a mark are held back, and a few spaces at the start.  Other events keep
 * their order.
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
  bool active; /* else everything passes unchanged */
  bool thinking;
  bool passed; /* some text was passed on */
  bool closed; /* </think> has come: another has no meaning */
  bool skip;   /* skip spaces behind </think> */
  uint8_t held;
  char hold[THINK_TAGS_HELD_MAX];
};

/* |next| is borrowed. Returns where events go in: |next| itself when not |active|. */
struct event_sink *think_tags_init(struct think_tags *m, struct event_sink *next, bool active);

/* Pass on the held bytes; EVENT_FINISH and EVENT_TROUBLE do the same. */
void think_tags_end(struct think_tags *m);

#endif
