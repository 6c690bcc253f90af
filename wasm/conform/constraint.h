/* constraint.h -- what a client demands of an answer and its upstream does not promise: JSON
 * by a schema, the call of a tool.
 *
 * An event_sink between a reader and the reply's writer.  Text is held back until the demand is
 * met; all else passes.  What is violated is told in words that the model understands, so that
 * it can be asked again.
 */
#ifndef CONFORM_CONSTRAINT_H
#define CONFORM_CONSTRAINT_H

#include "chat/request.h"

enum { CONSTRAINT_TRIES_MAX = 32 }; /* brackets in prose at which JSON may begin */

struct constraint {
  struct event_sink sink; /* first: events go in here */
  struct event_sink *next;
  struct arena *arena; /* not owned */
  struct str schema;   /* JSON; empty: none is demanded */
  bool call;           /* a tool must be called */
  bool called;
  bool violated;     /* the answer is over, and it is not what was demanded */
  struct buf text;   /* held back */
  struct str answer; /* what of it is the answer */
  struct buf faults; /* what is wrong, a line each */
};

/* True when |r| demands anything that |target| does not promise. */
bool constraint_any(struct request *r, const struct chat_target *target);

/* What |r| demands and |target| does not promise; events go on to |next|. */
void constraint_init(struct constraint *d, struct arena *arena, struct request *r,
                     const struct chat_target *target, struct event_sink *next);

#endif
