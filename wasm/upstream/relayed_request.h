/* relayed_request.h -- a client's request that goes on as it is, but for what its upstream is known
 * to refuse. */
#ifndef UPSTREAM_RELAYED_REQUEST_H
#define UPSTREAM_RELAYED_REQUEST_H

#include "item/item.h"
#include "provider/provider.h"

struct relayed_request {
  struct json_value body;       /* as the client sent it */
  struct str text;              /* of which |body| is a value */
  bool chat;                    /* Chat Completions; else Responses */
  const struct request *opened; /* where our compactions are opened; may be NULL */
  struct str model;             /* the upstream's name for it */
  const struct model_facts *facts;
  uint32_t refused;         /* members that it has refused: bits of parameters.h */
  bool without_reasoning;   /* Responses: earlier turns' reasoning is left out */
  const struct item *added; /* Responses: messages that follow the input; NULL = none */
  bool usage;               /* a stream is to tell it */
  bool begun;               /* a stream that this gateway runs in the background, if need be */
};

/* Is there more to change than the model's name? */
bool relayed_request_changes(const struct relayed_request *r);

/* Write it, changed; what is left out is named in |lossy|, "a, b". */
void relayed_request_write(struct buf *out, const struct relayed_request *r, struct buf *lossy,
                           struct arena *arena);

#endif
