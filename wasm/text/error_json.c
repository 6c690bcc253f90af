#include "text/error_json.h"

#include "text/json.h"

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
