/* advice.c -- see advice.h. */
#include "report/advice.h"

static const struct {
  struct str code, advice;
} rows[] = {
    {STR_INIT("invalid_api_key"),
     STR_INIT(
         "The client's token is none of this gateway's: give it the value of PROXY_AUTH_TOKEN, "
         "or of a PROXY_AUTH_TOKEN_<NAME>.")},
    {STR_INIT("owner_only"),
     STR_INIT("Only PROXY_AUTH_TOKEN opens the console and its reports; other tokens ask models.")},
    {STR_INIT("not_configured"),
     STR_INIT("A secret or ROUTES_CONFIG is missing: /health names it.")},
    {STR_INIT("model_not_found"),
     STR_INIT("No route and no provider has this model: name a route so, or add a route `default` "
              "for all others.")},
    {STR_INIT("not_found"),
     STR_INIT("The client asks at a path that is not there: its base URL must end in /v1, and the "
              "client must add no path of its own to it but the API's.")},
    {STR_INIT("method_not_allowed"),
     STR_INIT("The client asks at the wrong path: its base URL must end in /v1.")},
    {STR_INIT("request_too_large"),
     STR_INIT("The request is larger than MAX_BODY_BYTES allows: raise it, to 64 MiB at most.")},
    {STR_INIT("rate_limit_exceeded"),
     STR_INIT("All keys of the route rest; or, without a route, `$clients` allows no more this "
              "minute, or its address sent too many wrong tokens.")},
    {STR_INIT("insufficient_quota"),
     STR_INIT("All keys of the route are out of quota; or, without a route, `$clients` allows no "
              "more today.")},
    {STR_INIT("server_is_overloaded"),
     STR_INIT("This isolate had no room for the request: many large requests came at once.")},
};

struct str advice_of(struct str code) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (str_equal(rows[i].code, code))
      return rows[i].advice;
  return STR_NONE;
}
