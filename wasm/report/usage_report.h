/* usage_report.h -- add up the store's rows of usage: over time, by route, provider, key and
 * client, with percentiles of the time to first output. */
#ifndef REPORT_USAGE_REPORT_H
#define REPORT_USAGE_REPORT_H

#include "config/config.h"
#include "report/usage.h"

/* A row of the store; names still have %XX. */
struct usage_line {
  struct str when; /* "2026-11-23", or hours since 1970 */
  struct str route, key, currency, provider, model, client;
  int64_t numbers[USAGE_NUMBERS];
};

/* Read "day/..." or "hour/...", as |prefix| says; false when |line| is no such row.  Names that
 * rows of earlier versions lack are "?". */
bool usage_read_line(struct str line, struct str prefix, struct usage_line *out);

/* Put the store's commands for the rows of |query|: "hours=24" or "days=7". */
void usage_put_question(struct buf *lines, struct str query, double now);

/* Put the report of the store's answer, which has each row, too, unless |query| has "rows=0". */
void usage_put_report(struct buf *out, struct str stored, struct str query, double now,
                      struct arena *arena);

/* The rows of |prefix| in |stored|, as an array of objects. */
void usage_put_lines(struct buf *out, struct str stored, struct str prefix);

/* Add to |latency| what |stored| has of the last hours for |route| and |target|. */
void usage_add_latency(struct str stored, const struct route *route, const struct target *target,
                       struct arena *arena, int64_t latency[LATENCY_STEPS]);

/* The members "timed", "p50_ms" and "p95_ms"; a percentile is left out when there are too few
 * answers. */
void usage_put_latency(struct buf *out, const int64_t latency[LATENCY_STEPS]);

#endif
