/* check.h -- checks that need whole routes, or all of them. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/problem.h"

/* Check for prices without a currency, and windows larger than the models'. |route| has at least
 * one target, whose provider may be missing. */
void config_check_route(struct config_reader *r, const struct config_place *at,
                        const struct route *route);

/* Check for models that an earlier route hides. */
void config_check_models(struct config_reader *r);

/* Report |fault| of the secret |name|, and where secrets are added. */
struct problem *config_say_missing(struct config_reader *r, enum config_fault fault,
                                   const struct config_place *at, const struct str *name);

/* Check for missing secrets. */
void config_check_secrets(struct config_reader *r);

/* Check for endpoints that Cloudflare cannot reach. */
void config_check_deployment(struct config_reader *r);

#endif
