/* error_table.h -- how each upstream's failures look, and what they mean.
 *
 * A row says how a failure looks and names its outcome; outcomes are few and
 * say what to do.  verdict.c reads them, and a provider points to its
 * own; a figure that turns out wrong is corrected in error_table.c.
 */
#ifndef PROVIDER_ERROR_TABLE_H
#define PROVIDER_ERROR_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "provider/failure.h"

enum { STATUS_NONE = 1 }; /* there was no answer, as a row says it */

/* What is not given (zero, empty) fits everything.  A table ends with a row
 * whose outcome is NULL. */
struct error_row {
  uint16_t code, code_last;     /* the code as a number: from, to (0 = |code| alone) */
  uint16_t status, status_last; /* HTTP, likewise */
  struct str word;              /* the code or the type; '*' at an end is anything */
  struct str says;              /* a wording in the message: see pattern.h */
  bool html;                    /* the body is HTML */
  const struct outcome *outcome;
};

/* How long the blamed key rests. */
enum rest {
  REST_GROWING,  /* backoff by the number of failures */
  REST_SHORT,    /* as long as the wait: a rate limit */
  REST_FIXED,    /* |rest_ms| */
  REST_STAMP,    /* until the stamp in the message, |rest_ms| at most */
  REST_MIDNIGHT, /* of UTC+8 */
};

struct outcome {
  uint8_t action, then; /* enum action */
  uint8_t blame;        /* enum blame */
  uint8_t rest;         /* enum rest */
  bool disable, larger_only, foreign_reasoning;
  bool keep; /* the upstream's own status, type and code, where it sent them */
  uint16_t status;
  uint16_t wait, wait_jitter;
  int rest_ms;
  struct str type, code, message, advice; /* see struct verdict */
};

/* The prompt is longer than the model's window: see context_overflow.h. */
extern const struct outcome provider_too_long;

/* The gateway itself could not go on: asking anybody again would be paid twice. */
extern const struct outcome provider_own_failure;

/* GLM's codes, which are numbers. */
extern const struct error_row provider_errors_glm[];

/* OpenAI's words, which all that are compatible borrow; then HTTP's statuses,
 * the last of which fits everything. */
extern const struct error_row provider_errors_common[];

#endif
