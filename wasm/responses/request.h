/* request.h -- read and write requests of the Responses API. */
#ifndef RESPONSES_REQUEST_H
#define RESPONSES_REQUEST_H

#include "base/errors.h"
#include "item/item.h"
#include "provider/provider.h"

/* Read |body|, an object, into |r|, which request_init() made.  Members without a
 * field in the neutral form are noted in r->lossy. Returns 0, or a negative error with |*f|, whose
 * strings borrow or live in r->arena. */
int responses_request_read(struct request *r, struct json_value body, struct failure *f)
    __attribute__((warn_unused_result));

/* Where a request is going. */
struct responses_target {
  const struct chat_rules *rules;
  const struct model_facts *facts;
  struct str model;
  uint32_t refused; /* members that the target has refused: bits of parameters.h */
};

/* Write |r|, a chat client's request, for |target|. What it does not take is noted in r->lossy. 0,
 * or a negative error with |*f|. */
int responses_request_write(struct buf *out, struct request *r,
                            const struct responses_target *target, struct failure *f)
    __attribute__((warn_unused_result));

#endif
