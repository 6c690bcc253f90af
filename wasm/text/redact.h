/* redact.h -- take a secret out of what somebody else says.
 *
 * A careless upstream repeats the key that it was sent, whole or cut.
 */
#ifndef TEXT_REDACT_H
#define TEXT_REDACT_H

#include "base/arena.h"
#include "base/str.h"

/* |text| with "***" in place of |secret|, and of what is only its beginning but
 * REDACT_MIN bytes of it; one that is shorter is a placeholder, as services without
 * keys are given, and stays.  A copy in |arena| where there was any, else |text|;
 * empty when memory is out. */
struct str redact_secret(struct str text, struct str secret, struct arena *arena);

/* |text| with "***" in place of what follows "org-", "proj_" and the like: ids of the operator's
 * account, which some upstreams put into their messages.  Copied as above. */
struct str redact_account_ids(struct str text, struct arena *arena);

#endif
