/* run.h -- a request that runs in an object, apart from its client: its beginning and its end.
 *
 * The exchange that took the request hands it over (hand_over.h) as one line:
 *
 *   KIND TREE NODE REQUEST OPENED CLIENT ORIGIN RESPONSE
 *
 * KIND is b (background), s (background, streamed) or r (a stream that can be resumed); RESPONSE
 * is the JSON that the client was told at first.  The object keeps it, and its host puts it as
 * PUT_RUN, behind "FIRST TRIES ": the number of the first event, which is not 0 where an earlier
 * run was interrupted after it had output; and how often it was begun before.
 */
#ifndef EXCHANGE_RUN_H
#define EXCHANGE_RUN_H

#include "exchange/state.h"

/* PUT_RUN is here: the body is awaited. */
void exchange_take_run(struct exchange *x, struct str text);

/* The request has been read: its response has the id that was told. */
void exchange_open_run(struct exchange *x);

/* Make the next plan of the beginning.  True when the exchange is in another place now. */
bool exchange_begin_run(struct exchange *x);

/* Cut |line|, a run as it was handed over.  False when it is none. */
struct run_line {
  struct str kind, tree, node, request, opened, client, origin, response;
};
bool exchange_read_run(struct str line, struct run_line *out);

#endif
