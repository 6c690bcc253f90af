/* vectors.c -- run the cases under tests/vectors through the native gateway.
 *
 *   vectors [--update] DIR...
 *
 * A case is a folder of text files:
 *   N.request      what the Nth client sends: head, empty line, body.  With a
 *                  first line "@5000", 5000 ms pass before.  With a first line
 *                  "run ...", it is a run that was handed over to an object.
 *   N.A.answer     what the upstream answers to the Ath attempt: "200", headers,
 *                  empty line, body; or "refused", or "silent".  The header
 *                  "x-end: cut" breaks the connection after the body, and
 *                  "x-end: silent" leaves it open; "x-end: cancel" cancels the run.
 *   N.A.fetch      the expected request to the upstream
 *   N.reply        the expected reply
 *   store          what the store answers; without the file there is no store
 *   memory         empty: conversations are stored
 *   sockets        empty: there can be WebSockets
 *   limiter        empty: the host counts wrong tokens
 *   N.K.stored     the answer to the Kth call of an object for request N, or
 *                  "refused", also by the object of a WebSocket; without the
 *                  file, empty
 *   N.store        the expected calls of the store, each after "load" or "save"
 *   N.log          the expected log line; without the file it is not compared
 *   routes.json, env   ROUTES_CONFIG and NAME=value lines; else the nearest
 *                  above, up to tests/vectors
 * Encryption is simulated: "sealed-" and the plan's head are put before the text.
 *
 * Each case runs whole, byte by byte, cut in two at every byte, and with the
 * Nth allocation refused for every N.  --update writes the actual results into
 * the files; read them before you keep them.
 */
#define _GNU_SOURCE /* strdup, access */

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "host.h"

enum { SPLITS_MAX = 4096, REFUSALS_MAX = 400, STEPS_MAX = 200000, ATTEMPTS = 32 };

static int passed, failed;
static bool update;

/* ---- text that grows ---- */

struct text {
  char *p;
  size_t n, cap;
};

static void text_add(struct text *t, const char *p, size_t n) {
  if (t->n + n + 1 > t->cap) {
    t->cap = (t->n + n + 1) * 2;
    t->p = realloc(t->p, t->cap);
  }
  if (n > 0)
    memcpy(t->p + t->n, p, n);
  t->n += n;
  t->p[t->n] = 0;
}

static void text_drop(struct text *t) {
  free(t->p);
  *t = (struct text){0};
}

/* The files of the current case: each is read once for its thousands of runs. */
static struct cached {
  char path[1024];
  struct text text;
  bool there;
} cache[128];
static int cached_count;

static void cache_drop(void) {
  while (cached_count > 0)
    text_drop(&cache[--cached_count].text);
}

static struct cached *cache_read(const char *path) {
  char block[65536];
  for (int i = 0; i < cached_count; i++) {
    if (strcmp(cache[i].path, path) == 0)
      return &cache[i];
  }
  if (cached_count == 128)
    cache_drop();
  struct cached *c = &cache[cached_count++];
  snprintf(c->path, sizeof c->path, "%s", path);
  FILE *f = fopen(path, "rb");
  c->there = f != NULL;
  for (size_t n; f != NULL && (n = fread(block, 1, sizeof block, f)) > 0;) {
    text_add(&c->text, block, n);
  }
  if (f != NULL)
    fclose(f);
  return c;
}

/* The content of |path|, which the caller frees; false when there is no such file. */
static bool text_read(struct text *t, const char *path) {
  struct cached *c = cache_read(path);
  *t = (struct text){0};
  if (c->there)
    text_add(t, c->text.p, c->text.n);
  return c->there;
}

static bool text_equal(const struct text *a, const struct text *b) {
  return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

/* ---- a case ---- */

struct message { /* a head and a body, cut at the empty line */
  struct text text;
  struct str head, body;
};

static bool message_read(struct message *m, const char *dir, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  if (!text_read(&m->text, path))
    return false;
  char *gap = strstr(m->text.p, "\n\n");
  size_t head = gap == NULL ? m->text.n : (size_t)(gap - m->text.p) + 1;
  m->head = str_of(m->text.p, head);
  m->body = gap == NULL ? STR_NONE : str_of(gap + 2, m->text.n - head - 1);
  return true;
}

/* How the bytes are delivered: in pieces of |step|, or cut once at |split|. */
struct cutting {
  size_t step;  /* 0 = all at once */
  size_t split; /* 0 = nowhere */
};

struct run {
  const char *dir;
  int request; /* which, from 1 */
  struct cutting cutting;
  double now;
  uint32_t h;
  struct message answers[ATTEMPTS];
  bool has_answer[ATTEMPTS], head_put[ATTEMPTS];
  size_t sent[ATTEMPTS];
  struct text fetches[ATTEMPTS];
  struct text reply, store, log;
  int objects;   /* that were asked */
  bool starving; /* an allocation is refused: any orderly end is accepted */
  bool bad;
};

static void put(struct run *r, uint32_t attempt, enum put_kind kind, struct str bytes) {
  (void)host_put(r->h, attempt, kind, bytes);
}

static size_t piece(const struct run *r, size_t done, size_t whole) {
  size_t left = whole - done;
  if (r->cutting.step > 0 && left > r->cutting.step)
    return r->cutting.step;
  if (r->cutting.split > done && r->cutting.split < whole)
    return r->cutting.split - done;
  return left;
}

/* The value of the header "x-end" of an answer, and the head without it. */
static struct str answer_end(const struct message *m) {
  const char *at = strstr(m->text.p, "\nx-end: ");
  if (at == NULL || at >= m->head.p + m->head.n)
    return STR("close");
  const char *value = at + 8;
  return str_of(value, strcspn(value, "\n"));
}

static void put_answer_head(struct run *r, uint32_t a) {
  struct text head = {0};
  struct str rest = r->answers[a].head, line;
  while (str_cut(&rest, '\n', &line)) {
    if (line.n == 0 || str_starts(line, STR("x-end: ")))
      continue;
    text_add(&head, line.p, line.n);
    text_add(&head, "\n", 1);
  }
  put(r, a, PUT_ANSWER_HEAD, str_of(head.p, head.n));
  r->head_put[a] = true;
  text_drop(&head);
}

/* Put the next piece from attempt |a|; false when it is silent. */
static bool feed_attempt(struct run *r, uint32_t a) {
  const struct message *m = &r->answers[a];
  if (!r->has_answer[a] || str_starts(m->head, STR("refused"))) {
    put(r, a, PUT_FAILED, STR("refused"));
    return true;
  }
  if (str_starts(m->head, STR("silent")))
    return false;
  if (!r->head_put[a]) {
    put_answer_head(r, a);
    return true;
  }
  if (r->sent[a] < m->body.n) {
    size_t n = piece(r, r->sent[a], m->body.n);
    put(r, a, PUT_CHUNK, str_of(m->body.p + r->sent[a], n));
    r->sent[a] += n;
    return true;
  }
  struct str end = answer_end(m);
  if (str_equal(end, STR("silent")))
    return false;
  if (str_equal(end, STR("cancel")))
    put(r, 0, PUT_CANCEL, STR_NONE);
  else
    put(r, a, str_equal(end, STR("cut")) ? PUT_FAILED : PUT_END, STR_NONE);
  return true;
}

static void take_fetch(struct run *r, const struct plan *p) {
  char name[32];
  uint32_t a = p->attempt;
  if (a >= ATTEMPTS)
    exit(3);
  snprintf(name, sizeof name, "%d.%u.answer", r->request, a);
  r->has_answer[a] = message_read(&r->answers[a], r->dir, name);
  text_add(&r->fetches[a], p->head.p, p->head.n);
  text_add(&r->fetches[a], "\n", 1);
  for (int i = 0; i < PLAN_PARTS; i++)
    text_add(&r->fetches[a], p->body[i].p, p->body[i].n);
}

static void take_reply_head(struct run *r, const struct plan *p) {
  char status[16];
  int n = snprintf(status, sizeof status, "%u\n", p->status);
  text_add(&r->reply, status, (size_t)n);
  text_add(&r->reply, p->head.p, p->head.n);
  text_add(&r->reply, "\n", 1);
}

/* The host pipes: the client has the rest long before the gateway reads its copy. */
static void pipe_rest(struct run *r, uint32_t a) {
  const struct message *m = &r->answers[a];
  text_add(&r->reply, m->body.p + r->sent[a], m->body.n - r->sent[a]);
}

static void want(struct run *r, const struct plan *p, const struct message *request, size_t *sent) {
  bool fed = false;
  if (p->mask & 1) {
    if (*sent < request->body.n) {
      size_t n = piece(r, *sent, request->body.n);
      put(r, 0, PUT_BODY, str_of(request->body.p + *sent, n));
      *sent += n;
    } else {
      put(r, 0, PUT_END, STR_NONE);
    }
    return;
  }
  for (uint32_t a = 1; a < ATTEMPTS && !fed; a++) {
    if (p->mask & (1u << a))
      fed = feed_attempt(r, a);
  }
  if (!fed && p->ms == 0)
    r->bad = true; /* nothing would ever wake it */
  if (!fed)
    r->now += p->ms;
}

/* What the next object that is called answers: it is in a file. */
static struct str object_answer(struct run *r) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%d.%d.stored", r->dir, r->request, ++r->objects);
  const struct text *answer = &cache_read(path)->text;
  return str_of(answer->p, answer->n);
}

static void take_object(struct run *r, const struct plan *p) {
  text_add(&r->store, "object ", 7);
  text_add(&r->store, p->head.p, p->head.n);
  text_add(&r->store, "\n", 1);
  for (int k = 0; k < PLAN_PARTS; k++)
    text_add(&r->store, p->body[k].p, p->body[k].n);
  if (p->op == OP_SAVE)
    return;
  struct str answer = object_answer(r);
  put(r, 0, str_starts(answer, STR("refused")) ? PUT_FAILED : PUT_STORED, answer);
}

/* Pass |p|'s lines to the store, which answers if it was asked something. */
static void take_store(struct run *r, const struct plan *p) {
  char path[1024];
  if (p->head.n > 0) {
    take_object(r, p);
    return;
  }
  const char *what = p->op == OP_LOAD ? "load\n" : "save\n";
  text_add(&r->store, what, strlen(what));
  text_add(&r->store, p->body[0].p, p->body[0].n);
  if (p->op == OP_SAVE)
    return;
  snprintf(path, sizeof path, "%s/store", r->dir);
  const struct text *answer = &cache_read(path)->text;
  put(r, 0, PUT_STORED, str_of(answer->p, answer->n));
}

static void seal(struct run *r, const struct plan *p) {
  struct text sealed = {0};
  text_add(&sealed, "sealed-", 7);
  text_add(&sealed, p->head.p, p->head.n);
  text_add(&sealed, p->body[0].p, p->body[0].n);
  put(r, 0, PUT_STORED, str_of(sealed.p, sealed.n));
  text_drop(&sealed);
}

static void unseal(struct run *r, const struct plan *p) {
  struct str rest = str_from(p->body[0], 7);
  bool ours = str_starts(p->body[0], STR("sealed-")) && str_starts(rest, p->head);
  struct text opened = {0};
  text_add(&opened, rest.p, rest.n);
  if (ours)
    put(r, 0, PUT_STORED, str_from(str_of(opened.p, opened.n), p->head.n));
  if (!ours)
    put(r, 0, PUT_FAILED, STR_NONE);
  text_drop(&opened);
}

static void take_reply(struct run *r, const struct plan *p) {
  take_reply_head(r, p);
  for (int k = 0; k < PLAN_PARTS; k++)
    text_add(&r->reply, p->body[k].p, p->body[k].n);
}

/* The object of a WebSocket may refuse it. */
static void upgrade(struct run *r, const struct plan *p) {
  if (str_starts(object_answer(r), STR("refused")))
    put(r, 0, PUT_FAILED, STR_NONE);
  else
    take_reply(r, p);
}

/* The output of a run comes from the object, not from this module. */
static void follow(struct run *r, const struct plan *p) {
  take_reply_head(r, p);
  text_add(&r->reply, "follow ", 7);
  text_add(&r->reply, p->body[0].p, p->body[0].n);
  text_add(&r->reply, "\n", 1);
  put(r, 0, PUT_STORED, STR_NONE);
}

static void take_log(struct run *r, const struct plan *p) {
  text_add(&r->log, p->head.p, p->head.n);
  text_add(&r->log, "\n", 1);
}

/* Carry out a plan. False when nothing is left to do, or nothing can be done. */
static bool carry_out(struct run *r, const struct plan *p, const struct message *request,
                      size_t *sent) {
  switch (p->op) {
  case OP_WANT:
    want(r, p, request, sent);
    return true;
  case OP_FETCH:
    take_fetch(r, p);
    return true;
  case OP_WAIT:
    r->now += p->ms;
    return true;
  case OP_START:
    take_reply_head(r, p);
    return true;
  case OP_EMIT:
    text_add(&r->reply, p->body[0].p, p->body[0].n);
    return true;
  case OP_CLOSE:
    return true;
  case OP_PIPE:
    pipe_rest(r, p->attempt);
    return true;
  case OP_SEAL:
    seal(r, p);
    return true;
  case OP_UNSEAL:
    unseal(r, p);
    return true;
  case OP_LOAD:
  case OP_SAVE:
    take_store(r, p);
    return true;
  case OP_FOLLOW:
    follow(r, p);
    return true;
  case OP_REPLY:
    take_reply(r, p);
    return true;
  case OP_UPGRADE:
    upgrade(r, p);
    return true;
  case OP_PAGE:
    take_reply_head(r, p);
    text_add(&r->reply, "the page\n", 9);
    return true;
  case OP_DONE:
    take_log(r, p);
    return false;
  default:
    r->bad = true;
    return false;
  }
}

/* Carry out the plans of one request. */
static void run_request(struct run *r, const struct message *request) {
  size_t sent = 0;
  r->h = gw_open(r->now, 7);
  if (r->h == 0) {
    r->bad |= !r->starving;
    return;
  }
  bool handed = str_starts(request->head, STR("run "));
  put(r, 0, handed ? PUT_RUN : PUT_HEAD,
      handed ? str_part(request->head, 4, request->head.n - 5) : request->head);
  int step = 0;
  while (step < STEPS_MAX && carry_out(r, gw_next(r->h, r->now), request, &sent))
    step++;
  r->bad |= step == STEPS_MAX;
  gw_close(r->h);
}

/* ---- what is expected ---- */

static void complain(const struct run *r, const char *what, const char *name) {
  printf("FAILED %s: %s %s (step %zu, split %zu)\n", r->dir, name, what, r->cutting.step,
         r->cutting.split);
}

static bool expect(struct run *r, const char *name, const struct text *got) {
  char path[1024];
  struct text wanted;
  snprintf(path, sizeof path, "%s/%s", r->dir, name);
  bool there = text_read(&wanted, path);
  if (there && text_equal(&wanted, got)) {
    text_drop(&wanted);
    return true;
  }
  if (update) {
    cache_drop();
    FILE *f = fopen(path, "wb");
    if (f != NULL)
      fwrite(got->p, 1, got->n, f), fclose(f);
    text_drop(&wanted);
    return true;
  }
  complain(r, there ? "differs; it came as:" : "is missing; it came as:", name);
  printf("%s\n----\n", got->n > 0 ? got->p : "");
  text_drop(&wanted);
  return false;
}

/* The log is only compared if the case has a file for it, since most lines are alike. */
static bool check_log(struct run *r) {
  char name[32], path[1024];
  snprintf(name, sizeof name, "%d.log", r->request);
  snprintf(path, sizeof path, "%s/%s", r->dir, name);
  return !cache_read(path)->there || expect(r, name, &r->log);
}

static bool check(struct run *r) {
  char name[32];
  bool ok = true;
  snprintf(name, sizeof name, "%d.reply", r->request);
  ok &= expect(r, name, &r->reply);
  snprintf(name, sizeof name, "%d.store", r->request);
  if (r->store.n > 0)
    ok &= expect(r, name, &r->store);
  ok &= check_log(r);
  for (uint32_t a = 1; a < ATTEMPTS; a++) {
    snprintf(name, sizeof name, "%d.%u.fetch", r->request, a);
    if (r->fetches[a].n > 0) {
      ok &= expect(r, name, &r->fetches[a]);
    } else {
      char path[1024];
      snprintf(path, sizeof path, "%s/%s", r->dir, name);
      bool there = cache_read(path)->there;
      if (there && update)
        remove(path), cache_drop(), there = false;
      if (there)
        complain(r, "is expected and did not come", name), ok = false;
    }
  }
  return ok;
}

static void run_drop(struct run *r) {
  text_drop(&r->reply);
  text_drop(&r->store);
  text_drop(&r->log);
  for (uint32_t a = 0; a < ATTEMPTS; a++) {
    text_drop(&r->answers[a].text);
    text_drop(&r->fetches[a]);
  }
}

/* ---- configuration ---- */

/* |name| in |dir| or the nearest folder above. */
static bool nearest(struct text *t, const char *dir, const char *name) {
  char path[1024], at[900];
  snprintf(at, sizeof at, "%s", dir);
  for (;;) {
    snprintf(path, sizeof path, "%s/%s", at, name);
    if (text_read(t, path))
      return true;
    char *slash = strrchr(at, '/');
    if (slash == NULL)
      return false;
    *slash = 0;
  }
}

static void configure(const char *dir) {
  struct text routes, env;
  char path[1024];
  if (!nearest(&routes, dir, "routes.json"))
    text_add(&routes, "", 0);
  host_configure(CONFIG_ROUTES, str_of(routes.p, routes.n));
  if (nearest(&env, dir, "env")) {
    struct str rest = str_of(env.p, env.n), line;
    while (str_cut(&rest, '\n', &line)) {
      char *equals = memchr(line.p, '=', line.n);
      if (equals != NULL)
        *equals = '\n';
      if (equals != NULL)
        host_configure(CONFIG_VARIABLE, line);
    }
  }
  snprintf(path, sizeof path, "%s/store", dir);
  if (cache_read(path)->there)
    gw_config(CONFIG_STORE, NULL, 0);
  snprintf(path, sizeof path, "%s/memory", dir);
  if (cache_read(path)->there)
    gw_config(CONFIG_MEMORY, NULL, 0);
  snprintf(path, sizeof path, "%s/sockets", dir);
  if (cache_read(path)->there)
    gw_config(CONFIG_SOCKETS, NULL, 0);
  snprintf(path, sizeof path, "%s/limiter", dir);
  if (cache_read(path)->there)
    gw_config(CONFIG_LIMITER, NULL, 0);
  gw_config(CONFIG_READY, NULL, 0);
  text_drop(&routes);
  text_drop(&env);
}

/* ---- the ways to run a case ---- */

/* Run all requests of a case. |longest| gets the size of the longest body, for the splits. */
static bool run_case(const char *dir, struct cutting cutting, size_t refuse, size_t *longest) {
  struct run r = {.dir = dir, .cutting = cutting, .now = 1700000000000.0};
  struct message request;
  char name[32];
  bool ok = true;
  configure(dir);
  r.starving = refuse > 0;
  size_t used = arena_pool_used();
  for (r.request = 1;; r.request++) {
    snprintf(name, sizeof name, "%d.request", r.request);
    if (!message_read(&request, dir, name))
      break;
    if (request.head.p[0] == '@') {
      struct str line, rest = request.head;
      str_cut(&rest, '\n', &line);
      r.now += atof(line.p + 1);
      request.head = rest;
    }
    arena_refuse(refuse, false);
    run_request(&r, &request);
    arena_refuse(0, false);
    if (r.bad)
      complain(&r, "never ends", name), ok = false;
    if (!r.starving && !r.bad)
      ok &= check(&r);
    if (request.body.n > *longest)
      *longest = request.body.n;
    for (int a = 0; a < ATTEMPTS; a++) {
      if (r.answers[a].body.n > *longest)
        *longest = r.answers[a].body.n;
    }
    struct run next = {
        .dir = dir, .cutting = cutting, .now = r.now, .request = r.request, .starving = r.starving};
    run_drop(&r);
    r = next;
    text_drop(&request.text);
    if (!ok)
      break;
  }
  if (arena_pool_used() != used)
    complain(&r, "keeps memory", "an exchange"), ok = false;
  return ok && r.request > 1;
}

static bool run_all_ways(const char *dir) {
  size_t longest = 0;
  if (!run_case(dir, (struct cutting){0}, 0, &longest))
    return false;
  if (update)
    return true;
  if (!run_case(dir, (struct cutting){.step = 1}, 0, &longest))
    return false;
  size_t stride = longest / SPLITS_MAX + 1;
  for (size_t i = 1; i < longest; i += stride) {
    if (!run_case(dir, (struct cutting){.split = i}, 0, &longest))
      return false;
  }
  for (size_t n = 1; n < REFUSALS_MAX; n++) {
    if (!run_case(dir, (struct cutting){0}, n, &longest))
      return false;
  }
  return true;
}

/* ---- the tree ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walk(const char *dir) {
  char path[1024], *names[4096];
  int n = 0;
  snprintf(path, sizeof path, "%s/1.request", dir);
  if (access(path, F_OK) == 0) {
    bool ok = run_all_ways(dir);
    cache_drop();
    passed += ok;
    failed += !ok;
    if (!ok)
      printf("FAILED %s\n", dir);
    return;
  }
  DIR *d = opendir(dir);
  if (d == NULL)
    return;
  for (struct dirent *e; (e = readdir(d)) != NULL && n < 4096;) {
    if (e->d_name[0] != '.')
      names[n++] = strdup(e->d_name);
  }
  closedir(d);
  qsort(names, (size_t)n, sizeof *names, by_name);
  for (int i = 0; i < n; i++) {
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", dir, names[i]);
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
      walk(path);
    free(names[i]);
  }
}

int main(int argc, char **argv) {
  bool named = false;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--update") == 0) {
      update = true;
    } else {
      walk(argv[i]);
      named = true;
    }
  }
  if (!named)
    walk("tests/vectors");
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0 || passed == 0;
}
