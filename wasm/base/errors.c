/* errors.c -- see errors.h. */
#include "base/errors.h"

#include <stdint.h>

/* A struct failure without what is the same in all of them: there are many. */
static const struct row {
  const char *type, *code, *message;
  uint16_t status;
  uint8_t type_n, code_n, message_n;
} failures[] = {
#define ROW(status, type, code, sentence)                                                          \
  { type, code, sentence, status, sizeof type - 1, sizeof code - 1, sizeof sentence - 1 }
    [ERROR_PLACE_NONE] = ROW(500, "server_error", "internal_error", "The gateway failed."),
#define ERROR(name, status, type, code, sentence)                                                  \
  [ERROR_PLACE_##name] = ROW(status, type, code, sentence),
#include "base/errors.def"
#undef ERROR
};

enum { FAILURES = sizeof failures / sizeof failures[0] };

struct failure error_failure(int error) {
  bool known = error <= 0 && error > -(int)FAILURES;
  const struct row *row = &failures[known ? -error : ERROR_PLACE_NONE];
  return (struct failure){.status = row->status,
                          .type = str_of(row->type, row->type_n),
                          .code = str_of(row->code, row->code_n),
                          .message = str_of(row->message, row->message_n)};
}
