/* routes.h -- read the routes of ROUTES_CONFIG. */
#ifndef CONFIG_ROUTES_H
#define CONFIG_ROUTES_H

#include "config/problem.h"

/* Read |root|, an object at |at|, into the configuration's routes; those with an error are left
 * out. */
void config_read_routes(struct config_reader *r, const struct config_place *at,
                        struct json_value root);

/* Is |value| an entry of "providers"? */
bool config_is_entry(struct json_value value);

#endif
