/* core.c -- measure the C core natively, without JavaScript and without a network.
 *
 *   core            every case: "name value" lines (microseconds, or counts a second)
 *   core CASE N     one case, N times, for callgrind and perf
 *
 * It plays the host: bytes in, plans carried out, answers made up.  Bodies of plans are
 * copied once, as the shim does.
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/arena.h"
#include "base/pool.h"
#include "gw.h"
#include "limits.h"
#include "text/json.h"

static const char routes[] =
    "{\"glm\":{\"providers\":[{\"provider\":\"zhipu\",\"model\":\"glm-4.7\",\"apiKeys\":[\"K\"]}]},"
    "\"openai\":{\"providers\":[{\"provider\":\"openai\",\"model\":\"gpt-4.1\",\"apiKeys\":[\"K\"]}"
    "]}}";

/* What pool.c grows: address space, which costs nothing until it is used. */
char *machine_grow(size_t pages) {
  static char *machine;
  static size_t has;
  if (machine == NULL)
    machine = mmap(NULL, 2 * (size_t)POOL_MAX, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages * POOL_PAGE > 2 * (size_t)POOL_MAX - has)
    return NULL;
  has += pages * POOL_PAGE;
  return machine + has - pages * POOL_PAGE;
}

/* ---- text that grows ---- */

struct text {
  char *p;
  size_t n, cap;
};

static void text_add(struct text *t, const char *p) {
  size_t n = strlen(p);
  if (t->n + n + 1 > t->cap) {
    t->cap = (t->n + n + 1) * 2;
    t->p = realloc(t->p, t->cap);
  }
  memcpy(t->p + t->n, p, n + 1);
  t->n += n;
}

static void text_fill(struct text *t, size_t n) {
  static const char filling[] = "The quick \\\"brown\\\" fox jumps over the lazy dog again.\\n";
  char piece[sizeof filling];
  for (size_t i = 0; i < n; i += sizeof filling - 1) {
    snprintf(piece, n - i < sizeof piece - 1 ? n - i + 1 : sizeof piece, "%s", filling);
    text_add(t, piece);
  }
}

/* ---- requests ---- */

static void add_tools(struct text *t, int count) {
  char piece[64];
  text_add(t, "\"tools\":[");
  for (int i = 0; i < count; i++) {
    text_add(t, i > 0 ? "," : "");
    text_add(t, "{\"type\":\"function\",\"name\":\"tool_");
    snprintf(piece, sizeof piece, "%d\",\"description\":\"", i);
    text_add(t, piece);
    text_fill(t, 200);
    text_add(t, "\",\"strict\":false,\"parameters\":{\"type\":\"object\",\"properties\":{"
                "\"command\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"description\":"
                "\"The command to run\"},\"workdir\":{\"type\":\"string\"},\"timeout_ms\":{"
                "\"type\":\"number\",\"minimum\":0}},\"required\":[\"command\"],"
                "\"additionalProperties\":false}}");
  }
  text_add(t, "],");
}

/* |items| of a conversation as an agent has it, with |size| bytes of text in each. */
static struct text conversation(const char *model, int items, size_t size, int tools) {
  struct text t = {0};
  char piece[256];
  text_add(&t, "{\"model\":\"");
  text_add(&t, model);
  text_add(&t, "\",\"stream\":true,\"instructions\":\"You are a coding agent.\",");
  add_tools(&t, tools);
  text_add(&t, "\"input\":[");
  for (int i = 0; i < items; i++) {
    text_add(&t, i > 0 ? "," : "");
    if (i % 4 == 0)
      text_add(&t, "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":"
                   "\"input_text\",\"text\":\"");
    if (i % 4 == 1)
      text_add(&t, "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":"
                   "\"output_text\",\"text\":\"");
    snprintf(piece, sizeof piece,
             "{\"type\":\"function_call\",\"call_id\":\"call_%d\",\"name\":"
             "\"tool_%d\",\"arguments\":\"{\\\"command\\\":[\\\"ls\\\"],\\\"workdir\\\":\\\"",
             i, i % tools);
    if (i % 4 == 2)
      text_add(&t, piece);
    snprintf(piece, sizeof piece,
             "{\"type\":\"function_call_output\",\"call_id\":\"call_%d\","
             "\"output\":\"line one\\nline two\\n",
             i - 1);
    if (i % 4 == 3)
      text_add(&t, piece);
    text_fill(&t, size);
    text_add(&t, i % 4 < 2 ? "\"}]}" : i % 4 == 2 ? "\\\"}\"}" : "\"}");
  }
  text_add(&t, "]}");
  return t;
}

static struct text image(const char *model, size_t size) {
  struct text t = {0};
  text_add(&t, "{\"model\":\"");
  text_add(&t, model);
  text_add(&t, "\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":[{\"type\":"
               "\"input_text\",\"text\":\"What is it?\"},{\"type\":\"input_image\",\"image_url\":"
               "\"data:image/png;base64,");
  size_t at = t.n;
  t.p = realloc(t.p, t.n + size + 64);
  t.cap = t.n + size + 64;
  for (size_t i = 0; i < size; i++)
    t.p[at + i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[i * 7 % 64];
  t.p[t.n += size] = 0;
  text_add(&t, "\"}]}]}");
  return t;
}

static struct text small(const char *model, const char *stream) {
  struct text t = {0};
  text_add(&t, "{\"model\":\"");
  text_add(&t, model);
  text_add(&t, "\",\"input\":\"Tell me about the quick brown fox, in some detail.\",\"stream\":");
  text_add(&t, stream);
  text_add(&t, "}");
  return t;
}

/* ---- a host ---- */

static uint32_t handle;
static const double now = 1.7e12;

static void put(uint32_t attempt, uint32_t kind, const char *p, size_t n) {
  char *room = n > 0 ? gw_room(handle, (uint32_t)n) : NULL;
  if (n > 0 && room == NULL)
    return;
  if (n > 0)
    memcpy(room, p, n);
  gw_put(handle, attempt, kind, (uint32_t)n);
}

static void put_text(uint32_t attempt, uint32_t kind, const char *text) {
  put(attempt, kind, text, strlen(text));
}

/* Copy what a plan hands out, as the shim does. */
static size_t copied;
static void take(const struct plan *p) {
  static char *sink;
  static size_t cap;
  size_t n = 0;
  for (int i = 0; i < PLAN_PARTS; i++)
    n += p->body[i].n;
  if (n > cap)
    sink = realloc(sink, cap = 2 * n);
  n = 0;
  for (int i = 0; i < PLAN_PARTS; i++) {
    if (p->body[i].n > 0)
      memcpy(sink + n, p->body[i].p, p->body[i].n);
    n += p->body[i].n;
  }
  copied += n;
}

/* Carry plans out until one of |op| is met. */
static const struct plan *until(uint32_t op) {
  for (;;) {
    const struct plan *p = gw_next(handle, now);
    take(p);
    if (p->op == op)
      return p;
    if (p->op == OP_DONE || p->op == OP_REPLY) {
      fprintf(stderr, "unexpected end: op %u status %u %.*s\n", p->op, p->status, (int)p->body[0].n,
              p->body[0].p);
      exit(1);
    }
  }
}

static const char client_head[] =
    "POST /v1/responses\nauthorization: Bearer t\ncontent-type: application/json\n";

static void open_request(const struct text *body) {
  enum { PIECE = MIB };
  char head[256];
  handle = gw_open(now, 1);
  snprintf(head, sizeof head, "%scontent-length: %zu\n", client_head, body->n);
  put_text(0, PUT_HEAD, head);
  for (size_t at = 0; at < body->n; at += PIECE) {
    until(OP_WANT);
    put(0, PUT_BODY, body->p + at, body->n - at < PIECE ? body->n - at : PIECE);
  }
  until(OP_WANT);
  put(0, PUT_END, NULL, 0);
  until(OP_FETCH);
  until(OP_WANT);
}

static void open_stream(const struct text *body) {
  open_request(body);
  put_text(1, PUT_ANSWER_HEAD, "200\ncontent-type: text/event-stream\n");
  until(OP_WANT);
}

/* |count| chunks as GLM writes them. */
static struct text chunks(int count) {
  struct text t = {0};
  for (int i = 0; i < count; i++)
    text_add(&t,
             "data: {\"id\":\"20250926102412d5e8a0e1f0d14c0f\",\"created\":1758853452,"
             "\"object\":\"chat.completion.chunk\",\"model\":\"glm-4.7\",\"choices\":[{"
             "\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\" some words\"}}]}\n\n");
  return t;
}

/* ---- cases ---- */

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void close_request(void) {
  gw_close(handle);
}

enum { CHUNKS = 2000, PER_PUT = 8 };

static struct text bodies[8], stream_text;

static void run_stream(void) {
  static size_t piece;
  if (stream_text.n == 0) {
    stream_text = chunks(CHUNKS);
    piece = stream_text.n / CHUNKS * PER_PUT;
  }
  open_stream(&bodies[0]);
  for (size_t at = 0; at < stream_text.n; at += piece) {
    put(1, PUT_CHUNK, stream_text.p + at, stream_text.n - at < piece ? stream_text.n - at : piece);
    until(OP_WANT);
  }
  close_request();
}

static void run_body(int which) {
  open_request(&bodies[which]);
  close_request();
}

static void run_glm(void) {
  run_body(1);
}
static void run_openai(void) {
  run_body(2);
}
static void run_image(void) {
  run_body(3);
}
static void run_image_relayed(void) {
  run_body(4);
}

static void run_json(void) {
  open_request(&bodies[5]);
  put_text(1, PUT_ANSWER_HEAD, "200\ncontent-type: application/json\n");
  until(OP_WANT);
  put_text(1, PUT_CHUNK,
           "{\"choices\":[{\"finish_reason\":\"stop\",\"index\":0,\"message\":{\"content\":\"The "
           "quick brown fox is quick, brown and a fox.\",\"role\":\"assistant\"}}],\"created\":"
           "1758853452,\"id\":\"20250926102412d5e8a0e1f0d14c0f\",\"model\":\"glm-4.7\",\"object\":"
           "\"chat.completion\",\"request_id\":\"20250926102412d5e8a0e1f0d14c0f\",\"usage\":{"
           "\"completion_tokens\":10,\"prompt_tokens\":20,\"prompt_tokens_details\":{"
           "\"cached_tokens\":0},\"total_tokens\":30}}");
  until(OP_WANT);
  put(1, PUT_END, NULL, 0);
  for (const struct plan *p; (p = gw_next(handle, now))->op != OP_DONE;)
    take(p);
  close_request();
}

static void run_tokens(void) {
  static struct arena arena;
  struct json json;
  size_t where;
  struct str text = str_of(bodies[1].p, bodies[1].n);
  if (json_parse(&json, &arena, text, &where) != 0)
    exit(1);
  arena_drop(&arena);
}

static const struct test {
  const char *name;
  void (*run)(void);
  int times;
  double each; /* of what is counted, in one run; 0: tell microseconds */
} tests[] = {
    {"stream-chunks-a-second", run_stream, 20, CHUNKS},
    {"json-parse-0.94MB-us", run_tokens, 20, 0},
    {"conversation-0.94MB-to-glm-us", run_glm, 10, 0},
    {"conversation-0.94MB-relayed-us", run_openai, 10, 0},
    {"image-10MB-to-glm-us", run_image, 5, 0},
    {"image-10MB-relayed-us", run_image_relayed, 5, 0},
    {"small-glm-json-us", run_json, 500, 0},
};

static void configure(uint32_t kind, const char *text) {
  size_t n = strlen(text);
  char *at = n > 0 ? gw_room(0, (uint32_t)n) : NULL;
  if (n > 0)
    memcpy(at, text, n);
  gw_config(kind, at, (uint32_t)n);
}

/* Report the fastest of some runs, since disturbances only ever add time. */
static void measure(const struct test *t) {
  double best = 1e9;
  for (int round = 0; round < 5; round++) {
    double from = seconds();
    for (int i = 0; i < t->times; i++)
      t->run();
    double took = (seconds() - from) / t->times;
    best = took < best ? took : best;
  }
  printf("%s %.1f\n", t->name, t->each > 0 ? t->each / best : best * 1e6);
}

/* Bytes of the pool. */
static void measure_memory(void) {
  static const struct {
    const char *name;
    int items;
    size_t size;
  } sizes[] = {{"200kB", 400, 400}, {"1MB", 2000, 400}, {"30MB", 2000, 14900}};
  size_t idle = arena_pool_used();
  open_stream(&bodies[0]);
  put(1, PUT_CHUNK, stream_text.p, stream_text.n / CHUNKS * 500);
  until(OP_WANT);
  printf("open-stream-bytes %zu\n", arena_pool_used() - idle);
  close_request();
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct text body = conversation("glm", sizes[i].items, sizes[i].size, 30);
    arena_reset_peak();
    open_stream(&body);
    size_t sent = arena_pool_used() - idle;
    put(1, PUT_CHUNK, stream_text.p, stream_text.n / CHUNKS * 2);
    until(OP_WANT);
    printf("exchange-%s-peak-times %.2f\n", sizes[i].name,
           (double)(arena_pool_peak() - idle) / (double)body.n);
    printf("exchange-%s-sent-times %.2f\n", sizes[i].name, (double)sent / (double)body.n);
    printf("exchange-%s-streaming-bytes %zu\n", sizes[i].name, arena_pool_used() - idle);
    close_request();
    free(body.p);
  }
}

int main(int argc, char **argv) {
  configure(CONFIG_ROUTES, routes);
  configure(CONFIG_VARIABLE, "K\nsk-0123456789abcdef");
  configure(CONFIG_VARIABLE, "PROXY_AUTH_TOKEN\nt");
  configure(CONFIG_READY, "");
  bodies[0] = small("glm", "true");
  bodies[1] = conversation("glm", 2000, 340, 64);
  bodies[2] = conversation("openai", 2000, 340, 64);
  bodies[3] = image("glm", 10 * MIB);
  bodies[4] = image("openai", 10 * MIB);
  bodies[5] = small("glm", "false");
  if (argc == 3) {
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
      for (int k = 0; strcmp(argv[1], tests[i].name) == 0 && k < atoi(argv[2]); k++)
        tests[i].run();
    }
    return 0;
  }
  printf("conversation-bytes %zu\n", bodies[1].n);
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    measure(&tests[i]);
  measure_memory();
  return 0;
}
