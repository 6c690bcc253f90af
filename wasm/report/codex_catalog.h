/* codex_catalog.h -- write the routes as the model catalogue that the Codex CLI reads. */
#ifndef REPORT_CODEX_CATALOG_H
#define REPORT_CODEX_CATALOG_H

#include "config/config.h"
#include "text/head.h"

/* Does the client that sent |head| read such a catalogue? */
bool codex_catalog_is_wanted(const struct head *head);

/* Put "models":[..], a member of the list's object: an entry for each route that
 * |client| may use. */
void codex_catalog_put(struct buf *out, const struct config *config, const struct client *client);

#endif
