/* leaving.c -- whenever its client leaves, an exchange ends at once and holds nothing; and one
 * that reads slowly loses nothing. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "limits.h"
#include "unit/gateway.h"

#define CHUNK(delta)                                                                               \
  "data: {\"id\":\"c\",\"model\":\"glm-4.7\",\"choices\":[{\"index\":0,\"delta\":" delta "}]}\n\n"
#define HEAD "200\ncontent-type: text/event-stream\n"

/* What comes of each attempt: one fails, one is silent, so that a second is
 * started beside it, which breaks in its text; one goes on with that. */
static const struct step {
  uint32_t kind;
  const char *text;
} attempts[][6] = {
    {{0, NULL}},
    {{PUT_ANSWER_HEAD, "503\n"}, {PUT_CHUNK, "{}"}, {PUT_END, ""}},
    {{PUT_ANSWER_HEAD, HEAD}},
    {{PUT_ANSWER_HEAD, HEAD},
     {PUT_CHUNK, CHUNK("{\"reasoning_content\":\"Hm.\"}")},
     {PUT_CHUNK, CHUNK("{\"content\":\"One, \"}")},
     {PUT_CHUNK, "data: {\"error\":{\"code\":\"1305\",\"message\":\"Busy.\"}}\n\n"}},
    {{PUT_ANSWER_HEAD, HEAD},
     {PUT_CHUNK, CHUNK("{\"content\":\"two.\"}")},
     {PUT_CHUNK, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"},
     {PUT_CHUNK, "data: [DONE]\n\n"},
     {PUT_END, ""}},
};
enum { ATTEMPTS = sizeof attempts / sizeof *attempts, STEPS = 1000 };

static const char *const routes =
    "{\"r\":{\"hedgeMs\":1000,\"continueOnFailure\":true,\"providers\":["
    "{\"provider\":\"zhipu\",\"model\":\"glm-4.7\",\"apiKeys\":[\"KEY_0\"]},"
    "{\"provider\":\"zhipu\",\"model\":\"glm-4.7\",\"apiKeys\":[\"KEY_1\",\"KEY_2\"]},"
    "{\"provider\":\"zhipu\",\"model\":\"glm-4.6\",\"apiKeys\":[\"KEY_3\"]}]}}";

/* Something from one of the attempts in |mask|, or so much time. */
static void want(uint32_t h, uint32_t mask, uint32_t ms, int *done, double *now) {
  for (uint32_t a = 1; a < ATTEMPTS; a++) {
    const struct step *step = &attempts[a][done[a]];
    if ((mask >> a & 1) == 0 || step->text == NULL)
      continue;
    done[a]++;
    put_text(h, a, step->kind, step->text);
    return;
  }
  *now += ms;
}

/* How long the client takes to read what it is sent, in ms. */
static double slowness;

/* Carry out |p|; the client's body comes whole. */
static void carry_out(uint32_t h, const struct plan *p, int *done, double *now) {
  uint32_t op = p->op, mask = p->mask, ms = p->ms;
  if (op == OP_WANT && (mask & 1)) {
    put_body(h, "{\"model\":\"r\",\"input\":\"hi\",\"stream\":true}");
  } else if (op == OP_WANT) {
    want(h, mask, ms, done, now);
  } else if (op == OP_WAIT) {
    *now += ms;
  } else if (op == OP_LOAD) {
    put_text(h, 0, PUT_STORED, "");
  } else if (op == OP_EMIT) {
    *now += slowness;
  }
}

static bool says(const struct plan *p, const char *outcome) {
  return str_find(p->head, str_of(outcome, strlen(outcome))) != STR_NOWHERE;
}

/* A client that leaves when the |after|th plan is under way.  False when it
 * stayed to the end. */
static bool leave(int after, uint32_t *ops) {
  int done[ATTEMPTS] = {0};
  configure(routes, 4, true);
  size_t used = arena_pool_used();
  double now = 1e12;
  uint32_t h = open_request(now, 1);
  const struct plan *p = gw_next(h, now);
  for (int i = 0; i < after && p->op != OP_DONE; i++) {
    carry_out(h, p, done, &now);
    p = gw_next(h, now);
  }
  bool stayed = p->op == OP_DONE;
  *ops |= 1u << p->op;
  if (!stayed) {
    put_text(h, 0, PUT_LEFT, "");
    p = gw_next(h, now);
    CHECK_INT(p->op, OP_DONE);
    CHECK(says(p, "\"outcome\":\"left\""));
  } else {
    CHECK(says(p, "\"outcome\":\"answered\"") && says(p, "\"outcome\":\"overtaken\""));
    CHECK_INT(done[4], 4);
  }
  gw_close(h);
  CHECK_INT(arena_pool_used(), used);
  return !stayed;
}

int main(void) {
  uint32_t ops = 0;
  int after = 0;
  while (after < STEPS && leave(after, &ops))
    after++;
  CHECK(after < STEPS);
  static const uint32_t met[] = {OP_WANT, OP_FETCH, OP_WAIT, OP_START, OP_EMIT, OP_LOAD, OP_SAVE};
  for (size_t i = 0; i < sizeof met / sizeof *met; i++)
    CHECK_INT(ops >> met[i] & 1 ? met[i] : 0, met[i]);
  /* It is not the upstream that was silent meanwhile. */
  slowness = 2 * IDLE_TIMEOUT;
  CHECK(!leave(STEPS, &ops));
  return unit_done();
}
