/* errors.c -- tests of wasm/base/errors.c. */
#include "base/errors.h"

#include "limits.h"
#include "text/error_json.h"
#include "text/json.h"
#include "unit/unit.h"

/* Each of errors.def is there, and fit to be sent. */
static void test_every(void) {
  static const int all[] = {
#define ERROR(name, status, type, code, sentence) ERR_##name,
#include "base/errors.def"
#undef ERROR
  };
  for (size_t i = 0; i < COUNT(all); i++) {
    struct failure f = error_failure(all[i]);
    CHECK_INT(all[i], -(int)i - 1);
    CHECK(f.status >= 400 && f.status < 600);
    CHECK(f.type.n > 0 && f.code.n > 0 && f.message.n > 0 && f.message.n < MESSAGE_MAX);
    CHECK_INT(f.param.n, 0);
  }
  CHECK_INT(error_failure(ERR_AUTH).status, 401);
  CHECK_STR(error_failure(ERR_AUTH).code, "invalid_api_key");
  CHECK_INT(error_failure(0).status, 500);
  CHECK_INT(error_failure(1).status, 500);
  CHECK_INT(error_failure(-1000).status, 500);
}

static void test_put(void) {
  struct arena a = {NULL};
  struct buf b;
  buf_init(&b, &a, KIB);
  struct failure f = {400, STR_INIT("t"), STR_INIT("c"), STR_INIT("p"), STR_INIT("say \"m\"")};
  error_put(&b, &f);
  CHECK_STR(buf_str(&b), "{\"error\":{\"message\":\"say \\\"m\\\"\",\"type\":\"t\","
                         "\"param\":\"p\",\"code\":\"c\"}}");
  buf_reset(&b);
  error_put(&b, &(struct failure){.status = 500});
  CHECK_STR(buf_str(&b),
            "{\"error\":{\"message\":\"\",\"type\":\"\",\"param\":\"\",\"code\":\"\"}}");
  arena_drop(&a);
}

int main(void) {
  test_every();
  test_put();
  return unit_done();
}
