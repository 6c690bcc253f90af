/* access_log.h -- write the log line of a request: JSON without secrets or content. */
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
  struct str client;       /* the owner of the token */
  struct str route, model; /* |model|: as the client named it */
  struct str code;         /* the error code of the reply */
  struct str attempts;     /* JSON of attempt_log_put() */
  struct str not_asked;    /* JSON of not_asked_put() */
  struct str lossy;        /* parts of the request that were left out: "a, b" */
  struct usage usage;
  struct str cost, currency; /* "0.000123", "usd" */
  int status;
  enum outcome outcome;
  double opened; /* ms since 1970 */
  double ms;
  double bytes_in, bytes_out; /* of the bodies; negative if they were not counted */
  bool stream;
  bool unstored; /* the turn could not be stored */
};

/* Put the whole line. */
void access_log_put(struct buf *out, const struct access_log_entry *facts);

#endif
