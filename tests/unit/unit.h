/* unit.h -- checks that say where they failed, and a count as the last line. */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"

static int unit_passed, unit_failed;

static inline bool unit_check(bool good, const char *file, int line, const char *what) {
  if (good)
    unit_passed++;
  else
    unit_failed++;
  if (!good)
    printf("%s:%d: %s\n", file, line, what);
  return good;
}

static inline bool unit_equal_int(long long got, long long want, const char *file, int line,
                                  const char *what) {
  if (!unit_check(got == want, file, line, what)) {
    printf("  is %lld, not %lld\n", got, want);
    return false;
  }
  return true;
}

static inline bool unit_equal_str(struct str got, struct str want, const char *file, int line,
                                  const char *what) {
  if (!unit_check(str_equal(got, want), file, line, what)) {
    printf("  is <%.*s>, not <%.*s>\n", (int)got.n, got.n ? got.p : "", (int)want.n,
           want.n ? want.p : "");
    return false;
  }
  return true;
}

/* The last line of every test, and its exit code. */
static inline int unit_done(void) {
  printf("%d passed, %d failed\n", unit_passed, unit_failed);
  return unit_failed > 0;
}

#define CHECK(condition) unit_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_INT(got, want) unit_equal_int((got), (want), __FILE__, __LINE__, #got " == " #want)
#define CHECK_STR(got, literal) CHECK_EQUAL(got, STR(literal))
#define CHECK_EQUAL(got, want) unit_equal_str((got), (want), __FILE__, __LINE__, #got " == " #want)

/* A table's length. */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#endif
