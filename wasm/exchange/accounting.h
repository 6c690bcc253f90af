/* accounting.h -- tokens and cost of an exchange, for the reply's headers, the usage report
 * and the log. */
#ifndef EXCHANGE_ACCOUNTING_H
#define EXCHANGE_ACCOUNTING_H

#include "exchange/state.h"

/* Record the answer's cost, if known, for the reply's headers. */
void exchange_note_cost(struct exchange *x);

/* Put the log line into x->body. */
void exchange_put_line(struct exchange *x);

/* The request has ended: count it and its usage, and add its log |line| to the recent requests. */
void exchange_note_request(struct exchange *x, struct str line);

/* The level of the log line: enum log_level. */
uint32_t exchange_log_level(const struct exchange *x);

#endif
