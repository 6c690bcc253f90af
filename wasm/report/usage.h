/* usage.h -- count requests, tokens, cost and time to first output by route, target, key and
 * client.
 *
 * An isolate counts in memory and writes to the store in batches, as its commands (plan.h), one row
 * for each combination of names:
 *
 *   add day/2026-11-23/ROUTE/KEY/CURRENCY/PROVIDER/MODEL/CLIENT  NUMBERS
 *   add hour/HOURS_SINCE_1970/CURRENCY/ROUTE/KEY/PROVIDER/MODEL/CLIENT  NUMBERS
 *
 * NUMBERS are the counters below, then a histogram of the time to first output.  COST is in
 * millionths of the currency; UNKNOWN counts answers without usage.  Characters that a key cannot
 * have are %XX, and
 * "-" is none: as route when the model is unknown, as key, provider and model when there was no
 * answer, as client when the token was refused.
 */
#ifndef REPORT_USAGE_H
#define REPORT_USAGE_H

#include "config/config.h"
#include "item/item.h"

enum usage_counter {
  USAGE_REQUESTS,
  USAGE_ERRORS,    /* the client got an error, or a broken reply */
  USAGE_FAILOVERS, /* another key or target answered than the first that was tried */
  USAGE_UNKNOWN,
  USAGE_INPUT,
  USAGE_CACHED, /* of INPUT */
  USAGE_OUTPUT,
  USAGE_COST,
  USAGE_COUNTERS,
};

enum { MICROS = 1000000 };

/* The histogram of the time to first output: step i counts times below 2^(i/4) * 50 ms. */
enum { LATENCY_STEPS = 48, USAGE_NUMBERS = USAGE_COUNTERS + LATENCY_STEPS };

struct usage_row {
  const struct route *route;   /* NULL: the model is unknown, or the token */
  const struct target *target; /* NULL: no target answered */
  const struct key *key;
  struct str client;             /* borrowed for good; empty: its token was refused */
  int64_t untold[USAGE_NUMBERS]; /* since the last write to the store */
};

struct usage_table {
  struct usage_row rows[USAGE_ROWS_MAX]; /* when all are in use, other requests are not counted */
  uint32_t count;
  bool untold;
};

/* How a request ended. */
struct usage_note {
  const struct route *route;
  const struct target *target;
  const struct key *key;
  struct str client;
  bool failed;
  bool failover;   /* somebody else answered than who was asked first */
  double first_ms; /* of the target that answered; negative = it is not known */
  struct usage usage;
};

/* What |u| costs at |target| of |route|, in millionths of its currency; negative
 * when it is not known or the configuration names no price.  The target's prices
 * count, and the route's where it has none, unless they are in another currency. */
int64_t usage_cost(const struct route *route, const struct target *target, const struct usage *u);

/* The currency of the route's prices, as configured, CURRENCY_MAX bytes of it; "-"
 * when there is none. */
struct str usage_currency(const struct route *route, const struct target *target);

/* That as "0.000123"; nothing when it is negative. */
void usage_put_cost(struct buf *out, int64_t micros);

/* Put '/' and |name|, with %XX for what a key cannot hold; "-" for none. */
void usage_put_name(struct buf *lines, struct str name);

void usage_take(struct usage_table *t, const struct usage_note *note);

/* Put the store's commands for the numbers that were not written yet, as far as there is room. They
 * then count as written; the rest stays for the next time. */
void usage_put(struct usage_table *t, struct buf *lines, double now);

/* The upper bound of step |step| of the histogram, in ms. */
double usage_latency_bound(uint32_t step);

#endif
