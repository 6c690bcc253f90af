/* accounting.h -- tokens and cost of an exchange, for the reply's headers, the usage report
 * and the log. */
#ifndef EXCHANGE_ACCOUNTING_H
#define EXCHANGE_ACCOUNTING_H

#include "exchange/state.h"

/* Keep the answer's cost for the reply's head, when it is known. */
void exchange_note_cost(struct exchange *x);

/* Put the line for the log into x->body. */
void exchange_put_line(struct exchange *x);

/* The request is over: count it and what it used, and keep |line| of it. */
void exchange_note_request(struct exchange *x, struct str line);

/* The level of its log line: enum log_level. */
uint32_t exchange_log_level(const struct exchange *x);

#endif
