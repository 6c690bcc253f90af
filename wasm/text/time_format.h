/* time_format.h -- write times, which are ms since 1970, as text in UTC. */
#ifndef TEXT_TIME_FORMAT_H
#define TEXT_TIME_FORMAT_H

#include "base/buf.h"

/* "2026-11-23" */
void time_put_day(struct buf *out, double now);

/* "2026-11-23T09:36:00.000Z" */
void time_put_iso(struct buf *out, double now);

#endif
