/* route.c -- tests of wasm/config/route.c. */
#include "config/route.h"

#include <string.h>

#include "config/config.h"
#include "unit/unit.h"

static struct config config;

static void open_text(const char *text) {
  CHECK_INT(config_open(&config, str_of(text, strlen(text))), 0);
}

/* ---- which route a name selects ---- */

#define ENTRY(model) "{\"provider\":\"openai\",\"model\":\"" model "\",\"apiKeys\":[\"K\"]}"

static void check_find(struct str model, int want) {
  const struct route *route = route_find(&config, model);
  int got = route == NULL ? -1 : (int)(route - config.routes);
  if (!CHECK_INT(got, want))
    printf("  for <%.*s>\n", (int)model.n, model.p);
}

static void test_find(void) {
  open_text("{\"Fast\":[" ENTRY("m1") "],\"fast\":[" ENTRY("m2") "," ENTRY(
      "Fast2") "],"
               "\"constructor\":[" ENTRY("m2") "],\"__proto__\":[" ENTRY(
                   "x") "],"
                        "\"fast2\":[" ENTRY("toString") "],\"_default\":[" ENTRY("y") "]}");
  static const struct {
    struct str model;
    int want;
  } rows[] = {
      {STR_INIT("Fast"), 0},
      {STR_INIT("fast"), 1},
      {STR_INIT("FAST"), 0},
      {STR_INIT(" \tfast\r\n"), 1},
      {STR_INIT("M1"), 0},
      {STR_INIT("m2"), 1},
      {STR_INIT("constructor"), 2},
      {STR_INIT("Constructor"), 2},
      {STR_INIT("__proto__"), 3},
      {STR_INIT("FAST2"), 4},
      {STR_INIT("tostring"), 4},
      {STR_INIT("_default"), 5},
      {STR_INIT("hasOwnProperty"), 5},
      {STR_INIT(""), 5},
      {STR_INIT("no such"), 5},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    check_find(rows[i].model, rows[i].want);
  arena_drop(&config.arena);
  open_text("{\"_default\":[" ENTRY("a") "],\"default\":[" ENTRY("b") "]}");
  check_find(STR("x"), 1);
  arena_drop(&config.arena);
  open_text("{\"Default\":[" ENTRY("a") "]}");
  check_find(STR("x"), -1); /* that is a name in another case, and not asked for */
  check_find(STR("default"), 0);
  arena_drop(&config.arena);
  open_text("{}");
  check_find(STR("x"), -1);
  arena_drop(&config.arena);
}

int main(void) {
  test_find();
  return unit_done();
}
