/* redact.h -- remove secrets from texts of upstreams.
 *
 * Some upstreams repeat the key that they were sent in their messages, whole or shortened.
 */
#ifndef TEXT_REDACT_H
#define TEXT_REDACT_H

#include "base/arena.h"
#include "base/str.h"

/* |text| with "***" in place of |secret| and of any beginning of it of at least REDACT_MIN bytes. A
 * shorter secret stays: it is a placeholder for a service without keys. A copy in |arena| where
 * something was replaced, else |text|; empty when memory is out. */
struct str redact_secret(struct str text, struct str secret, struct arena *arena);

/* |text| with "***" in place of what follows "org-", "proj_" and similar prefixes: ids of the
 * operator's account, which some upstreams put into their messages. Copied as above. */
struct str redact_account_ids(struct str text, struct arena *arena);

#endif
