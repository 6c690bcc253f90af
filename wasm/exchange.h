/* exchange.h -- one client request: bytes in, plans out.
 *
 * It joins what the client sends (intake), the way to an upstream that answers
 * (pursuit) and the reply.  All I/O and all time are the host's; see plan.h.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "doctor.h"
#include "intake.h"
#include "plan.h"
#include "pursuit.h"
#include "reply.h"
#include "stored.h"

enum exchange_place {
  PLACE_HEAD,   /* the client's head is awaited */
  PLACE_BODY,   /* its body */
  PLACE_UNSEAL, /* thoughts that this gateway sealed are being opened */
  PLACE_PURSUE, /* an upstream with output is looked for */
  PLACE_STORE,  /* the store is asked for a report */
  PLACE_DOCTOR, /* every key is being asked */
  PLACE_FLOW,   /* a streamed reply is under way */
  PLACE_PIPE,   /* the host hands the upstream's rest on */
  PLACE_COUNT,  /* the client is served; what it used is asked for */
  PLACE_REPLY,  /* the whole reply is to be handed out */
  PLACE_DONE,
};

struct exchange {
  struct arena home; /* where the exchange itself lives: its owner's */
  struct arena arena;
  struct config *config;
  struct id_source ids;
  enum exchange_place place;
  double opened, now;
  struct buf chunk; /* the room: what the host is writing */
  struct intake intake;
  struct pursuit pursuit;
  struct item *sealed;   /* the next to be opened */
  bool pursuing;         /* the pursuit has been opened */
  struct doctor *doctor; /* when it was called */

  bool started;   /* the client has the head of a streamed reply */
  double emitted; /* when it was last sent anything */
  double served;  /* when it had all; 0 = it is not known before OP_DONE */
  int status;     /* that it was given */
  struct reply_facts facts;
  struct buf head; /* of the reply */
  struct buf body; /* of a reply that is the gateway's own */
  bool page;       /* the reply's body is the host's: see OP_PAGE */
  bool left;       /* the client has gone */
  bool unseen;     /* the host has handed out what was not counted */
  double received; /* bytes of the client's body */
  double sent;     /* bytes of the reply's */
  bool broken;     /* a streamed reply ended in an error */
  bool noted;      /* its usage has been counted */
  bool counting;   /* |stored| has been opened */
  struct stored stored;
  struct buf lines; /* for the store */
  bool recalled;    /* the store has been asked about keys for this request */
  int store_calls;  /* to tell it of keys, or to ask */
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
