/* config_check.h -- what can be said of routes only when they are read whole. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config_problem.h"

/* Prices without a currency, windows larger than the models'. */
void config_check_route(struct config_reader *r, const struct config_place *at,
                        const struct route *route);

/* Names that collide, models that an earlier route hides. */
void config_check_all(struct config_reader *r);

/* Where a secret is added, as a sentence. */
extern const struct str config_add_secret;

/* The secrets that are missing. */
void config_check_secrets(struct config_reader *r);

#endif
