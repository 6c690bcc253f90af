/* run.h -- the beginning of a request that runs in an object, independently of its client.
 *
 * The exchange that took the request hands it over (hand_over.h) as one line:
 *
 *   KIND TREE NODE REQUEST OPENED CLIENT ORIGIN RESPONSE
 *
 * KIND is b (background), s (background, streamed) or r (a stream that can be resumed); RESPONSE is
 * the JSON of the response as the client saw it first. The object stores the line, and its host
 * puts it as PUT_RUN, preceded by "FIRST TRIES ": the number of the first event, which is not 0 if
 * an earlier run was interrupted after output; and how often the run was begun before.
 */
#ifndef EXCHANGE_RUN_H
#define EXCHANGE_RUN_H

#include "exchange/state.h"

/* Take PUT_RUN; the body follows. */
void exchange_take_run(struct exchange *x, struct str text);

/* The request has been read: give its response the id that the client has. */
void exchange_open_run(struct exchange *x);

/* Make the next plan of PLACE_RUN. True when the exchange has gone on to another place. */
bool exchange_begin_run(struct exchange *x);

/* Split |line|, a run as it was handed over. False if it is invalid. */
struct run_line {
  struct str kind, tree, node, request, opened, client, origin, response;
};
bool exchange_read_run(struct str line, struct run_line *out);

#endif
