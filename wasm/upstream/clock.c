/* clock.c -- see clock.h. */
#include "upstream/clock.h"

#include "limits.h"

void clock_init(struct attempt_clock *c, double now) {
  *c = (struct attempt_clock){.called = now, .head_at = now, .last_heard = now, .last_output = now};
}

void clock_note_head(struct attempt_clock *c, double now) {
  c->has_head = true;
  c->head_at = c->last_heard = c->last_output = now;
}

void clock_note_bytes(struct attempt_clock *c, bool output, double now) {
  c->last_heard = now;
  if (output)
    c->last_output = now;
}

static double sooner(double a, double b) {
  return a < b ? a : b;
}

double clock_deadline(const struct attempt_clock *c, enum clock_phase phase,
                      const struct timeouts *timeouts) {
  switch (phase) {
  case PHASE_HEAD:
  case PHASE_ERROR_BODY: /* from its start, however it trickles: the next attempt waits */
    return c->head_at + timeouts->connect;
  case PHASE_WHOLE_ANSWER:
    return c->head_at + timeouts->whole;
  case PHASE_FIRST_OUTPUT:
    return c->head_at + timeouts->first_token;
  case PHASE_THINKING:
    return c->last_output + THINKING_FACTOR * (double)timeouts->idle;
  case PHASE_TAIL:
    if (timeouts->idle > TAIL_TIMEOUT)
      return c->last_heard + TAIL_TIMEOUT;
    break;
  case PHASE_MORE:
    break;
  }
  return sooner(c->last_heard + timeouts->idle,
                c->last_output + COMMENTS_FACTOR * (double)timeouts->idle);
}

void clock_pause(struct attempt_clock *c, double ms) {
  c->head_at += ms;
  c->last_heard += ms;
  c->last_output += ms;
}
