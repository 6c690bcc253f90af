/* errors.c -- see errors.h. */
#include "base/errors.h"

static const struct failure failures[] = {
    [ERROR_PLACE_NONE] = {500, STR_INIT("server_error"), STR_INIT("internal_error"), STR_INIT(""),
                          STR_INIT("The gateway failed.")},
#define ERROR(name, status, type, code, sentence)                                                  \
  [ERROR_PLACE_##name] = {status, STR_INIT(type), STR_INIT(code), STR_INIT(""), STR_INIT(sentence)},
#include "base/errors.def"
#undef ERROR
};

enum { FAILURES = sizeof failures / sizeof failures[0] };

struct failure error_failure(int error) {
  bool known = error <= 0 && error > -(int)FAILURES;
  return failures[known ? -error : ERROR_PLACE_NONE];
}
