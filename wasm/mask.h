/* mask.h -- take a secret out of what somebody else says.
 *
 * A careless upstream repeats the key that it was sent, whole or cut.
 */
#ifndef MASK_H
#define MASK_H

#include "arena.h"
#include "provider.h"
#include "str.h"

/* |text| with "***" in place of |secret|, and of what is only its beginning but
 * MASK_MIN bytes of it; one that is shorter is a placeholder, as services without
 * keys are given, and stays.  A copy in |arena| where there was any, else |text|;
 * empty when memory is out. */
struct str mask_secret(struct str text, struct str secret, struct arena *arena);

/* The same for every text of |t|. */
void mask_trouble(struct trouble *t, struct str secret, struct arena *arena);

#endif
