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
#include "provider/outcome.h"

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

/* GLM's codes, which are numbers. */
extern const struct error_row provider_errors_glm[];

/* OpenAI's words, which all that are compatible borrow; then HTTP's statuses,
 * the last of which fits everything. */
extern const struct error_row provider_errors_common[];

#endif
