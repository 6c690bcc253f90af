/* backfill.h -- the keys that an upstream's response object lacks,
 * added to it, in an answer or in an event of a stream. */
#ifndef RESPONSES_BACKFILL_H
#define RESPONSES_BACKFILL_H

#include "base/buf.h"
#include "text/json.h"

/* Put |answer|, a whole Responses answer or an event that holds one, with those of the 31 keys that
 * it lacks at its end: what the request says, else what is the API's default, and null for what
 * only the upstream could know.  The rest stays byte for byte; what is no response object is put as
 * it is.  0, or the buf's error or ERR_MEMORY.  |scratch| is the caller's to drop. */
int responses_backfill(struct buf *out, struct str answer, struct json_value request_body,
                       bool stored, struct arena *scratch) __attribute__((warn_unused_result));

#endif
