/* usage.c -- see usage.h. */
#include "report/usage.h"

#include "text/time_format.h"

/* ---- prices ---- */

/* The upper limit of one cost, so that sums of costs cannot overflow. */
static const double cost_max = 1e12;

static bool is_currency(struct json_value v) {
  return json_type(v) == JSON_STRING && json_raw(v).n > 2;
}

/* The route's prices do not apply to a target with another currency. */
static bool shares_prices(const struct about *own, const struct about *shared) {
  return !is_currency(own->currency) || !is_currency(shared->currency) ||
         str_equal_nocase(json_raw(own->currency), json_raw(shared->currency));
}

/* Read a price per million tokens: the target's own, or else the route's if |shares|. */
static bool read_price(struct json_value own, struct json_value shared, bool shares, double *out) {
  if (json_absent(own) && !shares)
    return false;
  return json_number(json_absent(own) ? shared : own, out);
}

int64_t usage_cost(const struct route *route, const struct target *target, const struct usage *u) {
  double input = 0, output = 0, cached;
  const struct about *own = &target->about, *shared = &route->about;
  bool shares = shares_prices(own, shared);
  bool priced = read_price(own->input_price, shared->input_price, shares, &input);
  priced |= read_price(own->output_price, shared->output_price, shares, &output);
  cached = input;
  priced |= read_price(own->input_cache_price, shared->input_cache_price, shares, &cached);
  if (!priced || !u->known)
    return -1;
  int64_t known = u->cached < u->input ? u->cached : u->input;
  double cost =
      (double)(u->input - known) * input + (double)known * cached + (double)u->output * output;
  /* A price per million tokens is the price of one token in millionths. */
  return (int64_t)(cost < cost_max ? cost + 0.5 : cost_max);
}

void usage_put_cost(struct buf *out, int64_t micros) {
  if (micros < 0)
    return;
  buf_put_integer(out, micros / MICROS);
  buf_put_byte(out, '.');
  for (int64_t unit = MICROS / 10; unit > 0; unit /= 10)
    buf_put_byte(out, (char)('0' + micros / unit % 10));
}

struct str usage_currency(const struct route *route, const struct target *target) {
  struct json_value v = target != NULL ? target->about.currency : JSON_ABSENT;
  if (json_absent(v) && route != NULL)
    v = route->about.currency;
  struct str raw = json_raw(v);
  if (json_type(v) != JSON_STRING || raw.n <= 2)
    return STR("-");
  return str_part(str_part(raw, 1, raw.n - 2), 0, CURRENCY_MAX);
}

/* ---- counting ---- */

static bool is_row(const struct usage_row *row, const struct usage_note *note) {
  return row->route == note->route && row->target == note->target && row->key == note->key &&
         str_equal(row->client, note->client);
}

static struct usage_row *find_row(struct usage_table *t, const struct usage_note *note) {
  for (uint32_t i = 0; i < t->count; i++)
    if (is_row(&t->rows[i], note))
      return &t->rows[i];
  if (t->count == USAGE_ROWS_MAX)
    return NULL;
  struct usage_row *row = &t->rows[t->count++];
  *row = (struct usage_row){
      .route = note->route, .target = note->target, .key = note->key, .client = note->client};
  return row;
}

/* In ms: 50, 59, 71, 84, 100, 119, ... */
double usage_latency_bound(uint32_t step) {
  static const double quarters[] = {50, 59.460355750136, 70.710678118655, 84.089641525371};
  double ms = quarters[step % 4];
  for (uint32_t i = 4; i <= step; i += 4)
    ms *= 2;
  return ms;
}

static void take_latency(struct usage_row *row, double ms) {
  uint32_t step = 0;
  while (step < LATENCY_STEPS - 1 && ms >= usage_latency_bound(step))
    step++;
  row->untold[USAGE_COUNTERS + step]++;
}

void usage_take(struct usage_table *t, const struct usage_note *note) {
  struct usage_row *row = find_row(t, note);
  const struct usage *u = &note->usage;
  if (row == NULL)
    return;
  t->untold = true;
  row->untold[USAGE_REQUESTS]++;
  row->untold[USAGE_ERRORS] += note->failed;
  row->untold[USAGE_FAILOVERS] += note->failover;
  row->untold[USAGE_UNKNOWN] += note->target != NULL && !u->known;
  row->untold[USAGE_INPUT] += u->input;
  row->untold[USAGE_CACHED] += u->cached;
  row->untold[USAGE_OUTPUT] += u->output;
  int64_t cost = note->target != NULL ? usage_cost(note->route, note->target, u) : 0;
  row->untold[USAGE_COST] += cost > 0 ? cost : 0;
  if (note->first_ms >= 0)
    take_latency(row, note->first_ms);
}

/* ---- writing to the store ---- */

/* "-" stands for no name, so a name that is really "-" is percent-encoded. */
void usage_put_name(struct buf *lines, struct str name) {
  bool dash = str_equal(name, STR("-"));
  buf_put_byte(lines, '/');
  if (name.n == 0)
    buf_put_byte(lines, '-');
  for (size_t i = 0; i < name.n; i++) {
    unsigned char c = (unsigned char)name.p[i];
    if (c > ' ' && c < 0x7f && c != '/' && c != '%' && !dash) {
      buf_put_byte(lines, (char)c);
      continue;
    }
    buf_put_byte(lines, '%');
    buf_put_byte(lines, "0123456789ABCDEF"[c >> 4]);
    buf_put_byte(lines, "0123456789ABCDEF"[c & 15]);
  }
}

static void put_numbers(struct buf *lines, const struct usage_row *row) {
  uint32_t n = USAGE_NUMBERS;
  while (n > USAGE_COUNTERS && row->untold[n - 1] == 0)
    n--; /* numbers that are left out count as 0 */
  for (uint32_t i = 0; i < n; i++) {
    buf_put_byte(lines, ' ');
    buf_put_integer(lines, row->untold[i]);
  }
  buf_put_byte(lines, '\n');
}

/* Put the end of a row, which is the same for rows of days and of hours. */
static void put_rest(struct buf *lines, const struct usage_row *row) {
  usage_put_name(lines, row->target != NULL ? row->target->provider->name : STR_NONE);
  usage_put_name(lines, row->target != NULL ? row->target->model : STR_NONE);
  usage_put_name(lines, row->client);
  put_numbers(lines, row);
}

static void put_row(struct buf *lines, const struct usage_row *row, double now) {
  struct str currency = STR_NONE;
  struct str route = row->route != NULL ? row->route->name : STR_NONE;
  struct str key = row->key != NULL ? row->key->name : STR_NONE;
  if (row->route != NULL)
    currency = usage_currency(row->route, row->target);
  if (str_equal(currency, STR("-")))
    currency = STR_NONE;
  buf_put(lines, STR("add day/"));
  time_put_day(lines, now);
  usage_put_name(lines, route);
  usage_put_name(lines, key);
  usage_put_name(lines, currency);
  put_rest(lines, row);
  buf_put(lines, STR("add hour/"));
  buf_put_integer(lines, (int64_t)(now / HOUR));
  usage_put_name(lines, currency);
  usage_put_name(lines, route);
  usage_put_name(lines, key);
  put_rest(lines, row);
}

/* Delete what is older than the console and the usage report show. */
static void put_cuts(struct buf *lines, double now) {
  buf_put(lines, STR("cut hour/ hour/"));
  buf_put_integer(lines, (int64_t)(now / HOUR) - USAGE_HOURS_KEPT);
  buf_put(lines, STR("\ncut day/ day/"));
  time_put_day(lines, now - USAGE_DAYS_KEPT * 24.0 * HOUR);
  buf_put_byte(lines, '\n');
}

void usage_put(struct usage_table *t, struct buf *lines, double now) {
  if (!t->untold)
    return;
  t->untold = false;
  for (uint32_t i = 0; i < t->count; i++) {
    struct usage_row *row = &t->rows[i];
    if (row->untold[USAGE_REQUESTS] == 0)
      continue;
    t->untold = lines->max - lines->n < 2 * USAGE_ROW_BYTES; /* and room for the cuts */
    if (t->untold)
      break;
    put_row(lines, row, now);
    for (uint32_t k = 0; k < USAGE_NUMBERS; k++)
      row->untold[k] = 0;
  }
  put_cuts(lines, now);
}
