/* trouble.h -- read a failure from the body and the headers of an upstream's answer. */
#ifndef PROVIDER_TROUBLE_H
#define PROVIDER_TROUBLE_H

#include "provider/failure.h"
#include "text/json.h"

/* A failure that the gateway itself found, as one of an upstream's. */
struct trouble provider_trouble(int error);

/* Read an error out of an upstream's JSON: {"error":{...}} with code a string,
 * a number or null, {"error":"text"}, {"type":"error",...} flat or nested,
 * {"type":"response.failed","response":{"error":...}}, {"code":..,"msg":..}.
 * False when |root| is no error. Strings live in |arena| or borrow from |root|; |out|'s
 * status and retry_after are not changed. */
bool provider_read_error(struct json_value root, struct arena *arena, struct trouble *out);

/* Read the body of an HTTP error: JSON as above; else plain text, which is the message; else HTML,
 * of which only |html| is set. |out|'s status and retry_after are not changed. */
void provider_read_error_body(struct str body, struct arena *arena, struct trouble *out);

/* The wait that a head of "name: value" lines asks for: retry-after-ms, retry-after (seconds or an
 * HTTP date), x-ratelimit-reset-* of a limit of which nothing remains. In ms; negative when there
 * is none. |now| is ms since 1970. */
double provider_retry_after(struct str head, double now);

/* The soonest x-ratelimit-reset-*, where no header has what remains: a guess, for a rate limit
 * without any other information. */
double provider_soonest_reset(struct str head);

#endif
