/* advice.c -- see advice.h. */
#include "report/advice.h"

static const struct row {
  const char *code, *advice;
} rows[] = {
    {"invalid_api_key",
     "The client's token is none of this gateway's: give it the value of PROXY_AUTH_TOKEN, "
     "or of a PROXY_AUTH_TOKEN_<NAME>."},
    {"owner_only",
     "Only PROXY_AUTH_TOKEN opens the console and its reports; other tokens ask models."},
    {"not_configured", "A secret or ROUTES_CONFIG is missing: /health names it."},
    {"model_not_found",
     "No route and no provider has this model: name a route so, or add a route `default` "
     "for all others."},
    {"not_found",
     "Nothing is at this path: the base URL must end in /v1, and the client adds the rest."},
    {"method_not_allowed", "This path takes other methods: see `Allow`."},
    {"request_too_large",
     "The request is larger than MAX_BODY_BYTES allows: raise it, to 64 MiB at most."},
    {"rate_limit_exceeded",
     "All keys of the route are in cooldown; or, without a route, `$clients` allows no more this "
     "minute, or its address sent too many wrong tokens."},
    {"insufficient_quota",
     "All keys of the route are out of quota; or, without a route, `$clients` allows no "
     "more today."},
    {"server_is_overloaded",
     "This isolate had no room for the request: many large requests came at once."},
};

struct str advice_of(struct str code) {
  const struct row *row = STR_ROW(code, rows);
  return row != NULL ? str_literal(row->advice) : STR_NONE;
}
