/* state.h -- all that is known of one client request while it is under way. */
#ifndef EXCHANGE_STATE_H
#define EXCHANGE_STATE_H

#include "exchange/intake.h"
#include "exchange/queue.h"
#include "exchange/reply.h"
#include "failover/failover.h"
#include "plan.h"
#include "report/doctor.h"

enum exchange_place {
  PLACE_HEAD,     /* the client's head is awaited */
  PLACE_BODY,     /* its body */
  PLACE_UNSEAL,   /* thoughts that this gateway sealed are being opened */
  PLACE_RECALL,   /* stored turns are being loaded */
  PLACE_FAILOVER, /* an upstream with output is looked for */
  PLACE_STORE,    /* the store is asked for a report */
  PLACE_DOCTOR,   /* every key is being asked */
  PLACE_FLOW,     /* a streamed reply is under way */
  PLACE_REPLY,    /* the whole reply is to be handed out */
  PLACE_STORED,   /* a stored response is being looked up */
  PLACE_SETTLE,   /* the client has its reply; the turn is being stored */
  PLACE_DONE,
};

/* What all exchanges of an instance have in common. */
struct exchange_shared {
  struct buf chunk; /* what the host is writing: each put follows its room at once */
  struct arena chunk_arena;
  struct queue queue;
};

struct exchange {
  struct arena home; /* where the exchange itself lives: its owner's */
  struct arena arena;
  struct config *config;
  struct id_source ids;
  enum exchange_place place;
  double opened, now;
  struct exchange_shared *shared;
  struct queue_place queue_place;
  struct intake intake;
  struct memory memory;
  int memory_calls;
  struct failover failover;
  struct item *sealed;   /* the next to be opened */
  bool has_failover;     /* the failover has been opened */
  struct doctor *doctor; /* when it was called */

  bool started;    /* the client has the head of a streamed reply */
  double emitted;  /* when it was last sent anything */
  int status;      /* that it was given */
  struct str code; /* of the failure that it was told; may be empty */
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
  double served;   /* ms: when the client had its whole reply; 0 = not before OP_DONE */
  enum { KEEP_NOTHING, KEEP_TURN, KEEP_INDEX } keeping; /* what the store is told next */
  struct str response;                                  /* that is kept */
  bool dropping;                                        /* a stored response is being deleted */
  bool unstored;                                        /* ... and the store did not take it */
  struct buf lines;                                     /* for the store */
  bool recalled;   /* the store has been asked about keys for this request */
  int store_calls; /* to tell it of keys, or to ask */
  struct plan plan;
};

#endif
