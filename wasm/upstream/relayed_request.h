/* relayed_request.h -- pass a client's request on with few changes: the model's name, and without
 * what the upstream is known to refuse. */
#ifndef UPSTREAM_RELAYED_REQUEST_H
#define UPSTREAM_RELAYED_REQUEST_H

#include "item/item.h"
#include "provider/provider.h"

struct relayed_request {
  struct json_value body;       /* as the client sent it */
  struct str text;              /* the JSON text that contains |body| */
  bool chat;                    /* Chat Completions; else Responses */
  const struct request *opened; /* has this gateway's compactions in decrypted form; may be NULL */
  struct str model;             /* the upstream's name for it */
  const struct model_facts *facts;
  uint32_t refused;         /* members that the upstream has refused: bits of parameters.h */
  bool without_reasoning;   /* Responses: earlier turns' reasoning is left out */
  const struct item *added; /* Responses: messages that follow the input; NULL = none */
  bool usage;               /* ask for the usage at the end of a stream */
  bool begun;               /* a stream that this gateway runs in the background, if need be */
};

/* Does anything change besides the model's name? */
bool relayed_request_changes(const struct relayed_request *r);

/* Write the changed request. |lossy| gets the names of what is left out, "a, b"; |removed| the
 * items as elements of "input_transformations". */
void relayed_request_write(struct buf *out, const struct relayed_request *r, struct buf *lossy,
                           struct buf *removed, struct arena *arena);

#endif
