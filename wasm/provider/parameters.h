/* parameters.h -- the members of a request that some upstreams refuse, as bits.
 *
 * A member that a target has refused is not sent to it again.
 */
#ifndef PROVIDER_PARAMETERS_H
#define PROVIDER_PARAMETERS_H

#include <stdint.h>

#include "provider/failure.h"

/* A pseudo member: system messages behind the first. Where its bit is set, all are sent as one. */
#define LATER_SYSTEM "messages.system"

/* The bit of the member |name|; 0 for a member that cannot be left out, since it changes the
 * meaning of the request. */
uint32_t parameter_bit(struct str name);

/* The bit of the member that the upstream refused with |trouble|; 0 when it is another failure. */
uint32_t parameter_refused(const struct trouble *trouble);

#endif
