/* restamp.h -- an upstream's event as one of a response that was begun under another id. */
#ifndef RESPONSES_RESTAMP_H
#define RESPONSES_RESTAMP_H

#include "base/buf.h"
#include "text/json.h"

/* What the event's own values are replaced by. */
struct restamp {
  struct str id;
  int64_t created; /* s */
  int64_t sequence;
  bool background;
};

/* Put |data|, an event, with |to|'s values.  0, or negative: it is no event. */
int responses_restamp(struct buf *out, struct str data, const struct restamp *to,
                      struct arena *scratch) __attribute__((warn_unused_result));

#endif
