/* parameters.h -- the members of a request that some upstreams refuse, as bits: what one
 * has refused is not sent to it again. */
#ifndef PROVIDER_PARAMETERS_H
#define PROVIDER_PARAMETERS_H

#include <stdint.h>

#include "provider/failure.h"

/* The bit of the member |name|; 0 when an upstream's refusal of it would not be heeded:
 * without it the request would be another. */
uint32_t parameter_bit(struct str name);

/* The bit of the member that |trouble| says the upstream does not take; 0 when it is
 * about something else. */
uint32_t parameter_refused(const struct trouble *trouble);

#endif
