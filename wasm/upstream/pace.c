/* pace.c -- the arrival rate, measured over GATHER_MS or over one read that took longer. */
#include "upstream/pace.h"

#include "limits.h"

void pace_feed(struct pace *p, uint32_t n, double now) {
  if (p->since == 0)
    p->since = now;
  double ms = now - p->since;
  p->arrived += n;
  if (ms < GATHER_MS)
    return;
  p->rate = p->arrived / ms;
  p->arrived = 0;
  p->since = now;
}

uint32_t pace_least(const struct pace *p, uint32_t hold) {
  double least = p->rate * hold;
  if (least < GATHER_MIN)
    return 0;
  return least < GATHER_MAX ? (uint32_t)least : GATHER_MAX;
}
