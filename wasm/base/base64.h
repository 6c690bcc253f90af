/* base64.h -- base64url (RFC 4648, section 5) without padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

void base64_put(struct buf *out, struct str bytes);

/* Put what |text| stands for.  False, and what was put is of no use, when it is no
 * base64url. */
bool base64_read(struct buf *out, struct str text) __attribute__((warn_unused_result));

#endif
