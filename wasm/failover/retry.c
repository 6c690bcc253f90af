/* retry.c -- see retry.h. */
#include "failover/retry.h"

#include "limits.h"

bool retry_affordable(const struct retry *r, double ms) {
  return r->paused + ms <= r->budget;
}

static void pause(struct retry *r, struct choice choice, double ms, double now) {
  r->again = choice;
  r->paused += ms;
  r->until = now + ms;
}

void retry_same_key(struct retry *r, struct choice choice, double ms, double now) {
  r->same_key_spent = true;
  pause(r, choice, ms, now);
}

void retry_at_once(struct retry *r, struct choice choice, double now) {
  pause(r, choice, 0, now);
}

void retry_keep_limited(struct retry *r, struct choice choice, double ms) {
  if (ms > SAME_WAIT_MAX || r->limited_spent)
    return;
  r->limited = choice;
  r->limited_wait = ms;
}

void retry_limited(struct retry *r, double now) {
  if (r->limited.key == NULL || !retry_affordable(r, r->limited_wait))
    return;
  pause(r, r->limited, r->limited_wait, now);
  r->limited.key = NULL;
  r->limited_spent = true;
}
