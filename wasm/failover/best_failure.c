/* best_failure.c -- see best_failure.h. */
#include "failover/best_failure.h"

static bool is_about_gateway(struct str code) {
  return str_equal(code, STR("upstream_auth_failed")) ||
         str_equal(code, STR("upstream_region_refused"));
}

enum failure_rank failure_rank_of(const struct verdict *v) {
  if (v->action == ACTION_FAIL)
    return FAILURE_REQUEST;
  if (is_about_gateway(v->code))
    return FAILURE_KEY;
  if (v->larger_only)
    return FAILURE_TOO_LONG;
  if (v->status == 429)
    return str_equal(v->code, STR("insufficient_quota")) ? FAILURE_QUOTA : FAILURE_RATE_LIMIT;
  if (v->status == 503)
    return FAILURE_OVERLOADED;
  return v->status >= 500 ? FAILURE_UPSTREAM : FAILURE_OF_ONE;
}

void best_failure_note(struct best_failure *b, struct arena *arena, const struct failure *f,
                       enum failure_rank rank) {
  if (rank < b->rank)
    return;
  b->rank = rank;
  b->failure = (struct failure){.status = f->status,
                                .type = arena_copy(arena, f->type),
                                .code = arena_copy(arena, f->code),
                                .param = arena_copy(arena, f->param),
                                .message = arena_copy(arena, f->message)};
}
