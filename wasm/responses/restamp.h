/* restamp.h -- an upstream's response with the values that the client asked for, or was given
 * before.
 *
 * An upstream that was sent the whole context in place of ids cannot repeat the ids. They are left
 * out here, and added from the request later: backfill.h.
 */
#ifndef RESPONSES_RESTAMP_H
#define RESPONSES_RESTAMP_H

#include "base/buf.h"
#include "text/json.h"

/* What the response's own values are replaced by. */
struct restamp {
  struct str id;   /* empty: the values up to |background| stay as they are */
  int64_t created; /* s */
  int64_t sequence;
  bool background;
  struct str removed; /* the elements of "input_transformations"; may be empty */
};

/* Put |data|, an event or a whole response, with |to|'s values.  0, or negative: it is neither. */
int responses_restamp(struct buf *out, struct str data, const struct restamp *to,
                      struct arena *scratch) __attribute__((warn_unused_result));

#endif
