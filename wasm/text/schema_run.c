/* schema_run.c -- see schema_run.h. */
#include "text/schema_run.h"

#include "base/errors.h"

bool run_step(struct schema_run *run, size_t n) {
  run->budget = run->budget > n && run->error == 0 ? run->budget - (uint32_t)n : 0;
  return run->budget > 0;
}

/* ---- strings ---- */

static bool has_escape(struct str raw) {
  return str_find_byte(raw, '\\') != STR_NOWHERE;
}

struct str run_take_text(struct schema_run *run, struct json_value string) {
  struct str text = STR_NONE;
  if (json_type(string) == JSON_STRING && !json_string(string, run->scratch, &text))
    run->error = ERR_MEMORY;
  run_step(run, json_raw(string).n / 16);
  return text;
}

void run_give_text(struct schema_run *run, struct json_value string, struct str text) {
  struct str raw = json_raw(string);
  if (text.n > 0 && text.p != raw.p + 1)
    arena_give(run->scratch, (char *)(uintptr_t)text.p, raw.n - 2);
}

struct json_value run_find(struct schema_run *run, struct json_value object,
                           struct json_value member) {
  struct str key = json_key(member);
  struct json found;
  size_t where;
  if (!run_step(run, json_count(object)))
    return JSON_ABSENT; /* memory is out: the result is not used */
  if (!has_escape(key))
    return json_find(object, key);
  struct str quoted = str_of(key.p - 1, key.n + 2);
  if (json_parse_lenient(&found, run->scratch, quoted, &where) < 0) {
    run->error = ERR_MEMORY;
    return JSON_ABSENT;
  }
  key = run_take_text(run, json_root(&found));
  return json_find(object, key);
}

/* ---- faults ---- */

/* Put |raw|, cut at a character when it is long. */
static void put_quote(struct buf *out, struct str raw) {
  size_t n = raw.n;
  if (n > SCHEMA_QUOTE_MAX)
    for (n = SCHEMA_QUOTE_MAX; n > 0 && (raw.p[n] & 0xC0) == 0x80;)
      n--;
  /* A schema may be written over several lines; a fault is not. */
  for (size_t i = 0; i < n; i++)
    buf_put_byte(out, (unsigned char)raw.p[i] < ' ' ? ' ' : raw.p[i]);
  if (n < raw.n)
    buf_put(out, STR("..."));
}

static void put_path(struct schema_run *run) {
  buf_put_byte(run->faults, '$');
  for (int i = 1; i <= run->level; i++) {
    struct json_value v = run->trail[i];
    struct str key = json_key(v);
    int64_t index = 0;
    if (key.p != NULL) {
      buf_put_byte(run->faults, '.');
      put_quote(run->faults, key);
      continue;
    }
    for (struct json_value at = json_first(run->trail[i - 1]); at.token != v.token; index++)
      at = json_next(at);
    buf_put_byte(run->faults, '[');
    buf_put_integer(run->faults, index);
    buf_put_byte(run->faults, ']');
  }
}

bool run_fail(struct schema_run *run, struct str what, struct str quote, bool of_type) {
  int near = run->level * 2 + !of_type;
  if (near > run->nearest)
    run->nearest = near;
  if (run->lines == 0 || run->budget == 0)
    return false;
  run->lines--;
  put_path(run);
  buf_put(run->faults, STR(": "));
  buf_put(run->faults, what);
  put_quote(run->faults, quote);
  buf_put_byte(run->faults, '\n');
  return false;
}

/* ---- equality ---- */

double run_number(struct json_value v) {
  double value;
  if (json_number(v, &value))
    return value;
  return json_raw(v).p[0] == '-' ? -__builtin_inf() : __builtin_inf();
}

int run_compare(struct json_value a, struct json_value b) {
  int64_t i, j;
  if (json_integer(a, &i) && json_integer(b, &j))
    return (i > j) - (i < j);
  double x = run_number(a), y = run_number(b);
  return (x > y) - (x < y);
}

static bool equal_strings(struct schema_run *run, struct json_value a, struct json_value b) {
  struct str text = run_take_text(run, b);
  bool same = json_is(a, text);
  run_give_text(run, b, text);
  return same;
}

static bool equal_arrays(struct schema_run *run, struct json_value a, struct json_value b) {
  a = json_first(a);
  b = json_first(b);
  while (a.token != NULL && b.token != NULL && run_equal(run, a, b)) {
    a = json_next(a);
    b = json_next(b);
  }
  return a.token == b.token; /* both at their end */
}

/* Every member of |a| is in |b|, and (deep) equal to it.  The last value of a
 * repeated key counts. */
static bool within(struct schema_run *run, struct json_value a, struct json_value b, bool deep) {
  for (struct json_value m = json_first(a); m.token != NULL; m = json_next(m)) {
    struct json_value other = run_find(run, b, m);
    if (other.token == NULL || (deep && !run_equal(run, run_find(run, a, m), other)))
      return false;
  }
  return true;
}

/* Recursion is bounded: no JSON is deeper than JSON_DEPTH_MAX. */
bool run_equal(struct schema_run *run, struct json_value a, struct json_value b) {
  enum json_type type = json_type(a);
  if (!run_step(run, 1))
    return true;
  if (type != json_type(b))
    return false;
  switch (type) {
  case JSON_BOOL:
    return json_bool(a, false) == json_bool(b, false);
  case JSON_NUMBER:
    return run_compare(a, b) == 0;
  case JSON_STRING:
    return equal_strings(run, a, b);
  case JSON_ARRAY:
    return equal_arrays(run, a, b);
  case JSON_OBJECT:
    return within(run, a, b, true) && within(run, b, a, false);
  default:
    return true;
  }
}
