/* access_log.h -- the log line of a request: JSON, no secret, no content. */
#ifndef REPORT_ACCESS_LOG_H
#define REPORT_ACCESS_LOG_H

#include "base/buf.h"
#include "upstream/attempt.h"

/* How a request ended for its client. */
enum outcome {
  OUTCOME_ANSWERED,
  OUTCOME_FAILED, /* the reply was an error */
  OUTCOME_BROKEN, /* a streamed reply ended in an error */
  OUTCOME_LEFT,   /* the client closed the connection first */
};

/* The fields of one line; strings may be empty. */
struct access_log_entry {
  struct str id, method, path;
  struct str client;       /* whose token it was */
  struct str route, model; /* |model|: as the client named it */
  struct str code;         /* why it failed, as the client was told */
  struct str attempts;     /* what attempt_log_put() has put */
  struct str not_asked;    /* what not_asked_put() has put */
  struct str lossy;        /* what of the request was not passed on: "a, b" */
  struct usage usage;
  struct str cost, currency; /* "0.000123", "usd" */
  int status;
  enum outcome outcome;
  double opened; /* ms since 1970 */
  double ms;
  double bytes_in, bytes_out; /* of the bodies; negative if they were not counted */
  bool stream;
  bool unstored; /* the turn was to be stored, and the store did not take it */
};

/* Put the whole line. */
void access_log_put(struct buf *out, const struct access_log_entry *facts);

#endif
