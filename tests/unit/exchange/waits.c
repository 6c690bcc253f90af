/* waits.c -- however much fails, a request makes no more attempts than its route allows, and waits
 * no longer. */
#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "unit/gateway.h"

enum { KEYS = 2 * ATTEMPTS_CEILING };

static const double start = 1e12;

/* One route with |more| members and KEYS keys, so many at each provider. */
static void open_gateway(const char *more, int at_each) {
  static char text[16 * KIB];
  size_t n = (size_t)sprintf(text, "{\"r\":{%s\"providers\":[", more);
  for (int i = 0; i < KEYS; i++) {
    bool first = i % at_each == 0, last = (i + 1) % at_each == 0 || i + 1 == KEYS;
    if (first)
      n +=
          (size_t)sprintf(text + n, "%s{\"provider\":\"zhipu\",\"model\":\"glm-4.7\",\"apiKeys\":[",
                          i > 0 ? "," : "");
    n += (size_t)sprintf(text + n, "%s\"KEY_%d\"%s", first ? "" : ",", i, last ? "]}" : "");
  }
  strcpy(text + n, "]}}");
  configure(text, KEYS, false);
}

struct calls {
  int fetch, waits;
  double waited, shortest, longest;
};

static void note_wait(struct calls *calls, double ms) {
  calls->waits++;
  calls->waited += ms;
  if (calls->waits == 1 || ms < calls->shortest)
    calls->shortest = ms;
  if (ms > calls->longest)
    calls->longest = ms;
}

/* A request all of whose attempts are answered with |head|. */
static struct calls run(double now, uint32_t seed, const char *head) {
  struct calls calls = {0};
  uint32_t h = open_request(now, seed), called = 0;
  put_body(h, "{\"model\":\"r\",\"input\":\"hi\"}");
  for (;;) {
    const struct plan *p = gw_next(h, now);
    uint32_t ms = p->ms;
    switch (p->op) {
    case OP_FETCH:
      calls.fetch++;
      called = p->attempt;
      break;
    case OP_WANT:
      put_text(h, called, PUT_ANSWER_HEAD, head);
      put_text(h, called, PUT_END, "");
      break;
    case OP_WAIT:
      now += ms;
      note_wait(&calls, ms);
      break;
    case OP_DONE:
      gw_close(h);
      return calls;
    }
  }
}

static void test_attempts(void) {
  open_gateway("", KEYS);
  CHECK_INT(run(start, 1, "401\n").fetch, 8);
  open_gateway("\"maxAttempts\":3,", KEYS);
  CHECK_INT(run(start, 1, "401\n").fetch, 3);
}

/* Who asks for 9 s is waited for, six times in a minute and no more. */
static void test_budget(void) {
  static const struct {
    const char *more;
    int waits;
  } rows[] = {
      {"\"maxAttempts\":31,", 6},
      {"\"maxAttempts\":31,\"retryBudgetMs\":20000,", 2},
      {"\"maxAttempts\":31,\"retryBudgetMs\":0,", 0},
      {"", 4}, /* eight attempts, each key's second after a wait */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    open_gateway(rows[i].more, 2);
    struct calls calls = run(start, 1, "503\nretry-after: 9\n");
    CHECK_INT(calls.waits, rows[i].waits);
    CHECK(calls.waited == calls.waits * 9.0 * SECOND);
  }
}

/* Isolates that failed together are not to come back together. */
static void test_jitter(void) {
  struct calls all = {0};
  for (uint32_t seed = 1; seed <= 50; seed++) {
    open_gateway("\"maxAttempts\":2,", KEYS);
    note_wait(&all, run(start, seed, "500\n").waited);
  }
  CHECK(all.shortest >= RETRY_WAIT && all.shortest < RETRY_WAIT * 1.1);
  CHECK(all.longest <= 2 * RETRY_WAIT && all.longest > RETRY_WAIT * 1.9);
}

int main(void) {
  test_attempts();
  test_budget();
  test_jitter();
  return unit_done();
}
