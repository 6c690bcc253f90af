/* schema.c -- any JSON as a schema of any JSON: no fault in memory, an end before long,
 * lines where and only where there are faults.
 *
 * The schema comes first, the value after the first NUL. */
#include "text/schema.h"

#include <stdlib.h>
#include <string.h>

static void must(bool holds) {
  if (!holds)
    abort();
}

static size_t lines(struct str s) {
  size_t n = 0;
  struct str line;
  for (; str_cut(&s, '\n', &line); n++)
    must(line.n > 0 && line.p[0] == '$');
  return n;
}

static void check(struct arena *arena, struct json_value value, struct json_value schema) {
  struct buf faults;
  buf_init(&faults, arena, MIB);
  int got = schema_check(value, schema, NULL, arena, &faults);
  must(got == 0 || got == 1);
  must((lines(buf_str(&faults)) > 0) == (got == 1));
  must(lines(buf_str(&faults)) <= SCHEMA_FAULTS_MAX);
}

/* Whatever it is, |value| is equal to itself. */
static void check_const(struct arena *arena, struct json_value value) {
  struct buf text, faults;
  struct json json;
  size_t where;
  buf_init(&text, arena, MIB);
  buf_init(&faults, arena, MIB);
  buf_put(&text, STR("{\"const\":"));
  buf_put(&text, json_raw(value));
  buf_put(&text, STR("}"));
  if (json_parse_lenient(&json, arena, buf_str(&text), &where) == 0)
    must(schema_check(value, json_root(&json), NULL, arena, &faults) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  struct arena arena = {NULL};
  struct str value = str_of((const char *)data, n), schema;
  struct json values, schemas;
  size_t where;
  if (!str_cut(&value, '\0', &schema))
    return 0;
  if (json_parse_lenient(&values, &arena, value, &where) == 0) {
    check_const(&arena, json_root(&values));
    if (json_parse_lenient(&schemas, &arena, schema, &where) == 0)
      check(&arena, json_root(&values), json_root(&schemas));
  }
  arena_drop(&arena);
  must(arena_pool_used() == 0);
  return 0;
}
