/* errors.c -- see errors.h. */
#include "base/errors.h"

/* A struct failure without what is the same in all of them: there are many. */
static const struct row {
  const char *type, *code, *message;
  short status;
} failures[] = {
    [ERROR_PLACE_NONE] = {"server_error", "internal_error", "The gateway failed.", 500},
#define ERROR(name, status, type, code, sentence)                                                  \
  [ERROR_PLACE_##name] = {type, code, sentence, status},
#include "base/errors.def"
#undef ERROR
};

enum { FAILURES = sizeof failures / sizeof failures[0] };

struct failure error_failure(int error) {
  bool known = error <= 0 && error > -(int)FAILURES;
  const struct row *row = &failures[known ? -error : ERROR_PLACE_NONE];
  return (struct failure){.status = row->status,
                          .type = str_literal(row->type),
                          .code = str_literal(row->code),
                          .message = str_literal(row->message)};
}

int error_refuse(struct failure *f, int error, struct str param, struct str message) {
  *f = error_failure(error);
  f->param = param;
  if (message.n > 0)
    f->message = message;
  return error;
}
