/* error_table.h -- the failures of upstreams: by what each is recognised, and its outcome.
 *
 * The first row that matches a failure counts.  verdict.c searches the provider's own table, then
 * the common one.
 */
#ifndef PROVIDER_ERROR_TABLE_H
#define PROVIDER_ERROR_TABLE_H

#include <stdint.h>

#include "provider/outcome.h"

enum { STATUS_NONE = 1 }; /* |status| of a row for "no answer at all" */

enum row_kind {
  ROW_ANY,
  ROW_WORD, /* the code or the type is |text|; a '*' at its start or end matches anything */
  ROW_SAYS, /* |text| is a pattern in the message: see pattern.h */
  ROW_HTML, /* the body is HTML */
};

/* A member that is zero or empty matches everything. A table ends with a row without an outcome.
 * There are many rows, so they are kept small. */
struct error_row {
  uint16_t from, to; /* a range of codes or statuses; |to| 0 = |from| alone */
  const char *text;  /* |n| bytes for |kind| */
  uint8_t n;
  uint8_t kind;    /* enum row_kind */
  uint8_t outcome; /* enum outcome_name */
  bool is_code;    /* the range is one of codes as numbers; else of HTTP statuses */
};

/* GLM's codes, which are numbers. */
extern const struct error_row provider_errors_glm[];

/* OpenAI's words, which compatible services use, too; then HTTP statuses. The last row matches
 * everything. */
extern const struct error_row provider_errors_common[];

#endif
