/* clients.h -- what each client's token may do: the member "$clients" of ROUTES_CONFIG.
 *
 *   "$clients": {
 *     "ALICE": {"routes": ["glm"], "requestsPerMinute": 60, "spendPerDay": {"usd": 5}},
 *     "*": {"requestsPerMinute": 20}
 *   }
 *
 * NAME is from the secret PROXY_AUTH_TOKEN_<NAME>, "default" is PROXY_AUTH_TOKEN, and "*" stands
 * for all other clients without an entry of their own.
 */
#ifndef CONFIG_CLIENTS_H
#define CONFIG_CLIENTS_H

#include "config/problem.h"

/* Is the member |value| with the name |name| this table, and not a route of that name? */
bool config_is_clients(struct str name, struct json_value value);

/* Read the table, after the routes. An entry with a mistake allows nothing. */
void config_read_clients(struct config_reader *r, const struct config_place *root,
                         struct json_value value);

/* Give each token its entry, when all tokens are known, and report the entries without a token. */
void config_link_clients(struct config_reader *r);

bool client_may_use(const struct client *client, const struct route *route);

#endif
