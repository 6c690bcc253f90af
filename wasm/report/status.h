/* status.h -- what an operator wants to know, as JSON: routes, keys, latencies
 * and usage.  No secret, no content. */
#ifndef REPORT_STATUS_H
#define REPORT_STATUS_H

#include "report/usage.h"

/* Put {"service","now","routes":[...],"problems":[...],"hours":[...]}.
 * |stored| is the store's answer to status_put_question(). */
void status_put(struct buf *out, const struct config *config, struct str stored, double now);
void status_put_question(struct buf *lines, double now);

/* Put {"days":[{"day","route","key","currency","requests",...},...]}; |query| is
 * the request's, of which "days" counts. */
void status_put_usage(struct buf *out, struct str stored);
void status_put_usage_question(struct buf *lines, struct str query, double now);

#endif
