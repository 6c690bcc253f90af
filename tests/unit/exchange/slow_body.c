/* slow_body.c -- a client's body is waited for as long as it grows. */
#include "limits.h"
#include "unit/gateway.h"

int main(void) {
  double now = 1e12;
  configure("{}", 0, false);
  uint32_t h = open_request(now, 1);
  for (int i = 0; i < 10; i++) {
    const struct plan *p = gw_next(h, now);
    CHECK_INT(p->op, OP_WANT);
    CHECK_INT(p->ms, BODY_TIMEOUT);
    now += BODY_TIMEOUT - 1;
    CHECK_INT(gw_next(h, now)->ms, 1);
    put_text(h, 0, PUT_BODY, " ");
  }
  CHECK_INT(gw_next(h, now)->op, OP_WANT);
  const struct plan *p = gw_next(h, now + BODY_TIMEOUT);
  CHECK_INT(p->op, OP_REPLY);
  CHECK_INT(p->status, 408);
  gw_close(h);
  return unit_done();
}
