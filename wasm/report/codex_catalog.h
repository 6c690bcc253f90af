/* codex_catalog.h -- the routes as the Codex CLI reads a model catalogue, beside the list of
 * models. */
#ifndef REPORT_CODEX_CATALOG_H
#define REPORT_CODEX_CATALOG_H

#include "config/config.h"
#include "text/head.h"

/* Does the sender of |head| read such a catalogue? */
bool codex_catalog_is_wanted(const struct head *head);

/* Put "models":[..], a member of the list's object: an entry for each route that
 * |client| may use. */
void codex_catalog_put(struct buf *out, const struct config *config, const struct client *client);

#endif
