/* models.h -- write the replies to /v1/models. */
#ifndef REPORT_MODELS_H
#define REPORT_MODELS_H

#include "base/buf.h"
#include "config/config.h"
#include "text/head.h"

/* {"object":"list","data":[...]}: the routes that |client| may use, in the order of the
 * configuration.  |now| in ms gives "created". */
void models_put_list(struct buf *out, const struct config *config, const struct client *client,
                     const struct head *head, double now);

/* One entry. */
void models_put_entry(struct buf *out, const struct route *route, double now);

#endif
