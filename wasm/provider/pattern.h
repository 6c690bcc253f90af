/* pattern.h -- find a wording in an upstream's message. */
#ifndef PROVIDER_PATTERN_H
#define PROVIDER_PATTERN_H

#include <stdbool.h>

#include "base/str.h"

/* Do the pieces of |pattern|, which '*' parts, stand in |text| one behind the other?  ASCII
 * letters match in any case; |pattern| is written in lower case.  With '^' in front of it the
 * first piece must begin the text, with '$' behind it a single piece must end it. */
bool pattern_fits(struct str pattern, struct str text);

#endif
