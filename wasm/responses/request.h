/* request.h -- a request of the Responses API, read and written. */
#ifndef RESPONSES_REQUEST_H
#define RESPONSES_REQUEST_H

#include "base/errors.h"
#include "item/item.h"
#include "provider/provider.h"

/* Read |body|, an object, into |r|, which request_init() made.  What the
 * neutral form has no place for is named in r->lossy; what is wrong is told in
 * |*f| (strings borrow or live in r->arena) and by a negative return. */
int responses_request_read(struct request *r, struct json_value body, struct failure *f)
    __attribute__((warn_unused_result));

/* Where a request is going. */
struct responses_target {
  const struct chat_rules *rules;
  const struct model_facts *facts;
  struct str model;
  uint32_t refused; /* members that it has refused: bits of parameters.h */
};

/* Write |r|, a chat client's, for |target|.  What cannot be said there is
 * named in r->lossy.  0, or negative with |*f|. */
int responses_request_write(struct buf *out, struct request *r,
                            const struct responses_target *target, struct failure *f)
    __attribute__((warn_unused_result));

#endif
