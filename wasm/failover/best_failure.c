/* best_failure.c -- see best_failure.h. */
#include "failover/best_failure.h"

/* From what tells a client least to what tells it most. */
enum rank {
  RANK_KEY = 1,    /* a key of the operator's was refused */
  RANK_UPSTREAM,   /* the upstream is broken */
  RANK_QUOTA,      /* a limit that lasts */
  RANK_RATE_LIMIT, /* one that passes */
  RANK_REQUEST,    /* the request itself is at fault */
};

static enum rank rank_of(const struct failure *f) {
  if (str_equal(f->code, STR("upstream_auth_failed")))
    return RANK_KEY;
  if (f->status >= 500)
    return RANK_UPSTREAM;
  if (f->status != 429)
    return RANK_REQUEST;
  return str_equal(f->code, STR("rate_limit_exceeded")) ? RANK_RATE_LIMIT : RANK_QUOTA;
}

void best_failure_note(struct best_failure *b, struct arena *arena, const struct failure *f) {
  int rank = rank_of(f);
  if (rank < b->rank)
    return;
  b->rank = rank;
  b->failure = (struct failure){.status = f->status,
                                .type = arena_copy(arena, f->type),
                                .code = arena_copy(arena, f->code),
                                .param = arena_copy(arena, f->param),
                                .message = arena_copy(arena, f->message)};
}
