/* flow.h -- the streamed reply: its head, its frames, pings, and its end. */
#ifndef EXCHANGE_FLOW_H
#define EXCHANGE_FLOW_H

#include "exchange/state.h"

/* Make the next plan of the reply.  True when the exchange is in another place
 * now, and no plan was made. */
bool exchange_flow(struct exchange *x);

/* The plan while attempts are under way: wait for them until |until|; a client
 * whose reply has begun is sent what there is, and pings. */
void exchange_plan_attempts(struct exchange *x, double until);

/* The last OP_EMIT has been carried out; the time it took was the client's. */
void exchange_take_emitted(struct exchange *x, double now);

#endif
