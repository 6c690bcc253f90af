/* memory.c -- what an exchange holds, and how large requests wait for their turn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "limits.h"
#include "unit/gateway.h"

#define CHUNK                                                                                      \
  "data: {\"id\":\"c\",\"model\":\"glm-4.7\",\"choices\":[{\"index\":0,\"delta\":"                 \
  "{\"content\":\"Hello\"}}]}\n\n"

static const double now = 1.7e12;

static const char *const routes = "{\"r\":{\"providers\":[{\"provider\":\"zhipu\",\"model\":\"glm-"
                                  "4.7\",\"apiKeys\":[\"KEY_0\"]}]}}";

/* A request whose body has |n| bytes: no more than its head. */
static uint32_t announce(size_t n) {
  char head[200];
  uint32_t h = gw_open(now, 1);
  snprintf(head, sizeof head, "POST /v1/responses\nauthorization: Bearer t\ncontent-length: %zu\n",
           n);
  put_text(h, 0, PUT_HEAD, head);
  return h;
}

static char *body_of(size_t n) {
  static const char before[] = "{\"model\":\"r\",\"stream\":true,\"input\":\"";
  char *body = malloc(n + 1);
  memset(body, 'x', n);
  memcpy(body, before, sizeof before - 1);
  memcpy(body + n - 2, "\"}", 3);
  return body;
}

/* Carry out plans until |op|. */
static const struct plan *until(uint32_t h, uint32_t op, double when) {
  const struct plan *p = gw_next(h, when);
  for (int i = 0; p->op != op && p->op != OP_DONE && i < 20; i++)
    p = gw_next(h, when);
  CHECK_INT(p->op, op);
  return p;
}

/* |h|'s body, its attempt, and the first output. */
static void stream(uint32_t h, const char *body) {
  put_body(h, body);
  until(h, OP_FETCH, now);
  until(h, OP_WANT, now);
  put_text(h, 1, PUT_ANSWER_HEAD, "200\ncontent-type: text/event-stream\n");
  put_text(h, 1, PUT_CHUNK, CHUNK);
  until(h, OP_EMIT, now);
  until(h, OP_WANT, now);
}

/* Once it streams, a large request holds no more than a small one. */
static void test_release(void) {
  char *body = body_of(2 * MIB);
  size_t idle = arena_pool_used();
  uint32_t h = announce(2 * MIB);
  CHECK_INT(until(h, OP_WANT, now)->mask, 1);
  stream(h, body);
  CHECK(arena_pool_used() - idle <= 32 * KIB);
  gw_close(h);
  CHECK_INT(arena_pool_used(), idle);
  free(body);
}

static void test_order(void) {
  enum { N = 3 };
  uint32_t h[N];
  char *body = body_of(MIB);
  for (int i = 0; i < N; i++) {
    h[i] = announce(20 * MIB);
    CHECK_INT(gw_next(h[i], now)->op, i == 0 ? OP_WANT : OP_WAIT);
  }
  uint32_t small = announce(100); /* waits behind none */
  CHECK_INT(gw_next(small, now)->op, OP_WANT);
  gw_close(small);
  uint32_t ms = gw_next(h[1], now)->ms;
  CHECK(ms > 0 && ms < gw_next(h[2], now)->ms);
  stream(h[0], body); /* has been sent: there is room for one */
  CHECK_INT(gw_next(h[2], now)->op, OP_WAIT);
  CHECK_INT(gw_next(h[1], now)->op, OP_WANT);
  CHECK_INT(gw_next(h[2], now)->op, OP_WAIT);
  gw_close(h[1]); /* who leaves makes room, too */
  CHECK_INT(gw_next(h[2], now)->op, OP_WANT);
  gw_close(h[0]);
  gw_close(h[2]);
  free(body);
}

static void test_patience(void) {
  uint32_t first = announce(20 * MIB), second = announce(20 * MIB), third = announce(20 * MIB);
  CHECK_INT(gw_next(first, now)->op, OP_WANT);
  CHECK_INT(gw_next(second, now)->op, OP_WAIT);
  CHECK_INT(gw_next(third, now + 1)->op, OP_WAIT);
  const struct plan *p = gw_next(second, now + MEMORY_WAIT);
  CHECK_INT(p->op, OP_REPLY);
  CHECK_INT(p->status, 503);
  gw_close(second);
  gw_close(first);
  CHECK_INT(gw_next(third, now + 2)->op, OP_WANT);
  gw_close(third);
}

/* All of many are answered, whatever they come to together. */
static void test_many(void) {
  enum { N = 200 };
  static uint32_t h[N];
  static bool sent[N];
  char *body = body_of(MIB);
  int done = 0;
  for (int i = 0; i < N; i++)
    h[i] = announce(MIB);
  for (int round = 0; round < N && done < N; round++) {
    for (int i = 0; i < N; i++) {
      if (sent[i] || gw_next(h[i], now)->op != OP_WANT)
        continue;
      stream(h[i], body);
      sent[i] = true;
      done++;
    }
  }
  CHECK_INT(done, N);
  CHECK(arena_pool_used() <= (size_t)N * 32 * KIB);
  for (int i = 0; i < N; i++)
    gw_close(h[i]);
  free(body);
}

int main(void) {
  configure(routes, 1, false);
  test_release();
  test_order();
  test_patience();
  test_many();
  return unit_done();
}
