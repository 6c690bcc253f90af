/* state.h -- the state of one exchange: a client's request, and what belongs to it. */
#ifndef EXCHANGE_STATE_H
#define EXCHANGE_STATE_H

#include "exchange/guesses.h"
#include "exchange/intake.h"
#include "exchange/queue.h"
#include "exchange/reply.h"
#include "failover/failover.h"
#include "plan.h"
#include "report/doctor.h"

enum exchange_place {
  PLACE_HEAD,      /* the client's head is awaited */
  PLACE_GUESS,     /* a wrong token: has its sender tried too many? */
  PLACE_ALLOW,     /* the client's limits are being checked */
  PLACE_BODY,      /* its body is awaited */
  PLACE_ENTER,     /* a message waits for its lane */
  PLACE_UNSEAL,    /* reasoning that this gateway encrypted is being decrypted */
  PLACE_RECALL,    /* stored turns are being loaded */
  PLACE_FAILOVER,  /* attempts are made until one has output */
  PLACE_STORE,     /* the store is asked for a report */
  PLACE_DOCTOR,    /* every key is being probed */
  PLACE_FLOW,      /* a streamed reply is under way */
  PLACE_REPLY,     /* a reply that is not streamed is ready */
  PLACE_HAND_OVER, /* the request is handed over to an object: hand_over.h */
  PLACE_FOLLOW,    /* the reply is what that object has of the response */
  PLACE_RUN,       /* in the object: the request begins to run: run.h */
  PLACE_STORED,    /* a stored response is being looked up */
  PLACE_SETTLE,    /* the client has its reply; the turn is being stored */
  PLACE_DONE,
};

/* Shared by all exchanges of an instance. */
struct exchange_shared {
  struct buf chunk; /* where the host writes; gw_put() always follows gw_room() at once */
  struct arena chunk_arena;
  struct queue queue;
  struct guesses guesses;
};

/* A request that was handed over to an object, as the exchange there has it. */
struct run {
  bool on;
  bool streamed;    /* its events are stored */
  bool interrupted; /* an earlier run was interrupted and cannot be repeated */
  bool cancelled;
  struct begun begun;
  struct str response; /* as the client saw it first */
  uint64_t tree, node;
};

struct exchange {
  struct arena arena; /* holds the exchange itself, too */
  struct config *config;
  struct id_source ids;
  enum exchange_place place;
  double opened, now;
  struct exchange_shared *shared;
  struct queue_place queue_place;
  struct intake intake;
  struct message *message; /* NULL: the client speaks HTTP */
  struct memory memory;
  int memory_calls;
  struct failover failover;
  struct item *sealed;   /* the next item to be decrypted */
  char bound[16];        /* who may decrypt what is encrypted: see exchange_plan_seal() */
  bool has_failover;     /* |failover| is initialised */
  struct doctor *doctor; /* NULL unless the doctor was called */

  bool started;    /* the client has the head of a streamed reply */
  double emitted;  /* ms: when the client was last sent anything */
  int status;      /* HTTP status of the reply */
  struct str code; /* error code of the reply; may be empty */
  struct reply_facts facts;
  struct buf head; /* of the reply */
  struct buf body; /* of a local reply */
  bool page;       /* the host has the reply's body: see OP_PAGE */
  bool left;       /* the client has gone */
  bool unseen;     /* the host sent bytes that |sent| does not count */
  double received; /* bytes of the client's body */
  double sent;     /* bytes of the reply's body */
  bool broken;     /* a streamed reply ended in an error */
  bool noted;      /* its usage has been counted */
  double served;   /* ms: when the client had its whole reply; 0 = not before OP_DONE */
  enum { KEEP_NOTHING, KEEP_ITEMS, KEEP_TURN, KEEP_INDEX } keeping; /* what is stored next */
  struct str response; /* the response that is stored */
  struct run run;      /* off, except in a conversation's object */
  enum {
    HAND_NOT,
    HAND_LOOKED,
    HAND_ASKED,
    HAND_TAKEN,
    HAND_FAILED,
    HAND_REVOKED
  } handing;            /* see hand_over.h */
  struct str under_way; /* the line of the run that is making the stored response */
  struct str progress;  /* ... and its status: queued or in_progress */
  bool run_called;      /* its object was told to cancel it, or asked for its request */
  bool writing;         /* a write to the store is under way */
  bool unstored;        /* the store failed to store it */
  struct buf lines;     /* the lines of a call of the store */
  bool recalled;        /* key health was loaded from the store for this request */
  int store_calls;      /* calls of the store about key health */
  struct plan plan;
};

#endif
