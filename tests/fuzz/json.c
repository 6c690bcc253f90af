/* json.c -- any bytes as JSON: no fault in memory, and what is accepted is written
 * back as a text that is accepted too and says the same. */
#include "text/json.h"

#include <stdlib.h>

#include "limits.h"

static void must(bool holds) {
  if (!holds)
    abort();
}

static void rewrite(struct buf *b, struct json_value v);

static void rewrite_children(struct buf *b, struct json_value v) {
  size_t n = 0;
  for (struct json_value c = json_first(v); json_type(c) != JSON_NONE; c = json_next(c), n++) {
    struct str key = json_key(c);
    if (json_type(v) == JSON_OBJECT) {
      must(key.p != NULL);
      json_put_raw(b, str_of(key.p - 1, key.n + 2));
      buf_put_byte(b, ':');
    }
    rewrite(b, c);
  }
  must(n == json_count(v));
}

/* Recursion is bounded: json_parse() has let no more than JSON_DEPTH_MAX pass. */
static void rewrite(struct buf *b, struct json_value v) {
  struct str raw = json_raw(v), s;
  int64_t integer;
  double number;
  must(raw.n > 0);
  switch (json_type(v)) {
  case JSON_STRING:
    must(json_string(v, b->arena, &s) && json_is(v, s));
    json_put_string(b, s);
    break;
  case JSON_ARRAY:
  case JSON_OBJECT:
    json_put_open(b, json_type(v) == JSON_ARRAY ? '[' : '{');
    rewrite_children(b, v);
    json_put_close(b, json_type(v) == JSON_ARRAY ? ']' : '}');
    break;
  case JSON_NUMBER:
    if (json_number(v, &number) && json_integer(v, &integer))
      must((double)integer - number < 4096 && number - (double)integer < 4096);
    json_put_raw(b, raw);
    break;
  default:
    json_put_raw(b, raw);
  }
}

static struct str written(struct arena *arena, const struct json *json) {
  struct buf b;
  buf_init(&b, arena, 16 * MIB);
  rewrite(&b, json_root(json));
  must(buf_error(&b) == 0);
  return buf_str(&b);
}

static void check(struct arena *arena, struct str text, bool lenient) {
  struct json json, again;
  size_t where = 0;
  int e = lenient ? json_parse_lenient(&json, arena, text, &where)
                  : json_parse(&json, arena, text, &where);
  must(e == 0 || where <= text.n);
  if (e < 0)
    return;
  must(json_raw(json_root(&json)).p == text.p + json_where(json_root(&json)));
  struct str once = written(arena, &json);
  must((lenient ? json_parse_lenient : json_parse)(&again, arena, once, &where) == 0);
  must(again.count == json.count);
  must(str_equal(once, written(arena, &again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  struct arena arena = {NULL};
  struct str text = str_of((const char *)data, n);
  check(&arena, text, false);
  check(&arena, text, true);
  struct buf b; /* and as a string's content: always well-formed afterwards */
  buf_init(&b, &arena, 16 * MIB);
  json_put_string(&b, text);
  struct json json;
  size_t where;
  must(json_parse(&json, &arena, buf_str(&b), &where) == 0);
  arena_drop(&arena);
  must(arena_pool_used() == 0);
  return 0;
}
