/* outcome.h -- what each kind of failure leads to: for the key, the next attempt and the client.
 *
 * A row of error_table.h names one of these; verdict.c makes a verdict of it.
 */
#ifndef PROVIDER_OUTCOME_H
#define PROVIDER_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
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
  struct str type, code, message, advice;
};

extern const struct outcome outcome_same_key, outcome_no_answer, outcome_silent, outcome_bad_key,
    outcome_locked_account, outcome_account_trouble, outcome_no_balance, outcome_glm_no_balance,
    outcome_glm_daily, outcome_glm_five_hours, outcome_glm_weekly, outcome_glm_plan,
    outcome_rate_limit, outcome_overload, outcome_overload_same, outcome_unknown_model,
    outcome_no_access, outcome_no_endpoint, outcome_new_id, outcome_too_long, outcome_too_large,
    outcome_refused, outcome_glm_refused, outcome_policy, outcome_elsewhere,
    outcome_foreign_reasoning, outcome_too_large_for_limit, outcome_wrong_region, outcome_blocked,
    outcome_not_served, outcome_odd_status, outcome_own_failure;

#endif
