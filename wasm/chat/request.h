/* request.h -- read and write Chat Completions requests. */
#ifndef CHAT_REQUEST_H
#define CHAT_REQUEST_H

#include "base/errors.h"
#include "item/item.h"
#include "provider/provider.h"

/* Read a client's |body| into |r|, which request_init() made.  Members without a field in the
 * neutral form stay in r->body, and chat_request_write() sends them on. Returns 0, or a negative
 * error with |*f|. */
int chat_request_read(struct request *r, struct json_value body, struct failure *f)
    __attribute__((warn_unused_result));

/* Where a request is going. */
struct chat_target {
  const struct chat_rules *rules;
  const struct model_facts *facts;
  struct str model;
  struct str origin; /* of the target's reasoning: see reasoning.h */
  uint32_t refused;  /* members that the target has refused: bits of parameters.h */
  bool usage;        /* ask for usage in a stream, even if the client does not */
  bool again;        /* the request has been sent before, here or elsewhere */
};

/* Write |r|, of whatever dialect, for |target|.  What the target does not take is
 * noted in r->lossy. 0, or a negative error with |*f| when the request cannot be sent to it. */
int chat_request_write(struct buf *out, struct request *r, const struct chat_target *target,
                       struct failure *f) __attribute__((warn_unused_result));

#endif
