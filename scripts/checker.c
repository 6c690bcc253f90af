/* checker.c -- a module with only the checks of ROUTES_CONFIG, for the console's editor.
 *
 * The checks are the gateway's own. Missing secrets are not reported, since the browser does not
 * know which secrets exist.
 */
#include "config/check.h"
#include "config/config.h"
#include "limits.h"

#define EXPORT(name) __attribute__((export_name(#name), visibility("default")))

enum { ANSWER_SIZE_MAX = 4 * MIB };

static struct arena arriving, answers;
static struct config config;

/* The problems as JSON. */
static struct result { uint32_t at, n; } answer;

/* Room for a text of |n| bytes; NULL when it is refused. */
EXPORT(check_room) char *check_room(uint32_t n);
/* Check the |n| bytes written there. The result is valid until the next call. */
EXPORT(check_routes) const struct result *check_routes(const char *text, uint32_t n);

char *check_room(uint32_t n) {
  arena_drop(&arriving);
  return n > ROUTES_TEXT_MAX ? NULL : arena_take(&arriving, n + 1);
}

const struct result *check_routes(const char *text, uint32_t n) {
  struct buf out;
  arena_drop(&config.arena);
  arena_drop(&answers);
  buf_init(&out, &answers, ANSWER_SIZE_MAX);
  answer = (struct result){0};
  if (config_open(&config, str_of(text, n)) != 0)
    return &answer;
  struct config_reader reader = {.config = &config};
  config_check_deployment(&reader);
  config_say_rest(&reader);
  config_put_problems(&out, &config);
  if (!buf_error(&out))
    answer = (struct result){.at = (uint32_t)(uintptr_t)out.p, .n = (uint32_t)out.n};
  return &answer;
}
