/* plan.h -- what the module asks its host to do, and what the host puts into the module.
 *
 * The module does no I/O and has no clock.  The host opens an exchange for each client request,
 * puts what it receives, and carries out the plans that gw_next() returns, one after the other,
 * until DONE. shim/abi.js has the same numbers in JavaScript; tests/unit/abi.test.js compares the
 * two.
 *
 * Heads are text: a first line, then "name: value" lines, LF after each.
 *   PUT_HEAD         "POST /v1/responses?a=b"        then the client's headers
 *   PUT_ANSWER_HEAD  "429"                           then the upstream's headers
 *   OP_FETCH         "POST https://host/path"        then the request's headers
 *   OP_START, REPLY  no first line: plan.status      then the reply's headers
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdint.h>

#include "base/str.h"

enum { ABI_VERSION = 4 };

/* gw_config(): the kinds of settings. */
enum config_kind {
  CONFIG_ROUTES = 1,   /* ROUTES_CONFIG, JSON.  Once, first. */
  CONFIG_VARIABLE = 2, /* "NAME\nvalue", for every text binding; those that the
                          configuration does not name are not kept */
  CONFIG_READY = 3,    /* the configuration is complete; |n| is 0 */
  CONFIG_STORE = 4,    /* there is a store; |n| is 0.  Before CONFIG_READY. */
  CONFIG_BUNDLED = 5,  /* the routes of the bundle, when CONFIG_ROUTES are others */
  CONFIG_MEMORY = 6,   /* ... and one for conversations */
  CONFIG_CHECK = 7,    /* the routes are only checked, for a deployment; |n| is 0 */
  CONFIG_SOCKETS = 8,  /* the host can keep WebSockets; |n| is 0 */
  CONFIG_LIMITER = 9,  /* the host counts wrong tokens: "guesses", below; |n| is 0 */
};

/* gw_put(): the kinds of input. */
enum put_kind {
  PUT_HEAD = 1,        /* the client's request line and headers */
  PUT_BODY = 2,        /* a piece of the client's body */
  PUT_ANSWER_HEAD = 3, /* an upstream's status and headers */
  PUT_CHUNK = 4,       /* a piece of an upstream's body */
  PUT_END = 5,         /* the end of a body: of the client's when attempt is 0 */
  PUT_FAILED = 6,      /* the connection broke; the bytes are the reason, for the log */
  PUT_STORED = 7,      /* the answer to OP_LOAD, OP_SEAL, OP_UNSEAL, OP_FOLLOW; attempt is 0 */
  PUT_LEFT = 8,        /* the client has left; OP_DONE follows */
  PUT_RUN = 9,         /* in place of HEAD: what an object was handed over ("begin", below), which
                          runs it; exchange/run.h */
  PUT_CANCEL = 10,     /* such a run is cancelled; its last events follow */
};

enum op {
  OP_WANT = 1,    /* wait for input from the attempts in |mask| (bit 0: the client),
                     for |ms| at most, and put it; after that time call
                     gw_next().  Abort every attempt that is not in |mask|.
                     With |head|, "gzip MAX": the client's body has this
                     encoding; put it decoded, up to just over MAX bytes. */
  OP_FETCH = 2,   /* start attempt |attempt|; do not wait for it */
  OP_WAIT = 3,    /* wait for |ms| */
  OP_START = 4,   /* begin a streamed reply: |status|, |head| */
  OP_EMIT = 5,    /* |body| to the client: whole frames */
  OP_PIPE = 6,    /* from now on the runtime sends the body of |attempt| to the
                     client unchanged; what a WANT puts of it is a copy.  EMIT or
                     DONE ends this: after the last byte, or at once when the
                     body's PUT_END has not been put. */
  OP_REPLY = 7,   /* the whole reply: |status|, |head|, |body| */
  OP_LOAD = 8,    /* have the object that |head| names carry out |body|, and put
                     STORED, or FAILED, within |ms| */
  OP_SAVE = 9,    /* as LOAD, but nothing is put */
  OP_DONE = 10,   /* the exchange is over: log |head| unless it is empty, and close
                     it.  If |ms| is not 0, call gw_flush() after |ms|. */
  OP_SEAL = 11,   /* encrypt |body| so that only this gateway can read it, and only with the same
                     |head|, and put STORED: text of [A-Za-z0-9_-]; or FAILED */
  OP_UNSEAL = 12, /* the reverse; FAILED when it was tampered with, or |head| is another */
  /* as REPLY, but the body is a file of the host's: |attempt| 0 the console, 1 its checker */
  OP_PAGE = 13,
  /* the reply is complete: end it.  The plans after it do not concern the client, and it cannot
     leave any more. */
  OP_CLOSE = 14,
  /* as REPLY, 101: the connection becomes a WebSocket, for |ms| at most.  |body| has three
     parts, LF after the first two: how many bytes of messages may be under way at once,
     what the client is told before it is closed at that time, and the head of each message's
     own exchange.  There, EMIT and REPLY are messages to the client: |body| is lines of
     JSON, a message each.  Put FAILED if there can be no WebSocket. */
  OP_UPGRADE = 15,
  /* the reply is what the object of a conversation has of a run: |body| is "NAME NODE AFTER", a
     "follow" of it, with " go" to begin it.  |status| and |head| are the reply's, or the run's own
     where |head| is empty.  Put STORED once it has begun, or FAILED. */
  OP_FOLLOW = 16,
};

/* The store keeps texts and rows of counters under keys without spaces.  Its
 * commands are lines, and so are its answers:
 *   set KEY TEXT      keep TEXT; without it, delete KEY
 *   raise KEY N TEXT  the same, unless the text that is there begins with a larger number
 *   get PREFIX        -> "KEY TEXT" for every text whose key begins with PREFIX
 *   last PREFIX KEY N -> "KEY TEXT" for those texts of PREFIX whose key is not behind KEY,
 *                     the last key first; it ends with the one that goes past N characters
 *   keep PREFIX N     forget all texts of PREFIX but the last N
 *   drop PREFIX N     forget the texts of PREFIX that begin with a number below N
 *   add KEY N N ...   add to the counters of KEY, from 0
 *   sum PREFIX        -> "KEY N N ..." for every row whose key begins so
 *   cut PREFIX KEY    forget the rows of PREFIX that sort before KEY
 *
 * LOAD and SAVE name the object in |head|: "store NAME" speaks the language
 * above, and an empty head is the store that all isolates share; "conversation
 * NAME" keeps the turns of one conversation, texts without a line feed, each
 * linked to the one before it ("-": none):
 *   turn NODE PREVIOUS UNTIL TEXT   keep it until UNTIL, ms since 1970; 0: as
 *                     long as it was to be kept before
 *   read NODE MS      -> "NODE PREVIOUS TEXT"; wait for it to be written, MS at most
 *   chain NODE MS     -> the same for all from the first turn to NODE; nothing when
 *                        one of them is missing
 *   all               -> the same for every turn, in the order of NODE
 *   drop NODE         -> "NODE", when it was there
 *   wipe              forget everything
 *   need NODE MS      as "chain", but -> "gone" where that gives nothing, and then the lines after
 *                        it are not carried out
 *   begin NODE KIND UNTIL N RUNBODY   run the request BODY, as RUN says (N bytes), until it is
 *                        stored as a turn; fail after UNTIL, ms since 1970.  KIND s, r: begin when
 *                        the first one follows it, and keep what it emits for all who do; of r a
 *                        REPLY is its end.  Until then "read" gives "NODE queued RUN", or
 *                        "NODE in_progress RUN"
 *   asked NODE        -> "NODE - BODY" of a run, until it has ended; then as "read"
 *   cancel NODE       -> as "read", once the run has ended
 *   follow NODE AFTER    of its own, no line: a run's events behind number AFTER, as they come
 *   limit MAX ALL NAME   at most MAX bytes here, at most ALL in all such objects */

/* "socket" is the WebSocket that the exchange is a message of.  Its responses are linked as
 * the turns of a conversation are; each lane has a latest one, and those that lead to none of
 * the latest are forgotten.
 *   enter LANE MAX NAMES WAITING   -> "ok" when all earlier messages of LANE are over and fewer
 *                     than MAX are under way; "lanes" when it is one name more than NAMES ("*":
 *                     it has none), "busy" when WAITING wait already.  What follows it is
 *                     carried out after "ok" alone.
 *   find ID           -> "r/ID - TREE NODE KEY" when that is the latest response of a lane, and
 *                     the turns that lead to it, "NODE PREVIOUS TEXT", as far as they are here
 *   turn NODE PREVIOUS UNTIL TEXT   keep it
 *   latest LANE ID TREE NODE KEY    it is the latest one of LANE
 *   evict ID          it is the latest of no lane any more
 *
 * "guesses" counts the wrong tokens of all isolates at one place; |body| is the address that
 * sent one.  -> "ok", or "many" when it has sent too many within a minute. */

/* The levels of log lines. */
enum log_level { LOG_INFO = 0, LOG_WARNING = 1, LOG_ERROR = 2 };

enum { PLAN_PARTS = 3 };

/* To a host of the WebAssembly module this is 14 words of 32 bits, a struct
 * str being an address and a length.  Valid until the next call of any export. */
struct plan {
  uint32_t op;
  uint32_t attempt; /* FETCH, PIPE: its number, from 1 */
  uint32_t mask;    /* WANT: bit k = attempt k, bit 0 = the client's body */
  uint32_t ms;      /* WANT: 0 = no limit; WAIT */
  uint32_t hold;    /* WANT: ms for which what comes is to be gathered, unless it
                       ends before; 0 = put the first piece at once */
  uint32_t status;  /* START, REPLY; DONE: enum log_level */
  struct str head;
  struct str body[PLAN_PARTS]; /* to be joined; unused parts are empty */
};

#endif
