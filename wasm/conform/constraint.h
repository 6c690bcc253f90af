/* constraint.h -- check what the client demands of an answer and the upstream does not guarantee:
 * JSON by a schema, a call of a tool.
 *
 * An event_sink between a reader and the reply's writer.  Text is held back until the constraint is
 * met; other events pass.  A violation is described in words for the model, so that it can be asked
 * again.
 */
#ifndef CONFORM_CONSTRAINT_H
#define CONFORM_CONSTRAINT_H

#include "chat/request.h"

enum { CONSTRAINT_TRIES_MAX = 32 }; /* brackets in prose that are tried as the start of JSON */

struct constraint {
  struct event_sink sink; /* first: events go in here */
  struct event_sink *next;
  struct arena *arena; /* not owned */
  struct str schema;   /* JSON; empty: none */
  bool call;           /* a tool must be called */
  bool called;
  bool violated;     /* the answer has ended and does not meet the constraint */
  struct buf text;   /* held back */
  struct str answer; /* the part of it that is the answer */
  struct buf faults; /* a line for each fault */
};

/* Does |r| demand anything that |target| does not guarantee? */
bool constraint_any(struct request *r, const struct chat_target *target);

/* Check what |r| demands and |target| does not guarantee. Events go on to |next|, which is
 * borrowed. */
void constraint_init(struct constraint *d, struct arena *arena, struct request *r,
                     const struct chat_target *target, struct event_sink *next);

#endif
