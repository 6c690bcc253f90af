/* run_end.h -- end a request that runs in an object before its answer is complete: it failed, or
 * was cancelled. */
#ifndef EXCHANGE_RUN_END_H
#define EXCHANGE_RUN_END_H

#include "exchange/state.h"

/* End the run with |f|, or as cancelled if |f| is NULL, and drop what is under way. */
void exchange_end_run(struct exchange *x, const struct failure *f);

/* Take PUT_CANCEL. */
void exchange_take_cancel(struct exchange *x);

#endif
