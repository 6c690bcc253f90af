/* subrequests.c -- however much fails, a request makes no more calls than the free plan allows. */
#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "unit/gateway.h"

enum { KEYS = 2 * ATTEMPTS_CEILING };

/* One route with KEYS keys, all of them called if need be. */
static void open_gateway(void) {
  static char text[8 * KIB];
  size_t n = (size_t)sprintf(text,
                             "{\"r\":{\"maxAttempts\":%d,\"providers\":[{\"provider\":"
                             "\"openai\",\"model\":\"gpt-4.1\",\"apiKeys\":[",
                             ATTEMPTS_CEILING);
  for (int i = 0; i < KEYS; i++)
    n += (size_t)sprintf(text + n, "%s\"KEY_%d\"", i > 0 ? "," : "", i);
  strcpy(text + n, "]}]}}");
  configure(text, KEYS, true);
}

struct calls {
  int fetch, store;
};

#define STREAM                                                                                     \
  "event: response.created\ndata: {\"response\":{\"id\":\"resp_1\"}}\n\n"                          \
  "event: response.output_text.delta\ndata: {\"delta\":\"Hi\"}\n\n"

static void answer(uint32_t h, uint32_t attempt, bool good) {
  put_text(h, attempt, PUT_ANSWER_HEAD, good ? "200\ncontent-type: text/event-stream\n" : "401\n");
  put_text(h, attempt, good ? PUT_CHUNK : PUT_END, good ? STREAM : "");
}

/* A request all of whose attempts are refused, but for the |good|th: a stream. */
static struct calls run(double now, uint32_t good) {
  struct calls calls = {0, 0};
  uint32_t h = open_request(now, 1), called = 0;
  bool piped = false;
  put_body(h, "{\"model\":\"r\",\"input\":\"hi\",\"stream\":true}");
  for (;;) {
    const struct plan *p = gw_next(h, now);
    uint32_t ms = p->ms;
    switch (p->op) {
    case OP_FETCH:
      calls.fetch++;
      called = p->attempt;
      break;
    case OP_WANT:
      if (piped)
        put_text(h, called, PUT_END, "");
      else
        answer(h, called, called == good);
      break;
    case OP_PIPE:
      piped = true;
      break;
    case OP_WAIT:
      now += ms;
      break;
    case OP_LOAD:
      calls.store++;
      put_text(h, 0, PUT_STORED, "");
      break;
    case OP_SAVE:
      calls.store++;
      break;
    case OP_DONE:
      calls.store += ms > 0; /* to tell of usage */
      gw_close(h);
      return calls;
    }
  }
}

int main(void) {
  open_gateway();
  struct calls calls = run(1e12, 0);
  CHECK_INT(calls.fetch, ATTEMPTS_CEILING);
  CHECK_INT(calls.fetch + calls.store, SUBREQUESTS_MAX - MEMORY_CALLS_MAX);
  /* The other keys' turn; and what could not be told is told first. */
  calls = run(1e12 + 1, 0);
  CHECK_INT(calls.fetch, ATTEMPTS_CEILING);
  CHECK_INT(calls.fetch + calls.store, SUBREQUESTS_MAX - MEMORY_CALLS_MAX);
  calls = run(1e12 + 2 * HOUR, ATTEMPTS_CEILING);
  CHECK_INT(calls.fetch, ATTEMPTS_CEILING);
  CHECK_INT(calls.fetch + calls.store, SUBREQUESTS_MAX - MEMORY_CALLS_MAX);
  calls = run(1e12 + 3 * HOUR, 1);
  CHECK_INT(calls.fetch, 1);
  return unit_done();
}
