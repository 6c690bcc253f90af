/* reply.h -- write the headers of replies, and the replies to OPTIONS and /health. */
#ifndef EXCHANGE_REPLY_H
#define EXCHANGE_REPLY_H

#include "base/errors.h"
#include "config/config.h"
#include "text/head.h"

/* The facts in the headers of every reply; strings may be empty. */
struct reply_facts {
  struct str request_id;
  struct str origin; /* the client's, echoed for browsers */
  struct str route, provider, lossy;
  struct str cost; /* "0.000123 usd" */
  uint32_t attempts;
  bool tried_all;     /* all targets were tried, so the client should not retry at once */
  double retry_after; /* ms; 0 = no header */
};

/* Put the headers: CORS, x-request-id, x-gateway-*; and content-type if it is not empty. */
void reply_put_head(struct buf *out, const struct reply_facts *facts, struct str content_type);

/* Put the additional headers of a reply to OPTIONS. */
void reply_put_preflight(struct buf *out, const struct head *head);

/* Put {"status":"ok","service":"ai-worker-proxy","timestamp":ISO}, and the problems of the
 * configuration if there are any. |now| in ms. */
void reply_put_health(struct buf *out, const struct config *config, double now);

#endif
