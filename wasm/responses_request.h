/* responses_request.h -- a request of the Responses API, read. */
#ifndef RESPONSES_REQUEST_H
#define RESPONSES_REQUEST_H

#include "errors.h"
#include "item.h"

/* Read |body|, an object, into |r|, which request_init() made.  What the
 * neutral form has no place for is named in r->lossy; what is wrong is told in
 * |*f| (strings borrow or live in r->arena) and by a negative return. */
int responses_request_read(struct request *r, struct json_value body, struct failure *f)
    __attribute__((warn_unused_result));

#endif
