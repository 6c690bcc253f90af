/* access_log.h -- the log line of a request: JSON, no secret, no content. */
#ifndef REPORT_ACCESS_LOG_H
#define REPORT_ACCESS_LOG_H

#include "base/buf.h"
#include "upstream/attempt.h"

/* How a request ended for its client. */
enum outcome {
  OUTCOME_ANSWERED,
  OUTCOME_FAILED, /* by an error, and nothing else */
  OUTCOME_BROKEN, /* after a part of the answer */
  OUTCOME_LEFT,   /* the client had gone */
};

/* What a line says of the whole request; strings may be empty. */
struct access_log_entry {
  struct str id, method, path;
  struct str route, model; /* |model|: as the client named it */
  struct str attempts;     /* what attempt_log_put() has put */
  struct usage usage;
  struct str cost, currency; /* "0.000123", "usd" */
  int status;
  enum outcome outcome;
  double ms;
  double bytes_in, bytes_out; /* of the bodies; negative = nobody saw them all */
  bool stream;
};

/* The whole line. */
void access_log_put(struct buf *out, const struct access_log_entry *facts);

#endif
