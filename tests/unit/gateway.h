/* gateway.h -- set the whole module up and put requests to it, for tests of its exports. */
#ifndef UNIT_GATEWAY_H
#define UNIT_GATEWAY_H

#include <stdio.h>

#include "host.h"
#include "unit/unit.h"

static inline void put_text(uint32_t h, uint32_t attempt, enum put_kind kind, const char *text) {
  CHECK_INT(host_put(h, attempt, kind, str_of(text, strlen(text))), 0);
}

/* Configure |routes| with |keys| secrets, KEY_0 and so on, and the client token "t". */
static inline void configure(const char *routes, int keys, bool has_store) {
  char variable[64];
  host_configure(CONFIG_ROUTES, str_of(routes, strlen(routes)));
  host_configure(CONFIG_VARIABLE, STR("PROXY_AUTH_TOKEN\nt"));
  for (int i = 0; i < keys; i++) {
    int n = sprintf(variable, "KEY_%d\nsecret", i);
    host_configure(CONFIG_VARIABLE, str_of(variable, (size_t)n));
  }
  if (has_store)
    gw_config(CONFIG_STORE, NULL, 0);
  gw_config(CONFIG_READY, NULL, 0);
}

/* A request with the token, up to its body. */
static inline uint32_t open_request(double now, uint32_t seed) {
  uint32_t h = gw_open(now, seed);
  put_text(h, 0, PUT_HEAD, "POST /v1/responses\nauthorization: Bearer t\n");
  return h;
}

static inline void put_body(uint32_t h, const char *body) {
  put_text(h, 0, PUT_BODY, body);
  put_text(h, 0, PUT_END, "");
}

#endif
