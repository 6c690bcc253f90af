/* url.h -- is this a base URL that keys may be sent to? */
#ifndef CONFIG_URL_H
#define CONFIG_URL_H

#include <stdbool.h>

#include "base/str.h"

/* What is wrong with |url|, as the end of a sentence ("must be ..."), a literal
 * that shows nothing of it; empty when it is an https URL of a host, perhaps a
 * port and a path.  http is for loopback addresses alone. */
struct str config_url_check(struct str url);

/* Take "/chat/completions" or "/responses" and then slashes off the end of
 * |*url|.  True when a path of the API was there. */
bool config_url_trim(struct str *url);

/* The host of a good URL, with brackets where it has them, and without its port. */
struct str config_url_host(struct str url);

/* True for localhost, 127.0.0.0/8 and ::1. */
bool config_url_is_local(struct str host);

#endif
