/* config.h -- read ROUTES_CONFIG and the Worker's settings into tables.
 *
 * All of the text is checked, and every problem is noted with its path, line and column.  A route
 * with an error is left out; the others work.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"
#include "config/tables.h"

/* Read |text|, which is borrowed for good. Problems are noted, not returned, and the result can
 * always be used. 0 or ERR_MEMORY. */
int config_open(struct config *config, struct str text) __attribute__((warn_unused_result));

/* A text binding of the Worker: kept when a key, the token or a setting of the
 * gateway has this name.  Copied.  Returns 1 when kept, 0 when not, or an error. */
int config_put_variable(struct config *config, struct str name, struct str value);

/* After the last binding: note the secrets that are missing. */
void config_close(struct config *config);

/* Is any problem an error? */
bool config_has_errors(const struct config *config);

/* [{"level","path","line","column","message"},...] */
void config_put_problems(struct buf *out, const struct config *config);

#endif
