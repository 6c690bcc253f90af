/* intake.h -- read a client's request: its head, its body, and the route it selects. */
#ifndef EXCHANGE_INTAKE_H
#define EXCHANGE_INTAKE_H

#include "exchange/endpoint.h"
#include "upstream/attempt.h"

struct intake {
  const struct config *config;
  struct arena *arena;     /* not owned */
  struct arena body_arena; /* of the body, and of what was parsed from it */
  struct head head;
  struct endpoint endpoint;
  const struct client *client; /* the owner of the token; NULL if there was none */
  struct buf body;             /* as received; the host writes into it */
  size_t expected;             /* its content-length; 0 if unknown, or if it is encoded */
  struct str coding;           /* "gzip MAX": see OP_WANT; may be empty */
  size_t body_seen;            /* its size at the last intake_until() */
  bool may_lack_input;         /* input is optional, since nothing is generated */
  double body_until;           /* deadline for the next piece, ms since 1970; 0 = not set */
  struct json json;
  struct ask ask;      /* set once the body is complete */
  struct str model;    /* as the client named it */
  struct route *route; /* the route that |model| selects */
};

void intake_open(struct intake *in, const struct config *config, struct arena *arena);

/* Read the client's head. 0, or the error of the reply. */
int intake_take_head(struct intake *in, struct str text) __attribute__((warn_unused_result));

/* The deadline for more of the body, ms since 1970: BODY_TIMEOUT after the last piece. */
double intake_until(struct intake *in, double now);

/* The buffer of the body. If the content-length is known, its whole size is reserved at the first
 * piece. */
struct buf *intake_body(struct intake *in);

/* The body is complete; it must be an object or empty: sets ask.body. */
int intake_take_object(struct intake *in, struct failure *f) __attribute__((warn_unused_result));

/* The client's body ended too early; |why| is the host's reason. Returns the error of the reply. */
int intake_take_failure(const struct intake *in, struct str why);

/* The body is complete: set ask.text and ask.body. 0, or negative with |*f| for the reply. */
int intake_parse_body(struct intake *in, struct failure *f) __attribute__((warn_unused_result));

/* As intake_parse_body(), and find the route. 0, or negative with |*f| for the reply. */
int intake_take_body(struct intake *in, struct failure *f) __attribute__((warn_unused_result));

/* Fill |*f| with the error of an unknown model, in the words of the original Worker. */
int intake_refuse_model(struct intake *in, struct str model, struct failure *f);

#endif
