/* time_parse.h -- read times as upstreams write them: numbers, durations, dates, timestamps.
 *
 * All results are in milliseconds, points in time since 1970; negative when the text has another
 * form.
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

/* The wait that |text| asks for: "try again in 12m30s", "retry after 20 seconds". Negative when
 * there is none. */
double time_find_wait(struct str text);

/* From |now| to the next midnight of UTC+8. */
double time_to_midnight(double now);

#endif
