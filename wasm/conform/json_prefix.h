/* json_prefix.h -- JSON that is still coming: up to where it can be closed, and with what.
 *
 *   {"a":[1,2,{"b":"so f     is closed as     {"a":[1,2,{"b":"so f"}]}
 *   {"a":[1,2,{"b":"c"},3    is closed as     {"a":[1,2,{"b":"c"}]}
 *
 * The rest, such as a number that may get more digits or a key without a value, has to wait.
 * Nothing is checked: text that is no JSON is closed as something that is none either.
 */
#ifndef CONFORM_JSON_PREFIX_H
#define CONFORM_JSON_PREFIX_H

#include <stdbool.h>

#include "base/buf.h"
#include "limits.h"

struct json_prefix {
  size_t read;    /* bytes that were looked at */
  size_t n;       /* up to here it can be closed */
  size_t string;  /* where the content of the last string begins */
  bool in_string; /* it has no end yet */
  bool is_key;
  bool ended; /* the value is complete, and has |n| bytes; or it is too deep, and |n| is 0 */
  char last;  /* of the characters { [ ] } , : */
  uint8_t escape;
  uint32_t depth; /* brackets that are open */
  char closers[JSON_DEPTH_MAX];
};

/* Look at what is new of |text|, which begins with the value's opening bracket and has grown since
 * the last call. An all-zero |p| has seen nothing. */
void json_prefix_read(struct json_prefix *p, struct str text);

/* Is |n| within a string, and do the first |passed| bytes have its beginning? */
static inline bool json_prefix_in_string(const struct json_prefix *p, size_t passed) {
  return p->in_string && !p->is_key && passed >= p->string;
}

/* Put the first |n| bytes of |text|, and what closes them. */
void json_prefix_put(const struct json_prefix *p, struct str text, struct buf *out);

#endif
