/* route.h -- find the route that a model name selects; the context window of a target. */
#ifndef CONFIG_ROUTE_H
#define CONFIG_ROUTE_H

#include "config/tables.h"

/* The route that |model| selects, or NULL: its exact name, its name in any
 * case, a provider's model in any case, "default", "_default". */
struct route *route_find(const struct config *config, struct str model);

/* The route of exactly this name, or of this name in any case, or NULL. */
struct route *route_find_name(const struct config *config, struct str name);

/* The largest prompt of |target|, in tokens: from the model's facts, else from its configuration; 0
 * = unknown. */
int64_t target_window(const struct target *target);

#endif
