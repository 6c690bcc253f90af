/* outcome.h -- what each kind of failure leads to: for the key, the next attempt and the client.
 *
 * A row of error_table.h names one of these; verdict.c makes a verdict of it.
 */
#ifndef PROVIDER_OUTCOME_H
#define PROVIDER_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "provider/failure.h"

/* How long the cooldown of the blamed key is. */
enum rest {
  REST_GROWING,  /* exponential backoff: longer with each failure in a row */
  REST_SHORT,    /* as long as the wait before a retry: a rate limit */
  REST_FIXED,    /* |rest_ms| */
  REST_STAMP,    /* until the time that the message names, |rest_ms| at most */
  REST_MIDNIGHT, /* until midnight, UTC+8 */
};

/* The members that struct verdict has, too, are documented there. */
struct outcome {
  uint8_t action, then; /* enum action */
  uint8_t blame;        /* enum blame */
  uint8_t rest;         /* enum rest */
  bool disable, larger_only, foreign_reasoning;
  bool keep;                  /* the client gets the upstream's own status, type and code, if any */
  uint16_t status;            /* HTTP */
  uint16_t wait, wait_jitter; /* ms: |wait| plus a random part of |wait_jitter| */
  int rest_ms;
  const char *type, *code, *message, *advice; /* NULL: empty */
};

enum outcome_name {
  OUTCOME_none,
#define OUTCOME(name) OUTCOME_##name,
#include "provider/outcome.def"
#undef OUTCOME
  OUTCOMES
};

/* By name. */
extern const struct outcome outcomes[];

#endif
