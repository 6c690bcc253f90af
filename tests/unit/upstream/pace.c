/* pace.c -- what a read may gather, by how fast a stream came. */
#include "upstream/pace.h"

#include "limits.h"
#include "unit/unit.h"

struct arrival {
  const char *what;
  uint32_t n;   /* bytes of each piece */
  double every; /* ms between two */
  int pieces;
  uint32_t hold, least;
};

static const struct arrival arrivals[] = {
    {"one piece says nothing about a rate", 9000, 1, 1, 25, 0},
    {"fifty tokens a second are not held back", 170, 20, 100, 25, 0},
    {"unless a route lets them wait", 170, 20, 100, 100, 850},
    {"a fast model is gathered for as long as a byte may wait", 200, 5, 100, 25, 1000},
    {"a stream at full speed up to a limit", 170, 0.05, 2000, 25, GATHER_MAX},
    {"nothing may wait: nothing is gathered", 170, 0.05, 2000, 0, 0},
};

static void test_rates(void) {
  for (size_t i = 0; i < COUNT(arrivals); i++) {
    const struct arrival *a = &arrivals[i];
    struct pace p = {0};
    double now = 1763900000000.0;
    for (int k = 0; k < a->pieces; k++, now += a->every)
      pace_feed(&p, a->n, now);
    uint32_t least = pace_least(&p, a->hold);
    bool near = least >= 0.95 * a->least && least <= 1.1 * a->least;
    unit_check(near, __FILE__, __LINE__, a->what);
  }
}

static void test_pause(void) {
  struct pace p = {0};
  double now = 1763900000000.0;
  for (int k = 0; k < 1000; k++, now += 1)
    pace_feed(&p, 200, now);
  CHECK(pace_least(&p, 25) == GATHER_MAX);
  pace_feed(&p, GATHER_MAX, now + 2000);
  CHECK(pace_least(&p, 25) == 0);
}

int main(void) {
  test_rates();
  test_pause();
  return unit_done();
}
