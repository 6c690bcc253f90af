/* intake.h -- what a client sends, from its head to the route that is asked. */
#ifndef INTAKE_H
#define INTAKE_H

#include "attempt.h"
#include "endpoint.h"

struct intake {
  const struct config *config;
  struct arena *arena; /* not owned */
  struct head head;
  struct endpoint endpoint;
  struct buf body; /* as it came; the host writes into it */
  struct json json;
  struct ask ask;      /* what is asked, once the body is whole */
  struct str model;    /* as the client named it */
  struct route *route; /* that it selects */
};

void intake_open(struct intake *in, const struct config *config, struct arena *arena);

/* The client's head.  0 when it may go on, else the error to answer. */
int intake_take_head(struct intake *in, struct str text) __attribute__((warn_unused_result));

/* The body is whole.  0 when there is a route; else negative, and |*f| is the
 * answer. */
int intake_take_body(struct intake *in, struct failure *f) __attribute__((warn_unused_result));

/* Fill |*f| with what clients have always been told of an unknown model. */
int intake_refuse_model(struct intake *in, struct str model, struct failure *f);

#endif
