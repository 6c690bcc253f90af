/* echo.h -- the fields of the response object that repeat the request: 21 of its 31 keys. */
#ifndef RESPONSES_ECHO_H
#define RESPONSES_ECHO_H

#include "base/buf.h"
#include "text/json.h"

/* Put the members, "previous_response_id" to "reasoning", into an open object, except for those
 * that |present|, an object or absent, already has.  Those that the request |body| lacks get the
 * API's default. */
void responses_put_echo(struct buf *out, struct json_value body, struct json_value present,
                        bool stored);

#endif
