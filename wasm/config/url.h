/* url.h -- check whether keys may be sent to a base URL. */
#ifndef CONFIG_URL_H
#define CONFIG_URL_H

#include <stdbool.h>

#include "base/str.h"

/* The fault of |url| as the end of a sentence ("must be ..."), a literal without any of it; empty
 * when it is an https URL of a host, with an optional port and path. http is allowed only for
 * loopback addresses. */
struct str config_url_check(struct str url);

/* Remove "/chat/completions" or "/responses", and slashes, from the end of |*url|. True when it had
 * such a path. */
bool config_url_trim(struct str *url);

/* The host of a valid URL, without its port; an IPv6 address keeps its brackets. */
struct str config_url_host(struct str url);

/* True for localhost, 127.0.0.0/8 and ::1. */
bool config_url_is_local(struct str host);

#endif
