/* flow.h -- the streamed reply: its head, its frames, pings, and its end. */
#ifndef EXCHANGE_FLOW_H
#define EXCHANGE_FLOW_H

#include "exchange/state.h"

/* Make the next plan of the reply. True when the exchange has gone on to another place, and no plan
 * was made. */
bool exchange_flow(struct exchange *x);

/* Make the plan while attempts are under way: wait for them until |until|. If the reply has begun,
 * send what is ready, and pings. */
void exchange_plan_attempts(struct exchange *x, double until);

/* The last OP_EMIT has been carried out; a slow client's time does not count as the upstream's. */
void exchange_take_emitted(struct exchange *x, double now);

#endif
