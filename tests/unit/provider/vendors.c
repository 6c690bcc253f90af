/* vendors.c -- tests of wasm/provider/error_table.c, context_overflow.c and trouble.c: the rows of
 * vendors.txt. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "provider/provider.h"
#include "provider/trouble.h"
#include "provider/verdict.h"
#include "text/time_parse.h"
#include "unit/unit.h"

enum { LINE_SIZE = 4096 };

static const struct str actions[] = {
    [ACTION_SAME] = STR_INIT("SAME"),
    [ACTION_KEY] = STR_INIT("KEY"),
    [ACTION_PROVIDER] = STR_INIT("PROVIDER"),
    [ACTION_FAIL] = STR_INIT("FAIL"),
};

/* |row| is "status cause action wait body". */
static void check_row(struct str row) {
  struct str status, cause, action, wait;
  struct arena arena;
  struct verdict v;
  int64_t number = 0;
  struct trouble t = {.retry_after = -1};
  bool whole = str_cut(&row, ' ', &status) && str_cut(&row, ' ', &cause) &&
               str_cut(&row, ' ', &action) && str_cut(&row, ' ', &wait) && row.n > 0;
  if (!CHECK(whole && str_integer(status, &number)))
    return;
  arena_init(&arena);
  t.status = (int)number;
  provider_read_error_body(row, &arena, &t);
  t.retry_after = time_find_wait(t.message);
  provider_judge(provider_find_at(provider_find(STR("openai")), STR("https://vendor.example/v1")),
                 &t, 1.7e12, 0, &v);
  CHECK_EQUAL(v.cause, cause);
  CHECK_EQUAL(actions[v.action], action);
  CHECK_INT(v.disable, str_equal(cause, STR("upstream_auth_failed")));
  if (str_integer(wait, &number))
    CHECK_INT((int64_t)(t.retry_after + 0.5), number);
  arena_drop(&arena);
}

int main(void) {
  static char line[LINE_SIZE];
  FILE *rows = fopen("tests/unit/provider/vendors.txt", "r");
  if (!CHECK(rows != NULL))
    return unit_done();
  while (fgets(line, sizeof line, rows) != NULL) {
    int failed = unit_failed;
    struct str row = str_trim(str_of(line, strlen(line)));
    if (row.n > 0 && row.p[0] != '#')
      check_row(row);
    if (unit_failed > failed)
      printf("  in row %s", line);
  }
  fclose(rows);
  CHECK(unit_passed > 500);
  return unit_done();
}
