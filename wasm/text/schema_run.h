/* schema_run.h -- one run of a schema check: its budget of steps, its report of faults,
 * comparisons. */
#ifndef TEXT_SCHEMA_RUN_H
#define TEXT_SCHEMA_RUN_H

#include "base/buf.h"
#include "limits.h"
#include "text/json.h"

/* The target of a $ref, and the value that it is being applied to. */
struct target {
  struct json_value value, schema;
  const struct target *outer;
};

struct schema_run {
  struct json_value root; /* the schema */
  struct arena *scratch;
  struct buf *faults;
  struct buf name;          /* a segment of a $ref */
  const struct target *ref; /* the innermost */
  const char *cut;          /* the text was cut here, and closed; NULL: it is whole */
  uint32_t budget;          /* steps that are left; at 0 all else is valid */
  int lines;                /* lines that may still be put; 0: the first fault ends the walk */
  int depth, level;
  int nearest; /* the deepest fault: see run_fail() */
  int error;
  struct json_value trail[JSON_DEPTH_MAX + 1]; /* |level|: the value; before it, what it is in */
};

/* Count |n| steps; false when no more are left, or memory. */
bool run_step(struct schema_run *run, size_t n);

/* The content of |string|, valid until run_give_text(); empty when it is no string. */
struct str run_take_text(struct schema_run *run, struct json_value string);
void run_give_text(struct schema_run *run, struct json_value string, struct str text);

/* The member of |object| that has the key of |member|, of another object. */
struct json_value run_find(struct schema_run *run, struct json_value object,
                           struct json_value member);

/* Put a line of |what| and |quote|. Always returns false. |of_type|: the value has the wrong type;
 * among several schemas one with such a fault is the least likely to be meant. */
bool run_fail(struct schema_run *run, struct str what, struct str quote, bool of_type);

/* The value of a number; what is too large for a double is infinite. */
double run_number(struct json_value v);

/* Compare two numbers: -1, 0 or 1. Integers are compared exactly. */
int run_compare(struct json_value a, struct json_value b);

/* Are two values equal, however they are written? True when no steps are left. */
bool run_equal(struct schema_run *run, struct json_value a, struct json_value b);

#endif
