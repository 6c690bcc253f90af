/* journal.h -- the log line of a request: JSON, no secret, no content. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "attempt.h"
#include "buf.h"

struct exchange;

/* Note how |a| ended: well, or by |v|. */
void journal_put_attempt(struct buf *journal, const struct attempt *a, const struct verdict *v,
                         double now);

/* The whole line. */
void journal_put_line(struct buf *out, const struct exchange *x);

#endif
