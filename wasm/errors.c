/* errors.c -- see errors.h. */
#include "errors.h"

#include "json.h"

static const struct failure failures[] = {
    [ERROR_PLACE_NONE] = {500, STR_INIT("server_error"), STR_INIT("internal_error"), STR_INIT(""),
                          STR_INIT("The gateway failed.")},
#define ERROR(name, status, type, code, sentence)                                                  \
  [ERROR_PLACE_##name] = {status, STR_INIT(type), STR_INIT(code), STR_INIT(""), STR_INIT(sentence)},
#include "errors.def"
#undef ERROR
};

enum { FAILURES = sizeof failures / sizeof failures[0] };

struct failure error_failure(int error) {
  bool known = error <= 0 && error > -(int)FAILURES;
  return failures[known ? -error : ERROR_PLACE_NONE];
}

void error_put(struct buf *out, const struct failure *f) {
  json_put_open(out, '{');
  json_put_key(out, STR("error"));
  json_put_open(out, '{');
  json_put_member_string(out, STR("message"), f->message);
  json_put_member_string(out, STR("type"), f->type);
  json_put_member_string(out, STR("param"), f->param);
  json_put_member_string(out, STR("code"), f->code);
  json_put_close(out, '}');
  json_put_close(out, '}');
}
