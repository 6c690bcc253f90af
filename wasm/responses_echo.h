/* responses_echo.h -- the request's fields as the response object repeats
 * them: 20 of its 31 keys. */
#ifndef RESPONSES_ECHO_H
#define RESPONSES_ECHO_H

#include "buf.h"
#include "json.h"

/* Put the members, "previous_response_id" to "prompt_cache_key", into an
 * object that is open.  What the request |body| does not say has the API's
 * default. */
void responses_put_echo(struct buf *out, struct json_value body);

#endif
