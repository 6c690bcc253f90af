/* slow_body.c -- a client's body is waited for as long as it grows. */
#include <string.h>

#include "gw.h"
#include "limits.h"
#include "unit/unit.h"

static void put(uint32_t h, uint32_t kind, const char *text) {
  size_t n = strlen(text);
  memcpy(gw_room(h, (uint32_t)n), text, n);
  CHECK_INT(gw_put(h, 0, kind, (uint32_t)n), 0);
}

static void open_gateway(void) {
  static const char routes[] = "{}", token[] = "PROXY_AUTH_TOKEN\nt";
  char *at = gw_room(0, sizeof routes - 1);
  memcpy(at, routes, sizeof routes - 1);
  gw_config(CONFIG_ROUTES, at, sizeof routes - 1);
  at = gw_room(0, sizeof token - 1);
  memcpy(at, token, sizeof token - 1);
  gw_config(CONFIG_VARIABLE, at, sizeof token - 1);
  gw_config(CONFIG_READY, NULL, 0);
}

int main(void) {
  double now = 1e12;
  open_gateway();
  uint32_t h = gw_open(now, 1);
  put(h, PUT_HEAD, "POST /v1/responses\nauthorization: Bearer t\n");
  for (int i = 0; i < 10; i++) {
    const struct plan *p = gw_next(h, now);
    CHECK_INT(p->op, OP_WANT);
    CHECK_INT(p->ms, BODY_TIMEOUT);
    now += BODY_TIMEOUT - 1;
    CHECK_INT(gw_next(h, now)->ms, 1);
    put(h, PUT_BODY, " ");
  }
  CHECK_INT(gw_next(h, now)->op, OP_WANT);
  const struct plan *p = gw_next(h, now + BODY_TIMEOUT);
  CHECK_INT(p->op, OP_REPLY);
  CHECK_INT(p->status, 408);
  gw_close(h);
  return unit_done();
}
