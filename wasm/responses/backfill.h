/* backfill.h -- add the keys that an upstream's response object lacks, in an answer or in an event.
 */
#ifndef RESPONSES_BACKFILL_H
#define RESPONSES_BACKFILL_H

#include "base/buf.h"
#include "text/json.h"

/* Put |answer|, a whole Responses answer or an event that holds one, and add those of
 * the 31 keys that it lacks: the request's value, else the API's default, and null for what only
 * the upstream could know. The rest stays byte for byte; what is no response object is put
 * unchanged. 0, or the buf's error or ERR_MEMORY. The caller drops |scratch|. */
int responses_backfill(struct buf *out, struct str answer, struct json_value request_body,
                       bool stored, struct arena *scratch) __attribute__((warn_unused_result));

#endif
