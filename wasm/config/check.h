/* check.h -- what can be said of routes only when they are read whole. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/problem.h"

/* Prices without a currency, windows larger than the models'.  |route| has a target,
 * which may lack its provider. */
void config_check_route(struct config_reader *r, const struct config_place *at,
                        const struct route *route);

/* Models that an earlier route hides. */
void config_check_models(struct config_reader *r);

/* Say |fault| of the secret |name|, and where secrets are added. */
struct problem *config_say_missing(struct config_reader *r, enum config_fault fault,
                                   const struct config_place *at, const struct str *name);

/* The secrets that are missing. */
void config_check_secrets(struct config_reader *r);

/* Endpoints that only the machine itself reaches, or nobody. */
void config_check_deployment(struct config_reader *r);

#endif
