/* usage.h -- what was asked, used and paid, by route, target and key; how long
 * first output took.
 *
 * An isolate adds up in memory and tells the store in batches, as its lines
 * (plan.h), eight counters a row:
 *
 *   add day/2026-11-23/ROUTE/KEY/CURRENCY  REQUESTS ERRORS FAILOVERS UNKNOWN
 *                                          INPUT CACHED OUTPUT COST
 *   add hour/HOURS_SINCE_1970/CURRENCY     the same
 *
 * COST is in millionths of the currency; UNKNOWN counts answers whose tokens
 * nobody could count.  Names are written with %XX for what a key cannot hold.
 */
#ifndef REPORT_USAGE_H
#define REPORT_USAGE_H

#include "config/config.h"
#include "item/item.h"

enum usage_counter {
  USAGE_REQUESTS,
  USAGE_ERRORS,    /* the client got no answer, or a broken one */
  USAGE_FAILOVERS, /* attempts that failed before the one that answered */
  USAGE_UNKNOWN,
  USAGE_INPUT,
  USAGE_CACHED, /* of INPUT */
  USAGE_OUTPUT,
  USAGE_COST,
  USAGE_COUNTERS,
};

enum { MICROS = 1000000 };

/* How long first output took: step i holds what took less than 2^(i/2) * 50 ms. */
enum { LATENCY_STEPS = 24 };

struct usage_row {
  const struct route *route;
  const struct target *target; /* NULL: no target answered */
  const struct key *key;
  uint32_t latency[LATENCY_STEPS];
  int64_t untold[USAGE_COUNTERS]; /* since the store was last told */
};

struct usage_table {
  struct usage_row rows[USAGE_ROWS_MAX]; /* past them, requests are not counted */
  uint32_t count;
  bool untold;
};

/* How a request ended. */
struct usage_note {
  const struct route *route;
  const struct target *target;
  const struct key *key;
  bool failed;
  uint32_t failovers;
  double first_ms; /* of the target that answered; negative = it is not known */
  struct usage usage;
};

/* What |u| costs at |target| of |route|, in millionths of its currency; negative
 * when it is not known or the configuration names no price. */
int64_t usage_cost(const struct route *route, const struct target *target, const struct usage *u);

/* The currency of the route's prices, as configured, CURRENCY_MAX bytes of it; "-"
 * when there is none. */
struct str usage_currency(const struct route *route, const struct target *target);

/* That as "0.000123"; nothing when it is negative. */
void usage_put_cost(struct buf *out, int64_t micros);

void usage_take(struct usage_table *t, const struct usage_note *note);

/* Put the lines that tell what is untold, as far as there is room; it counts as
 * told, and the rest waits. */
void usage_put(struct usage_table *t, struct buf *lines, double now);

/* The |percent|th percentile of the time to first output at |target|, in ms;
 * 0 when it never answered. */
uint32_t usage_latency(const struct usage_table *t, const struct target *target, uint32_t percent);

#endif
