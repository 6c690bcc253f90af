/* endpoint_check.h -- addresses that are good URLs, and where no request can succeed. */
#ifndef CONFIG_ENDPOINT_CHECK_H
#define CONFIG_ENDPOINT_CHECK_H

#include "config/problem.h"

/* What can never work of |t|'s endpoint, which stands at |at| under |name|. */
void config_check_endpoint(struct config_reader *r, const struct config_place *at,
                           const struct str *name, const struct target *t);

/* A model, which stands at |at|, that by its name is another vendor's. */
void config_check_model(struct config_reader *r, const struct config_place *at,
                        const struct target *t);

/* The same of what cannot work where the routes are deployed. */
void config_check_reach(struct config_reader *r, const struct config_place *at,
                        const struct str *name, const struct target *t);

#endif
