/* run_end.h -- how a request that runs in an object ends before its answer does: it failed, or was
 * cancelled. */
#ifndef EXCHANGE_RUN_END_H
#define EXCHANGE_RUN_END_H

#include "exchange/state.h"

/* End with |f|, or as cancelled where that is NULL, whatever is under way. */
void exchange_end_run(struct exchange *x, const struct failure *f);

/* PUT_CANCEL is here. */
void exchange_take_cancel(struct exchange *x);

#endif
