/* clock.c -- see clock.h. */
#include "upstream/clock.h"

#include "limits.h"

void clock_init(struct attempt_clock *c, double now) {
  *c = (struct attempt_clock){.called = now, .last_heard = now};
}

double clock_deadline(const struct attempt_clock *c, enum clock_phase phase,
                      const struct timeouts *timeouts) {
  switch (phase) {
  case PHASE_HEAD:
    return c->last_heard + timeouts->connect;
  case PHASE_WHOLE_ANSWER:
    return c->last_heard + timeouts->whole;
  case PHASE_FIRST_OUTPUT:
    return c->last_heard + timeouts->first_token;
  case PHASE_ERROR_BODY:
    /* From its start, however it trickles: the next attempt waits for its end. */
    return c->error_since + timeouts->connect;
  case PHASE_TAIL:
    if (timeouts->idle > TAIL_TIMEOUT)
      return c->last_heard + TAIL_TIMEOUT;
    break;
  case PHASE_MORE:
    break;
  }
  return c->last_heard + timeouts->idle;
}

void clock_pause(struct attempt_clock *c, double ms) {
  c->last_heard += ms;
}
