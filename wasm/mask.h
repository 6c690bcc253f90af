/* mask.h -- take a secret out of what somebody else says.
 *
 * A careless upstream repeats the key that it was sent, whole or cut.
 */
#ifndef MASK_H
#define MASK_H

#include "arena.h"
#include "str.h"

/* |text| with "***" in place of |secret|, and of what is only its beginning but
 * MASK_MIN bytes of it.  A copy in |arena| where there was any, else |text|;
 * empty when memory is out. */
struct str mask_secret(struct str text, struct str secret, struct arena *arena);

#endif
