/* time_parse.h -- times as upstreams write them: numbers, durations, dates, stamps.
 *
 * All results are in milliseconds, moments since 1970; negative when the text
 * is not of that form.
 */
#ifndef TEXT_TIME_PARSE_H
#define TEXT_TIME_PARSE_H

#include "base/str.h"

/* "1.5": a number that is not negative. */
double time_parse_number(struct str s);

/* "6m0s", "12ms", "1h2m3.5s", "1d". */
double time_parse_duration(struct str s);

/* "Sun, 06 Nov 1994 08:49:37 GMT". */
double time_parse_date(struct str s);

/* The first "2026-08-27 21:31:39" in |text|, read as UTC+8. */
double time_find_stamp(struct str text);

/* How long |text| asks to wait: "try again in 12m30s", "retry after 20 seconds".  Negative when
 * it does not say. */
double time_find_wait(struct str text);

/* From |now| to the next midnight of UTC+8. */
double time_to_midnight(double now);

#endif
