/* stamp.h -- moments as text, UTC; times are ms since 1970. */
#ifndef STAMP_H
#define STAMP_H

#include "buf.h"

/* "2026-11-23" */
void stamp_put_day(struct buf *out, double now);

/* "2026-11-23T09:36:00.000Z" */
void stamp_put(struct buf *out, double now);

#endif
