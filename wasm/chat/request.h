/* request.h -- a Chat Completions request, read and written. */
#ifndef CHAT_REQUEST_H
#define CHAT_REQUEST_H

#include "base/errors.h"
#include "item/item.h"
#include "provider/provider.h"

/* Read a client's |body| into |r|, which request_init() made.  Members that
 * the neutral form has no place for stay in r->body, and chat_request_write()
 * hands them on.  What is wrong is told in |*f| and by a negative return. */
int chat_request_read(struct request *r, struct json_value body, struct failure *f)
    __attribute__((warn_unused_result));

/* Where a request is going. */
struct chat_target {
  const struct chat_rules *rules;
  const struct model_facts *facts;
  struct str model;
  struct str origin; /* of its reasoning: see reasoning.h */
  uint32_t refused;  /* members that it has refused: bits of parameters.h */
  bool usage;        /* a stream is to tell it, whether the client asks or not */
  bool again;        /* the request has been sent before, here or elsewhere */
};

/* Write |r|, of whatever dialect, for |target|.  What it cannot take is named
 * in r->lossy.  0, or negative with |*f| when it cannot be asked at all. */
int chat_request_write(struct buf *out, struct request *r, const struct chat_target *target,
                       struct failure *f) __attribute__((warn_unused_result));

#endif
