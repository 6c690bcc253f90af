/* gateway.c -- any configuration, any client, any upstreams, through the exports.
 *
 * The input is texts with a byte 0xFF between them, which UTF-8 has not:
 *   ROUTES_CONFIG
 *   the client's request: head, empty line, body
 *   what the upstreams answer, one after the other: likewise; nothing = it breaks
 * tests/fuzz/seeds.js makes such inputs of the vectors.
 *
 * Whatever comes, each request is answered once and ends, no secret is in what
 * a client gets, nothing stays in memory, and how the bytes are cut is not seen.
 */
#include "gw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "host.h"
#include "limits.h"

enum { ANSWERS = 32, STEPS_MAX = 100000 };

static const char *const variables[] = {
    "PROXY_AUTH_TOKEN\ntest-token",  "OPENAI_KEY_1\nopenai-secret-1",
    "OPENAI_KEY_2\nopenai-secret-2", "ZHIPU_KEY_1\nzhipu-secret-1",
    "ZHIPU_KEY_2\nzhipu-secret-2",
};

static void must(bool holds) {
  if (!holds)
    abort();
}

struct message {
  struct str head, body;
  size_t sent;
  bool head_put;
};

struct run {
  struct message request, answers[ANSWERS];
  size_t step; /* bytes in a piece */
  double now;
  uint32_t h;
  int replies;
  struct buf reply;
};

static struct message message_of(struct str text) {
  struct message m = {.body = text};
  while (m.body.n > 0) {
    struct str line;
    str_cut(&m.body, '\n', &line);
    if (line.n == 0)
      break;
    m.head = str_of(text.p, (size_t)(line.p - text.p) + line.n);
  }
  return m;
}

static void put(struct run *r, uint32_t attempt, enum put_kind kind, struct str bytes) {
  (void)host_put(r->h, attempt, kind, bytes);
}

/* The next piece of |m|'s body; false when there is none. */
static bool put_piece(struct run *r, struct message *m, uint32_t attempt, enum put_kind kind) {
  struct str piece = str_part(m->body, m->sent, r->step);
  m->sent += piece.n;
  if (piece.n > 0)
    put(r, attempt, kind, piece);
  return piece.n > 0;
}

static void feed_attempt(struct run *r, uint32_t a) {
  struct message *m = &r->answers[a];
  if (m->head.n == 0) {
    put(r, a, PUT_FAILED, STR("refused"));
  } else if (!m->head_put) {
    m->head_put = true;
    put(r, a, PUT_ANSWER_HEAD, m->head);
  } else if (!put_piece(r, m, a, PUT_CHUNK)) {
    put(r, a, PUT_END, STR_NONE);
  }
}

static void want(struct run *r, uint32_t mask, uint32_t ms) {
  if (mask & 1) {
    if (!put_piece(r, &r->request, 0, PUT_BODY))
      put(r, 0, PUT_END, STR_NONE);
    return;
  }
  for (uint32_t a = 1; a < ANSWERS; a++) {
    if (mask >> a & 1) {
      feed_attempt(r, a);
      return;
    }
  }
  must(ms > 0); /* else nobody would ever wake it */
  r->now += ms;
}

static void take_parts(struct run *r, const struct plan *p) {
  for (int i = 0; i < PLAN_PARTS; i++)
    buf_put(&r->reply, p->body[i]);
}

static void pipe_rest(struct run *r, uint32_t attempt) {
  struct message *m = &r->answers[attempt];
  buf_put(&r->reply, str_from(m->body, m->sent));
}

static void take_reply(struct run *r, const struct plan *p) {
  must((p->status >= 200 || p->op == OP_UPGRADE) && p->status < 600);
  r->replies++;
  buf_put_integer(&r->reply, p->status);
  buf_put(&r->reply, p->head);
}

/* True until the exchange is over. */
static bool carry_out(struct run *r, const struct plan *p) {
  switch (p->op) {
  case OP_WANT:
    want(r, p->mask, p->ms);
    break;
  case OP_WAIT:
    r->now += p->ms;
    break;
  case OP_START:
    take_reply(r, p);
    break;
  case OP_REPLY:
  case OP_UPGRADE:
  case OP_PAGE:
    take_reply(r, p);
    take_parts(r, p);
    break;
  case OP_EMIT:
    take_parts(r, p);
    break;
  case OP_PIPE:
    pipe_rest(r, p->attempt);
    break;
  case OP_LOAD:
  case OP_SEAL:
  case OP_UNSEAL:
  case OP_FOLLOW:
    put(r, 0, PUT_FAILED, STR_NONE);
    break;
  case OP_CLOSE:
  case OP_FETCH:
  case OP_SAVE:
    break;
  default:
    must(p->op == OP_DONE);
    return false;
  }
  return true;
}

/* All that the client gets, in |arena|, when the texts of |input| come in pieces of |step|. */
static struct str reply_to(struct str input, size_t step, struct arena *arena) {
  static struct run r;
  r = (struct run){.step = step, .now = 1e12};
  struct str text = STR_NONE;
  str_cut(&input, '\xff', &text);
  r.request = message_of(text);
  for (uint32_t a = 1; a < ANSWERS && input.n > 0; a++) {
    str_cut(&input, '\xff', &text);
    r.answers[a] = message_of(text);
  }
  buf_init(&r.reply, arena, 64 * MIB);
  r.h = gw_open(r.now, 7);
  if (r.h == 0)
    return STR_NONE;
  put(&r, 0, PUT_HEAD, r.request.head);
  int steps = 0;
  while (carry_out(&r, gw_next(r.h, r.now)))
    must(++steps < STEPS_MAX);
  gw_close(r.h);
  must(r.replies == 1 && buf_error(&r.reply) == 0);
  return buf_str(&r.reply);
}

static void configure_all(struct str routes) {
  host_configure(CONFIG_ROUTES, routes);
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
    host_configure(CONFIG_VARIABLE, str_of(variables[i], strlen(variables[i])));
  (void)gw_config(CONFIG_SOCKETS, NULL, 0);
  (void)gw_config(CONFIG_READY, NULL, 0);
}

/* No secret that the input does not have itself. */
static void must_keep_secrets(struct str input, struct str reply) {
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    struct str secret = str_of(variables[i], strlen(variables[i])), name;
    str_cut(&secret, '\n', &name);
    must(str_find(input, secret) != STR_NOWHERE || str_find(reply, secret) == STR_NOWHERE);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  struct arena arena = {NULL};
  struct str input = str_of((const char *)data, n), rest = input, routes = STR_NONE;
  str_cut(&rest, '\xff', &routes);
  configure_all(routes);
  size_t used = arena_pool_used();
  struct str whole = reply_to(rest, n + 1, &arena);
  must_keep_secrets(input, whole);
  /* Afresh: keys remember how they fared. */
  configure_all(routes);
  struct str pieces = reply_to(rest, 3, &arena);
  must(str_equal(whole, pieces));
  arena_drop(&arena);
  must(arena_pool_used() <= used);
  return 0;
}
