/* clients.h -- what each client's token may do: the member "$clients" of ROUTES_CONFIG.
 *
 *   "$clients": {
 *     "ALICE": {"routes": ["glm"], "requestsPerMinute": 60, "spendPerDay": {"usd": 5}},
 *     "*": {"requestsPerMinute": 20}
 *   }
 *
 * A name is that of a secret PROXY_AUTH_TOKEN_<NAME>, "default" is PROXY_AUTH_TOKEN, and "*" each
 * client but that one which has no entry of its own.
 */
#ifndef CONFIG_CLIENTS_H
#define CONFIG_CLIENTS_H

#include "config/problem.h"

/* Is the member |value| called |name| this one, and no route of that name? */
bool config_is_clients(struct str name, struct json_value value);

/* Read it, after the routes.  An entry with a mistake allows nothing. */
void config_read_clients(struct config_reader *r, const struct config_place *root,
                         struct json_value value);

/* The tokens are there: give each what it is allowed, and say of which entry there is no token. */
void config_link_clients(struct config_reader *r);

bool client_may_use(const struct client *client, const struct route *route);

#endif
