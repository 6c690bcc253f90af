/* pattern.h -- match an upstream's message against a pattern. */
#ifndef PROVIDER_PATTERN_H
#define PROVIDER_PATTERN_H

#include <stdbool.h>

#include "base/str.h"

/* Does |text| contain the pieces of |pattern|, which are separated by '*', in this order? ASCII
 * letters match in any case; |pattern| is in lower case. With '^' in front, the first piece must
 * begin the text; with '$' behind, a single piece must end it. */
bool pattern_fits(struct str pattern, struct str text);

#endif
