/* verdict.h -- decide what follows from an upstream's failure, by the tables. */
#ifndef PROVIDER_VERDICT_H
#define PROVIDER_VERDICT_H

#include "provider/failure.h"
#include "provider/provider.h"

/* The row of the table that fits, with times worked out; never fails: what is
 * in no row is judged by its HTTP status.  |random| adds jitter. */
void provider_judge(const struct provider *p, const struct trouble *t, double now, uint32_t random,
                    struct verdict *out);

/* The code |word| as a literal that outlives it; empty when the tables do not have it. */
struct str provider_cause(struct str word);

#endif
