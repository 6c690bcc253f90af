/* trouble.h -- read a failure out of an upstream's answer: its body and its head. */
#ifndef PROVIDER_TROUBLE_H
#define PROVIDER_TROUBLE_H

#include "provider/failure.h"
#include "text/json.h"

/* Read an error out of an upstream's JSON: {"error":{...}} with code a string,
 * a number or null, {"error":"text"}, {"type":"error",...} flat or nested,
 * {"type":"response.failed","response":{"error":...}}, {"code":..,"msg":..}.
 * False when |root| tells of no error.  Strings live in |arena| or borrow;
 * |out|'s status and retry_after are left as they were. */
bool provider_read_error(struct json_value root, struct arena *arena, struct trouble *out);

/* Read the body of an HTTP error: JSON as above; else plain text, which is the message; else
 * HTML, of which nothing is read.  |out|'s status and retry_after are left as they were. */
void provider_read_error_body(struct str body, struct arena *arena, struct trouble *out);

/* How long a head of "name: value" lines asks to wait: retry-after-ms, retry-after (seconds or
 * an HTTP date), x-ratelimit-reset-* where nothing remains.  ms; negative when it does not say.
 * |now| is ms since 1970. */
double provider_retry_after(struct str head, double now);

/* The soonest x-ratelimit-reset-* where the head does not say what remains: a guess, for a
 * rate limit that tells nothing else. */
double provider_soonest_reset(struct str head);

#endif
