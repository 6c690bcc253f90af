/* journal.h -- the log line of a request: JSON, no secret, no content. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "attempt.h"
#include "buf.h"

/* Note how |a| ended: well, or by |v|. */
void journal_put_attempt(struct buf *journal, const struct attempt *a, const struct verdict *v,
                         double now);

/* How a request ended for its client. */
enum journal_outcome {
  JOURNAL_ANSWERED,
  JOURNAL_FAILED, /* by an error, and nothing else */
  JOURNAL_BROKEN, /* after a part of the answer */
  JOURNAL_LEFT,   /* the client had gone */
};

/* What a line says of the whole request; strings may be empty. */
struct journal_facts {
  struct str id, method, path;
  struct str route, model; /* |model|: as the client named it */
  struct str attempts;     /* what journal_put_attempt() has put */
  struct usage usage;
  struct str cost, currency; /* "0.000123", "usd" */
  int status;
  enum journal_outcome outcome;
  double ms;
  double bytes_in, bytes_out; /* of the bodies; negative = nobody saw them all */
  bool stream;
};

/* The whole line. */
void journal_put_line(struct buf *out, const struct journal_facts *facts);

#endif
