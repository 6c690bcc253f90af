/* exchange.h -- one client request: bytes in, plans out.
 *
 * The state machine between the client and the upstreams: it reads the
 * request, goes from attempt to attempt until one has output, and hands that
 * on.  All I/O and all time are the host's; see plan.h.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "attempt.h"
#include "endpoint.h"
#include "plan.h"
#include "reply.h"

enum exchange_place {
  PLACE_HEAD,     /* the client's head is awaited */
  PLACE_BODY,     /* its body */
  PLACE_CHOOSE,   /* a target and a key are to be chosen */
  PLACE_PAUSE,    /* the same key again, after a wait */
  PLACE_CALL,     /* the attempt's FETCH is to be handed out */
  PLACE_ANSWER,   /* the attempt's answer is awaited */
  PLACE_FLOW,     /* a streamed reply is under way */
  PLACE_PIPE,     /* the host hands the rest on */
  PLACE_REPLY,    /* the whole reply is to be handed out */
  PLACE_DONE,
};

struct exchange {
  struct config *config;
  struct arena home;         /* where the exchange itself lives: its owner's */
  struct arena arena;
  struct id_source ids;
  enum exchange_place place;
  double opened, now;

  struct buf chunk;          /* the room: what the host is writing */
  struct str head_text;
  struct head head;
  struct endpoint endpoint;
  struct buf body;
  struct json json;
  struct ask ask;
  struct request request;
  bool translated;           /* request has been read */

  struct str model;          /* as the client named it */
  struct route *route;
  struct course course;
  struct attempt *attempt;
  uint32_t attempt_count;
  bool same_spent;           /* a key was called twice already */
  double pause_until;
  struct responses_writer writer;

  struct failure failure;    /* the most useful so far */
  int failure_rank;
  bool failed_all;

  bool started;              /* the client has a head */
  int status;                /* that it was given */
  double pinged;
  struct reply_facts facts;
  struct buf out;            /* for the client */
  struct buf reply_head;
  struct buf journal;        /* the attempts, for the log */
  struct plan plan;
};

/* |seed| makes the identifiers. */
void exchange_open(struct exchange *x, struct config *config, double now, uint64_t seed);

/* Room for |n| bytes, to be put next; NULL when it is refused. */
char *exchange_room(struct exchange *x, size_t n);

/* Take what was written, |n| bytes of |kind|.  0, or ERR_STALE when it was not
 * asked for. */
int exchange_put(struct exchange *x, uint32_t attempt, enum put_kind kind, size_t n);

/* The next thing to do.  Valid until the next call. */
const struct plan *exchange_next(struct exchange *x, double now);

/* Forget all. */
void exchange_close(struct exchange *x);

#endif
