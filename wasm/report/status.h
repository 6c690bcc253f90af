/* status.h -- write the operator's status report: routes, keys, latencies, usage.
 *
 * It has no secrets and no content.
 */
#ifndef REPORT_STATUS_H
#define REPORT_STATUS_H

#include "report/usage.h"

/* Put {"service","now","routes":[...],"problems":[...],"hours":[...]}.
 * |stored| is the store's answer to status_put_question(). */
void status_put(struct buf *out, const struct config *config, struct str stored, double now);
void status_put_question(struct buf *lines, double now);

/* Put {"source","text","bundled","problems"}: the configuration in force and its source. */
void status_put_config(struct buf *out, const struct config *config);

#endif
