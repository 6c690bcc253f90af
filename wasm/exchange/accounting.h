/* accounting.h -- what an exchange used and cost, for the reply's head, the
 * usage and the log. */
#ifndef EXCHANGE_ACCOUNTING_H
#define EXCHANGE_ACCOUNTING_H

#include "exchange/state.h"

/* Keep the answer's cost for the reply's head, when it is known. */
void exchange_note_cost(struct exchange *x);

/* Count the request, and what it used. */
void exchange_note_usage(struct exchange *x);

/* Put the line for the log into x->body. */
void exchange_put_line(struct exchange *x);

#endif
