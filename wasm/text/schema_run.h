/* schema_run.h -- what the keywords of schema.c share: steps, texts, faults, equality. */
#ifndef TEXT_SCHEMA_RUN_H
#define TEXT_SCHEMA_RUN_H

#include "base/buf.h"
#include "limits.h"
#include "text/json.h"

/* A schema that is a $ref's target, and the value that it is being applied to. */
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
  uint32_t budget;          /* steps that are left; 0: all is valid from here */
  int lines;                /* that may still be put; 0: one fault ends the walk */
  int depth, level;
  int nearest; /* the deepest fault: see run_fail() */
  int error;
  struct json_value trail[JSON_DEPTH_MAX + 1]; /* |level|: the value; before it, what it is in */
};

/* Count |n| steps; false when no more are left, or memory. */
bool run_step(struct schema_run *run, size_t n);

/* A string's content until run_give_text(); empty when |string| is none. */
struct str run_take_text(struct schema_run *run, struct json_value string);
void run_give_text(struct schema_run *run, struct json_value string, struct str text);

/* The member of |object| that has the key of |member|, of another object. */
struct json_value run_find(struct schema_run *run, struct json_value object,
                           struct json_value member);

/* Put a line of |what| and |quote|.  False, always.  |of_type|: the value is of
 * another type, which says less for one of several schemas than any other fault. */
bool run_fail(struct schema_run *run, struct str what, struct str quote, bool of_type);

/* The value of a number; what is too large for a double is infinite. */
double run_number(struct json_value v);

/* Two numbers, integers to the last digit: -1, 0 or 1. */
int run_compare(struct json_value a, struct json_value b);

/* Two values, however they are written; true when no steps are left. */
bool run_equal(struct schema_run *run, struct json_value a, struct json_value b);

#endif
