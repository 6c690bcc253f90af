/* verdict.h -- decide by the tables what follows from an upstream's failure. */
#ifndef PROVIDER_VERDICT_H
#define PROVIDER_VERDICT_H

#include "provider/failure.h"
#include "provider/provider.h"

/* Set |*out| from the first row that matches |t|; always finds one. |random| adds jitter. */
void provider_judge(const struct provider *p, const struct trouble *t, double now, uint32_t random,
                    struct verdict *out);

/* The literal in the tables that equals the code |word|; empty when there is none. */
struct str provider_cause(struct str word);

#endif
