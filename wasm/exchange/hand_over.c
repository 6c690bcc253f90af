#include "exchange/hand_over.h"

#include "exchange/local_reply.h"
#include "exchange/plans.h"
#include "exchange/recall.h"
#include "limits.h"
#include "responses/writer.h"

static bool is_background(const struct exchange *x) {
  return json_bool(json_find(x->intake.ask.body, STR("background")), false);
}

static int refuse(struct failure *f, struct str message) {
  return error_refuse(f, ERR_UNSUPPORTED, STR("background"), message);
}

int exchange_must_hand_over(const struct exchange *x, struct failure *f) {
  const struct ask *ask = &x->intake.ask;
  if (ask->chat || ask->framed || ask->kind != ASK_ANSWER)
    return 0;
  if (!is_background(x))
    return x->intake.route->resumable && ask->stream && x->memory.keeps;
  if (!x->memory.on)
    return refuse(f, STR("A background response has to be stored, and this route or this gateway "
                         "stores none."));
  if (!x->memory.keeps)
    return refuse(f, STR("A background response has to be stored: leave 'store' out."));
  return 1;
}

/* ---- the request that is handed over ---- */

/* Put the response as the client sees it first. */
static void put_response(struct exchange *x) {
  const struct ask *ask = &x->intake.ask;
  struct request request = {.body = ask->body, .stream = true, .stored = true};
  struct responses_writer w;
  buf_reset(&x->body);
  responses_writer_init(&w, &x->body, &x->arena, &x->ids, &request,
                        x->intake.route->targets[0].model, x->now);
  responses_put_response(&w, is_background(x) ? STR("queued") : STR("in_progress"), 0, NULL);
  if (responses_writer_error(&w))
    x->body.error = responses_writer_error(&w);
}

static void put_word(struct buf *out, struct str word) {
  buf_put(out, word.n > 0 ? word : STR("-"));
  buf_put_byte(out, ' ');
}

static struct str kind_of(const struct exchange *x) {
  if (!is_background(x))
    return STR("r");
  return x->intake.ask.stream ? STR("s") : STR("b");
}

static void put_run(struct exchange *x, struct buf *out) {
  char digits[16];
  const struct mint *mint = &x->ids.mint;
  put_word(out, kind_of(x));
  put_word(out, mint_hex(mint->tree, digits));
  put_word(out, mint_hex(mint->node, digits));
  put_word(out, x->facts.request_id);
  buf_put_integer(out, (int64_t)x->opened);
  buf_put_byte(out, ' ');
  put_word(out, x->intake.client->name);
  put_word(out, x->facts.origin);
  put_response(x);
  buf_put(out, buf_str(&x->body));
}

/* Put "begin NODE KIND UNTIL N RUNBODY", where N is the size of RUN in bytes. After UNTIL, when
 * nobody here waits for it any more, it must not begin; nor without the turns before it, since a
 * background run could only fail then. */
static int plan_begin(struct exchange *x) {
  struct memory *m = &x->memory;
  struct buf run, body;
  char digits[16];
  buf_init(&run, &x->arena, TURN_MAX);
  buf_init(&body, &x->arena, TURN_MAX);
  put_run(x, &run);
  json_put_raw(&body, x->intake.ask.text); /* without line feeds */
  memory_put_object(m, m->mint->tree);
  buf_reset(&m->lines);
  if (is_background(x))
    memory_put_need(m);
  buf_put(&m->lines, STR("begin "));
  put_word(&m->lines, mint_hex(m->mint->node, digits));
  put_word(&m->lines, kind_of(x));
  buf_put_integer(&m->lines, (int64_t)x->now + MEMORY_WAIT_MS);
  buf_put_byte(&m->lines, ' ');
  buf_put_integer(&m->lines, (int64_t)run.n);
  buf_put_byte(&m->lines, ' ');
  struct memory_call call = {buf_str(&m->name), buf_str(&m->lines)};
  exchange_plan_call(x, &call, MEMORY_WAIT_MS);
  x->plan.body[1] = buf_str(&run);
  x->plan.body[2] = buf_str(&body);
  const struct buf *const all[] = {&run, &body, &m->lines, &m->name, &x->body};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (buf_error(all[i]))
      return buf_error(all[i]);
  }
  return 0;
}

/* Reply with the events of the run. For a stream that was handed over just now the object provides
 * the reply's head as well, since the run may still fail with another status. */
static void plan_follow(struct exchange *x) {
  char digits[16];
  struct memory *m = &x->memory;
  struct plan *p = exchange_plan_new(x, OP_FOLLOW);
  bool asked = x->handing == HAND_NOT; /* the client asked for it by its id, with GET */
  uint64_t node = asked ? m->links->node : m->mint->node;
  memory_put_object(m, asked ? m->links->tree : m->mint->tree);
  buf_reset(&m->lines);
  put_word(&m->lines, str_from(buf_str(&m->name), sizeof "conversation " - 1));
  put_word(&m->lines, mint_hex(node, digits));
  buf_put_integer(&m->lines, head_query_integer(x->intake.head.query, STR("starting_after"), -1));
  if (!asked)
    buf_put(&m->lines, STR(" go")); /* the run begins now */
  p->body[0] = buf_str(&m->lines);
  p->status = 200;
  x->status = 200;
  if (asked || is_background(x))
    reply_put_head(&x->head, &x->facts, STR("text/event-stream"));
  p->head = buf_str(&x->head);
  x->unseen = true;
}

bool exchange_follow(struct exchange *x) {
  if (x->plan.op != OP_FOLLOW) {
    plan_follow(x);
    return false;
  }
  buf_reset(&x->head);
  buf_reset(&x->body);
  x->unseen = false;
  x->status = 0;
  if (x->handing == HAND_NOT) {
    exchange_reply_error(x, ERR_STORE);
    return true;
  }
  x->handing = HAND_FAILED;
  x->place = PLACE_HAND_OVER;
  return true;
}

/* ---- steps ---- */

/* Nobody knows whether the object took the request: have it cancel the run. */
static void plan_revoke(struct exchange *x) {
  char digits[16];
  struct memory *m = &x->memory;
  struct plan *p = exchange_plan_new(x, OP_SAVE);
  buf_reset(&m->lines);
  buf_put(&m->lines, STR("cancel "));
  buf_put(&m->lines, mint_hex(m->mint->node, digits));
  p->head = buf_str(&m->name);
  p->body[0] = buf_str(&m->lines);
  x->handing = HAND_REVOKED;
}

static bool begin(struct exchange *x) {
  struct memory_call call;
  /* For ids that an upstream gave, the index says which conversation the request joins. */
  if (memory_next_call(&x->memory, false, &call)) {
    exchange_plan_call(x, &call, MEMORY_WAIT_MS);
    return false;
  }
  /* A stream is served here: the run could not store its turn elsewhere, once the index tells which
   * conversation it joins. */
  if (!is_background(x) && memory_has_unknown(&x->memory)) {
    exchange_go_on(x);
    return true;
  }
  /* A background run cannot ask an upstream about an id that is unknown here. */
  if (x->handing == HAND_NOT && exchange_look_again(x))
    return false;
  struct failure f;
  if (memory_refuse_lost(&x->memory, is_background(x), &f) < 0) {
    exchange_reply_failure(x, &f);
    return true;
  }
  x->handing = HAND_ASKED;
  if (plan_begin(x) == 0)
    return false;
  x->handing = HAND_REVOKED;
  return true;
}

/* The object did not take the request. A background response fails, since nothing would run it; a
 * stream is served here like any other. */
static void go_without(struct exchange *x) {
  buf_reset(&x->body);
  x->config->memory_failing = true;
  if (is_background(x))
    exchange_reply_error(x, ERR_STORE);
  else
    exchange_go_on(x);
}

bool exchange_hand_over(struct exchange *x) {
  switch (x->handing) {
  case HAND_FAILED:
    plan_revoke(x);
    return false;
  case HAND_REVOKED:
    go_without(x);
    return true;
  case HAND_TAKEN:
    if (x->intake.ask.stream) {
      x->place = PLACE_FOLLOW;
    } else {
      exchange_reply_json(x);
    }
    return true;
  default:
    return begin(x);
  }
}

void exchange_take_handed(struct exchange *x, bool ok, struct str text) {
  if (x->handing != HAND_ASKED) {
    memory_take(&x->memory, ok, text);
  } else if (text.n == 0) {
    x->handing = ok ? HAND_TAKEN : HAND_FAILED;
  } else { /* it lacks what it needs */
    x->memory.links->known = false;
    x->handing = HAND_LOOKED;
  }
}
