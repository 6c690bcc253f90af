/* pattern.h -- does a text match a regular expression of a JSON Schema?
 *
 * ECMA-262's notation without what looks around or back: . ^ $, classes, \d \w
 * \s and their opposites, escapes, groups, |, * + ? {m} {m,} {m,n}.  The match
 * goes through all states at once, so its time is the text's length times the
 * pattern's at worst, and no pattern is catastrophic.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdint.h>

#include "arena.h"
#include "str.h"

enum {
  PATTERN_OPS_MAX = 2000,  /* steps of a compiled pattern, repetitions written out */
  PATTERN_GROUPS_MAX = 16, /* groups within one another */
};

/* 1 when a part of |text| matches |pattern| (both UTF-8), 0 when none does,
 * ERR_MEMORY.  In doubt 1: when the pattern cannot be read, and when |*budget|,
 * from which every step is taken, is spent.  |scratch| is given back. */
int pattern_match(struct str pattern, struct str text, struct arena *scratch, uint32_t *budget)
    __attribute__((warn_unused_result));

#endif
