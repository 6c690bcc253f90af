/* after_failure.h -- what follows from a failed attempt: a changed request, a retry, another key or
 * another provider.
 *
 * All but after_failure_judge() and after_failure_is_transient() drop the attempt where they
 * decide.
 */
#ifndef FAILOVER_AFTER_FAILURE_H
#define FAILOVER_AFTER_FAILURE_H

#include "failover/state.h"

/* Judge how |a| failed, and note it: for its key's health, the log and the client.  |*v| is set. */
void after_failure_judge(struct failover *p, struct attempt *a, struct verdict *v, double now);

/* The answer violates the client's constraint: ask the same model once more, and say what was
 * wrong.  False when that does not apply, or has been done. */
bool after_failure_repair(struct failover *p, struct attempt *a, double now);

/* Repeat the attempt with another request, where that can mend the failure: after_failure_repair(),
 * without a member that the target refuses, or with the whole context where the target does not
 * have the response that the request continues.  False when none of these applies. */
bool after_failure_repeat(struct failover *p, struct attempt *a, double now);

/* |a| failed before any output: choose what is next.  True when the client is answered now. */
bool after_failure_choose(struct failover *p, struct attempt *a, double now);

/* Can the target's other keys still be worth a call when all other targets have failed? */
bool after_failure_is_transient(const struct verdict *v);

#endif
