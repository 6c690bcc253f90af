/* echo.h -- the request's fields as the response object repeats
 * them: 21 of its 31 keys. */
#ifndef RESPONSES_ECHO_H
#define RESPONSES_ECHO_H

#include "base/buf.h"
#include "text/json.h"

/* Put the members, "previous_response_id" to "reasoning", into an object that
 * is open, but those that |present|, an object or absent, has already.  What
 * the request |body| does not say has the API's default. */
void responses_put_echo(struct buf *out, struct json_value body, struct json_value present,
                        bool stored);

#endif
