/* config.h -- ROUTES_CONFIG and the Worker's settings, read once into tables.
 *
 * The text is checked as a whole: every problem is noted with its path, line and
 * column.  A bad route is left out and the others stand.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"
#include "config/tables.h"

/* Read |text| (borrowed for good).  Problems are noted, not returned; the
 * result can be used whatever they are.  ERR_MEMORY when that is what it was. */
int config_open(struct config *config, struct str text) __attribute__((warn_unused_result));

/* A text binding of the Worker: kept when a key, the token or a setting of the
 * gateway has this name.  Copied.  Returns 1 when kept, 0 when not, or an error. */
int config_put_variable(struct config *config, struct str name, struct str value);

/* All bindings are there: note the secrets that are missing, by name. */
void config_close(struct config *config);

/* Is one of the problems more than a warning? */
bool config_has_errors(const struct config *config);

/* [{"level","path","line","column","message"},...] */
void config_put_problems(struct buf *out, const struct config *config);

#endif
