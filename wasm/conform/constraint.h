/* constraint.h -- check what the client demands of an answer and the upstream does not guarantee:
 * JSON by a schema, a call of a tool.
 *
 * An event_sink between a reader and the reply's writer.  Text is held back until the constraint is
 * met; other events pass.  A violation is described in words for the model, so that it can be asked
 * again.
 * |early|: JSON is passed on as it comes, as far as it is valid so far.  It is checked each time
 * that it has grown by a part of its length, so that all the work is linear.  A violation after
 * that is final.
 */
#ifndef CONFORM_CONSTRAINT_H
#define CONFORM_CONSTRAINT_H

#include "chat/request.h"
#include "conform/json_prefix.h"

enum {
  CONSTRAINT_TRIES_MAX = 32, /* brackets in prose that are tried as the start of JSON */
  CONSTRAINT_PART = 4,       /* early: of its length, by which JSON grows before the next check */
};

struct constraint {
  struct event_sink sink; /* first: events go in here */
  struct event_sink *next;
  struct arena *arena; /* not owned */
  struct str schema;   /* JSON; empty: none */
  struct json rules;   /* it, once it was parsed */
  bool call;           /* a tool must be called */
  bool called;
  bool violated;     /* the answer has ended and does not meet the constraint */
  struct buf text;   /* held back */
  struct str answer; /* the part of it that is the answer */
  struct buf faults; /* a line for each fault */

  bool early;                /* may be set after constraint_init() */
  int tries;                 /* brackets that were tried */
  size_t start;              /* in |text|: of the JSON */
  struct json_prefix prefix; /* of it */
  size_t due;                /* it is checked again with this length */
  size_t passed;             /* bytes of it that were passed on */
};

/* Does |r| demand anything that |target| does not guarantee? */
bool constraint_any(struct request *r, const struct chat_target *target);

/* Check what |r| demands and |target| does not guarantee. Events go on to |next|, which is
 * borrowed. Returns where they go in: |next| itself when nothing is demanded. */
struct event_sink *constraint_init(struct constraint *d, struct arena *arena, struct request *r,
                                   const struct chat_target *target, struct event_sink *next);

#endif
