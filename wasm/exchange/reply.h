/* reply.h -- the heads of the gateway's replies, and the answers that need no
 * upstream. */
#ifndef EXCHANGE_REPLY_H
#define EXCHANGE_REPLY_H

#include "base/errors.h"
#include "config/config.h"
#include "text/head.h"

/* What every reply says of itself; strings may be empty. */
struct reply_facts {
  struct str request_id;
  struct str origin; /* the client's, echoed for browsers */
  struct str route, provider, lossy;
  struct str cost; /* "0.000123 usd" */
  uint32_t attempts;
  bool tried_all;     /* the client should not try again by itself */
  double retry_after; /* ms; 0 = say nothing */
};

/* Put the headers: CORS, x-request-id, x-gateway-*; and the content's type
 * when it is not empty. */
void reply_put_head(struct buf *out, const struct reply_facts *facts, struct str content_type);

/* Put what OPTIONS is answered with, besides. */
void reply_put_preflight(struct buf *out, const struct head *head);

/* {"status":"ok","service":"ai-worker-proxy","timestamp":ISO}, and the
 * problems of the configuration when it has any.  |now| in ms. */
void reply_put_health(struct buf *out, const struct config *config, double now);

#endif
