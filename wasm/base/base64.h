/* base64.h -- base64url (RFC 4648, section 5) without padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

void base64_put(struct buf *out, struct str bytes);

/* Decode |text| into |out|. False when it is not base64url; |out| then holds part of it. */
bool base64_read(struct buf *out, struct str text) __attribute__((warn_unused_result));

#endif
