/* intake.h -- what a client sends, from its head to the route that is asked. */
#ifndef EXCHANGE_INTAKE_H
#define EXCHANGE_INTAKE_H

#include "exchange/endpoint.h"
#include "upstream/attempt.h"

struct intake {
  const struct config *config;
  struct arena *arena;     /* not owned */
  struct arena body_arena; /* of the body, and of what is read of it */
  struct head head;
  struct endpoint endpoint;
  const struct client *client; /* whose token it was; NULL = nobody's */
  struct buf body;             /* as it came; the host writes into it */
  size_t expected;             /* bytes of it, as the client says; 0: it does not */
  size_t body_seen;            /* bytes of it, when it was last looked at */
  double body_until;           /* ms since 1970; 0 = it was not yet */
  struct json json;
  struct ask ask;      /* what is asked, once the body is whole */
  struct str model;    /* as the client named it */
  struct route *route; /* that it selects */
};

void intake_open(struct intake *in, const struct config *config, struct arena *arena);

/* The client's head.  0 when it may go on, else the error to answer. */
int intake_take_head(struct intake *in, struct str text) __attribute__((warn_unused_result));

/* When the body is given up, unless more of it has come by then. */
double intake_until(struct intake *in, double now);

/* Where its body is written.  Where its length is known, there is as much room from the
 * first piece on. */
struct buf *intake_body(struct intake *in);

/* The body is whole.  0 when there is a route; else negative, and |*f| is the
 * answer. */
int intake_take_body(struct intake *in, struct failure *f) __attribute__((warn_unused_result));

/* Fill |*f| with what clients have always been told of an unknown model. */
int intake_refuse_model(struct intake *in, struct str model, struct failure *f);

#endif
