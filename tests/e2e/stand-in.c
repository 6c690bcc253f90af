/* stand-in.c -- a module with the gateway's exports that does what a request tells it to.
 *
 * It lets shim.test.js ask for each plan, and for a trap, which the gateway itself must never do.
 * The request's header x-script holds the steps, with commas between them:
 *
 *   body                read the client's body to its end
 *   fetch N             start attempt N at the URL in the header x-url-N
 *   want MASK MS HOLD   WANT, once
 *   copy MASK MS HOLD   WANT, and EMIT each chunk, until END or FAILED
 *   look MASK MS HOLD   WANT, until END or FAILED
 *   wait MS             WAIT
 *   start | plain       START a stream of events, or of text
 *   emit                EMIT the chunk that came last, if one did
 *   say                 EMIT the name of what came last: HEAD, CHUNK, END, FAILED, nothing
 *   pipe N              PIPE
 *   reply STATUS        REPLY with what came last; the client's body, after "body"
 *   page STATUS         PAGE
 *   load MS | save | seal | unseal   with what came last
 *   done MS             DONE with MS; gw_flush() saves how often it was asked, and
 *                       how many of these there were, when there were any
 *   trap
 *   log                 DONE, with something to log
 */
#include <string.h>

#include "plan.h"

#define EXPORT(name) __attribute__((export_name(#name), visibility("default")))

enum { SLOTS = 16, SCRIPT_MAX = 4096, PAGE = 65536, WORN_PAGES = 1024 };

struct slot {
  bool used, ended;
  char script[SCRIPT_MAX]; /* the client's head */
  const char *step;
  char *room, *body; /* of |room_cap| and |body_cap| bytes */
  uint32_t room_cap, body_cap, n, body_n, kind;
  struct plan plan;
};

static struct slot slots[SLOTS];

/* Memory is never given back: gw_over_high_water() has the host make a new instance. */
static char *grow(uint32_t n) {
  size_t at = __builtin_wasm_memory_grow(0, n / PAGE + 1);
  if (at == SIZE_MAX)
    __builtin_trap();
  return (char *)(at * PAGE);
}

static void reserve(char **p, uint32_t *cap, uint32_t had, uint32_t n) {
  if (n <= *cap)
    return;
  char *more = grow(2 * n);
  memcpy(more, *p, had);
  *p = more;
  *cap = 2 * n;
}

static uint32_t number(struct slot *s) {
  uint32_t value = 0;
  while (*s->step == ' ')
    s->step++;
  while (*s->step >= '0' && *s->step <= '9')
    value = value * 10 + (uint32_t)(*s->step++ - '0');
  return value;
}

/* ---- what the host tells ---- */

EXPORT(gw_abi) uint32_t gw_abi(void) {
  return ABI_VERSION;
}

EXPORT(gw_config) struct plan *gw_config(uint32_t kind, char *at, uint32_t n) {
  static struct plan plan = {.op = OP_DONE, .head = STR_INIT("configured")};
  (void)at, (void)n;
  if (kind == CONFIG_STORE)
    plan.head = STR("configured, with a store");
  return kind == CONFIG_READY ? &plan : NULL;
}

EXPORT(gw_open) uint32_t gw_open(double now, uint32_t seed) {
  (void)now, (void)seed;
  for (uint32_t i = 0; i < SLOTS; i++) {
    if (slots[i].used)
      continue;
    slots[i].used = true;
    slots[i].ended = false;
    slots[i].n = slots[i].body_n = slots[i].kind = 0;
    return i + 1;
  }
  return 0;
}

EXPORT(gw_room) char *gw_room(uint32_t h, uint32_t n) {
  if (h == 0)
    return grow(n);
  struct slot *s = &slots[h - 1];
  reserve(&s->room, &s->room_cap, 0, n);
  return s->room;
}

static void keep_head(struct slot *s) {
  if (s->n >= SCRIPT_MAX)
    __builtin_trap();
  memcpy(s->script, s->room, s->n);
  s->script[s->n] = 0;
  s->step = strstr(s->script, "\nx-script: ");
  s->step = s->step == NULL ? "" : s->step + strlen("\nx-script: ");
}

static void keep_body(struct slot *s) {
  reserve(&s->body, &s->body_cap, s->body_n, s->body_n + s->n);
  memcpy(s->body + s->body_n, s->room, s->n);
  s->body_n += s->n;
}

EXPORT(gw_put) int32_t gw_put(uint32_t h, uint32_t attempt, uint32_t kind, uint32_t n) {
  struct slot *s = &slots[h - 1];
  s->n = n;
  s->kind = kind;
  if (kind == PUT_HEAD)
    keep_head(s);
  if (kind == PUT_BODY)
    keep_body(s);
  if (attempt == 0 && kind == PUT_END)
    s->ended = true;
  return 0;
}

EXPORT(gw_close) void gw_close(uint32_t h) {
  slots[h - 1].used = false;
}

EXPORT(gw_over_high_water) uint32_t gw_over_high_water(void) {
  for (uint32_t i = 0; i < SLOTS; i++)
    if (slots[i].used)
      return 0;
  return __builtin_wasm_memory_size(0) > WORN_PAGES;
}

/* ---- the steps ---- */

static struct plan *plan(struct slot *s, enum op op) {
  s->plan = (struct plan){.op = op};
  return &s->plan;
}

static struct plan *body(struct slot *s) {
  struct plan *p = plan(s, OP_WANT);
  p->mask = 1;
  return p;
}

static struct plan *want(struct slot *s) {
  struct plan *p = plan(s, OP_WANT);
  p->mask = number(s);
  p->ms = number(s);
  p->hold = number(s);
  return p;
}

/* "POST " and the URL are not side by side in the head: they are joined here. */
static struct plan *fetch(struct slot *s) {
  static char head[SCRIPT_MAX];
  char name[] = "\nx-url-N: ";
  struct plan *p = plan(s, OP_FETCH);
  p->attempt = number(s);
  name[strlen("\nx-url-")] = (char)('0' + p->attempt);
  const char *url = strstr(s->script, name);
  if (url == NULL)
    __builtin_trap();
  url += strlen(name);
  strcpy(head, "POST ");
  strncat(head, url, (size_t)(strchr(url, '\n') - url));
  strcat(head, "\ncontent-type: text/plain\n");
  p->head = str_of(head, strlen(head));
  p->body[0] = STR("one, ");
  p->body[2] = STR("three");
  return p;
}

static struct plan *start(struct slot *s, struct str head) {
  struct plan *p = plan(s, OP_START);
  p->status = 200;
  p->head = head;
  return p;
}

static struct plan *emit(struct slot *s, struct str text) {
  struct plan *p = plan(s, OP_EMIT);
  p->body[0] = text;
  return p;
}

static struct str kind_name(const struct slot *s) {
  switch (s->kind) {
  case PUT_ANSWER_HEAD:
    return STR("HEAD");
  case PUT_CHUNK:
    return STR("CHUNK");
  case PUT_END:
    return STR("END");
  case PUT_FAILED:
    return STR("FAILED");
  case PUT_STORED:
    return STR("STORED");
  default:
    return STR("nothing");
  }
}

static struct str came(const struct slot *s) {
  return s->kind == PUT_END ? str_of(s->body, s->body_n) : str_of(s->room, s->n);
}

static struct plan *finish(struct slot *s) {
  struct plan *p = plan(s, OP_DONE);
  p->head = STR("over");
  return p;
}

static uint32_t gathered, asked; /* since there was something to save */

static struct plan *gather(struct slot *s) {
  struct plan *p = plan(s, OP_DONE);
  p->ms = number(s);
  gathered++;
  return p;
}

EXPORT(gw_flush) struct plan *gw_flush(double now) {
  static char line[] = "add flushes N N";
  static struct plan p;
  (void)now;
  asked++;
  p = (struct plan){.op = OP_DONE};
  if (gathered == 0)
    return &p;
  line[strlen("add flushes ")] = (char)('0' + asked % 10);
  line[strlen("add flushes N ")] = (char)('0' + gathered % 10);
  p = (struct plan){.op = OP_SAVE, .body = {str_of(line, strlen(line))}};
  asked = gathered = 0;
  return &p;
}

static struct plan *reply(struct slot *s) {
  struct plan *p = plan(s, OP_REPLY);
  p->status = number(s);
  p->head = STR("content-type: text/plain\n");
  if (p->status != 204)
    p->body[1] = came(s);
  return p;
}

static struct plan *page(struct slot *s) {
  struct plan *p = plan(s, OP_PAGE);
  p->status = number(s);
  p->head = STR("content-type: text/html\n");
  return p;
}

static struct plan *hand(struct slot *s, enum op op) {
  struct plan *p = plan(s, op);
  p->ms = op == OP_LOAD ? number(s) : 0;
  p->body[1] = came(s);
  return p;
}

static struct plan *numbered(struct slot *s, enum op op) {
  struct plan *p = plan(s, op);
  p->attempt = p->ms = number(s);
  return p;
}

static bool take(struct slot *s, const char *word) {
  size_t n = strlen(word);
  if (strncmp(s->step, word, n) != 0)
    return false;
  s->step += n;
  return true;
}

/* A step that is not over begins again next time. */
static struct plan *again(struct slot *s, const char *step, struct plan *p) {
  s->step = step;
  return p;
}

static struct plan *want_once(struct slot *s) {
  s->kind = 0;
  return want(s);
}

static struct plan *copy(struct slot *s, const char *step) {
  uint32_t kind = s->kind;
  struct plan *p = want_once(s);
  if (kind == PUT_CHUNK)
    return again(s, step, emit(s, str_of(s->room, s->n)));
  if (kind != PUT_END && kind != PUT_FAILED)
    return again(s, step, p);
  s->kind = kind;
  return NULL;
}

static struct plan *look(struct slot *s, const char *step) {
  struct plan *p = want(s);
  return s->kind == PUT_END || s->kind == PUT_FAILED ? NULL : again(s, step, p);
}

/* The plan of the next step; NULL when it needs none. */
static struct plan *obey(struct slot *s) {
  const char *step = s->step;
  if (take(s, "body"))
    return s->ended ? NULL : again(s, step, body(s));
  if (take(s, "fetch"))
    return fetch(s);
  if (take(s, "want"))
    return want_once(s);
  if (take(s, "look"))
    return look(s, step);
  if (take(s, "copy"))
    return copy(s, step);
  if (take(s, "wait"))
    return numbered(s, OP_WAIT);
  if (take(s, "start"))
    return start(s, STR("content-type: text/event-stream\n"));
  if (take(s, "plain"))
    return start(s, STR("content-type: text/plain\n"));
  if (take(s, "emit"))
    return s->kind == PUT_CHUNK ? emit(s, str_of(s->room, s->n)) : NULL;
  if (take(s, "say"))
    return emit(s, kind_name(s));
  if (take(s, "pipe"))
    return numbered(s, OP_PIPE);
  if (take(s, "reply"))
    return reply(s);
  if (take(s, "page"))
    return page(s);
  if (take(s, "load"))
    return hand(s, OP_LOAD);
  if (take(s, "save"))
    return hand(s, OP_SAVE);
  if (take(s, "seal"))
    return hand(s, OP_SEAL);
  if (take(s, "unseal"))
    return hand(s, OP_UNSEAL);
  if (take(s, "done"))
    return again(s, "", gather(s));
  if (take(s, "log"))
    return again(s, "", finish(s));
  __builtin_trap(); /* "trap", or what nobody knows */
}

EXPORT(gw_next) struct plan *gw_next(uint32_t h, double now) {
  struct slot *s = &slots[h - 1];
  (void)now;
  for (;;) {
    while (*s->step == ' ' || *s->step == ',')
      s->step++;
    if (*s->step == '\n' || *s->step == 0)
      return plan(s, OP_DONE);
    struct plan *p = obey(s);
    if (p != NULL)
      return p;
  }
}
