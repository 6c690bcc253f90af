/* endpoint_check.h -- find endpoints that are valid URLs but cannot work. */
#ifndef CONFIG_ENDPOINT_CHECK_H
#define CONFIG_ENDPOINT_CHECK_H

#include "config/problem.h"

/* Check |t|'s endpoint, the member |name| at |at|, for what can never work. */
void config_check_endpoint(struct config_reader *r, const struct config_place *at,
                           const struct str *name, const struct target *t);

/* A model, which stands at |at|, that by its name is another vendor's. */
void config_check_model(struct config_reader *r, const struct config_place *at,
                        const struct target *t);

/* The same for what cannot work when deployed. */
void config_check_reach(struct config_reader *r, const struct config_place *at,
                        const struct str *name, const struct target *t);

#endif
