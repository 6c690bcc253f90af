/* accounting.h -- tokens and cost of an exchange, for the reply's headers, the usage report
 * and the log. */
#ifndef EXCHANGE_ACCOUNTING_H
#define EXCHANGE_ACCOUNTING_H

#include "exchange/state.h"

/* Note the answer's cost, if known, for the reply's headers. */
void exchange_note_cost(struct exchange *x);

/* Put the line for the log into x->body. */
void exchange_put_line(struct exchange *x);

/* The request has ended: count it and its usage, and keep its log |line| for the list of requests.
 */
void exchange_note_request(struct exchange *x, struct str line);

/* The level of its log line: enum log_level. */
uint32_t exchange_log_level(const struct exchange *x);

#endif
