/* usage_report.c -- see usage_report.h. */
#include "report/usage_report.h"

#include "text/head.h"
#include "text/time_format.h"

enum { CURRENCIES = 4, P50_LEAST = 5, P95_LEAST = 20, STEPS_MAX = USAGE_DAYS_SHOWN_MAX };

static const struct str counter_names[USAGE_COUNTERS] = {
    STR_INIT("requests"), STR_INIT("errors"), STR_INIT("failovers"), STR_INIT("unknown"),
    STR_INIT("input"),    STR_INIT("cached"), STR_INIT("output"),    STR_INIT("cost_micros"),
};

/* ---- one row ---- */

bool usage_read_line(struct str line, struct str prefix, struct usage_line *out) {
  struct str key, number;
  if (!str_starts(line, prefix) || !str_cut(&line, ' ', &key))
    return false;
  *out = (struct usage_line){.when = STR_NONE};
  key = str_from(key, prefix.n);
  bool day = str_equal(prefix, STR("day/"));
  /* Earlier versions wrote the first names in this order; newer ones follow at the end. */
  struct str *const days[] = {&out->when,     &out->route, &out->key,   &out->currency,
                              &out->provider, &out->model, &out->client};
  struct str *const hours[] = {&out->when,     &out->currency, &out->route, &out->key,
                               &out->provider, &out->model,    &out->client};
  struct str *const *parts = day ? days : hours;
  for (uint32_t i = 0; i < 7; i++)
    if (!str_cut(&key, '/', parts[i]))
      *parts[i] = STR("?");
  for (uint32_t i = 0; i < USAGE_NUMBERS && str_cut(&line, ' ', &number); i++)
    if (!str_integer(number, &out->numbers[i]))
      return false;
  return true;
}

/* ---- percentiles ---- */

/* Interpolated within a step, as if its answers were spread evenly. */
static double percentile(const int64_t latency[LATENCY_STEPS], int64_t all, int64_t percent) {
  double wanted = (double)(all * percent) / 100, seen = 0;
  for (uint32_t i = 0; i < LATENCY_STEPS; i++) {
    double here = (double)latency[i];
    if (here > 0 && seen + here >= wanted) {
      double low = i > 0 ? usage_latency_bound(i - 1) : 0;
      return low + (usage_latency_bound(i) - low) * (wanted - seen) / here;
    }
    seen += here;
  }
  return usage_latency_bound(LATENCY_STEPS - 1);
}

void usage_put_latency(struct buf *out, const int64_t latency[LATENCY_STEPS]) {
  int64_t all = 0;
  for (uint32_t i = 0; i < LATENCY_STEPS; i++)
    all += latency[i];
  json_put_member_integer(out, STR("timed"), all);
  if (all >= P50_LEAST)
    json_put_member_integer(out, STR("p50_ms"), (int64_t)percentile(latency, all, 50));
  if (all >= P95_LEAST)
    json_put_member_integer(out, STR("p95_ms"), (int64_t)percentile(latency, all, 95));
}

static bool is_name(struct str encoded, struct str name, struct arena *arena) {
  if (str_find_byte(encoded, '%') == STR_NOWHERE)
    return str_equal(encoded, name);
  return str_equal(head_decode(encoded, arena), name);
}

void usage_add_latency(struct str stored, const struct route *route, const struct target *target,
                       struct arena *arena, int64_t latency[LATENCY_STEPS]) {
  struct str line;
  struct usage_line l;
  while (str_cut(&stored, '\n', &line)) {
    if (!usage_read_line(line, STR("hour/"), &l) || !is_name(l.route, route->name, arena) ||
        !is_name(l.provider, target->provider->name, arena) ||
        !is_name(l.model, target->model, arena))
      continue;
    for (uint32_t i = 0; i < LATENCY_STEPS; i++)
      latency[i] += l.numbers[USAGE_COUNTERS + i];
  }
}

/* ---- sums ---- */

struct sum {
  struct sum *next;
  struct str name; /* as in the store */
  int64_t numbers[USAGE_NUMBERS];
  struct cost {
    struct str currency;
    int64_t micros;
  } costs[CURRENCIES]; /* a fifth currency is not shown */
  uint32_t cost_count;
};

/* Sums by one kind of name, in the order in which the names first appeared. */
struct sums {
  struct sum *first, *last;
  struct arena *arena;
};

static void add_cost(struct sum *s, struct str currency, int64_t micros) {
  uint32_t i = 0;
  if (str_equal(currency, STR("-")))
    return;
  while (i < s->cost_count && !str_equal(s->costs[i].currency, currency))
    i++;
  if (i == CURRENCIES)
    return;
  if (i == s->cost_count)
    s->costs[s->cost_count++] = (struct cost){.currency = currency};
  s->costs[i].micros += micros;
}

static void add(struct sum *s, const struct usage_line *l) {
  for (uint32_t i = 0; i < USAGE_NUMBERS; i++)
    s->numbers[i] += l->numbers[i];
  add_cost(s, l->currency, l->numbers[USAGE_COST]);
}

/* Find the sum of |name| or add one. NULL when there is no memory. */
static struct sum *find_sum(struct sums *all, struct str name) {
  if (all->last != NULL && str_equal(all->last->name, name))
    return all->last;
  for (struct sum *s = all->first; s != NULL; s = s->next)
    if (str_equal(s->name, name))
      return s;
  struct sum *s = arena_take_zero(all->arena, sizeof *s);
  if (s == NULL)
    return NULL;
  s->name = name;
  *(all->first == NULL ? &all->first : &all->last->next) = s;
  all->last = s;
  return s;
}

static void add_to(struct sums *all, struct str name, const struct usage_line *l) {
  struct sum *s = find_sum(all, name);
  if (s != NULL)
    add(s, l);
}

static struct str join(struct arena *arena, struct str a, struct str b) {
  struct buf name;
  buf_init(&name, arena, HEAD_MAX);
  buf_put(&name, a);
  buf_put_byte(&name, '/');
  buf_put(&name, b);
  return buf_str(&name);
}

/* ---- the report ---- */

struct report {
  struct sum total;
  struct sums steps, routes, providers, keys, clients;
};

static const struct str none = STR_INIT("-");

static void take_line(struct report *r, const struct usage_line *l, struct arena *arena) {
  bool refused = str_equal(l->client, none);
  bool answered = !str_equal(l->key, none);
  add(&r->total, l);
  add_to(&r->steps, l->when, l);
  add_to(&r->clients, l->client, l);
  /* A request whose token was refused has no route, key or provider. */
  if (refused)
    return;
  add_to(&r->routes, l->route, l);
  add_to(&r->keys, l->key, l);
  add_to(&r->providers, answered ? join(arena, l->provider, l->model) : none, l);
}

static void put_sum(struct buf *out, const struct sum *s) {
  for (uint32_t i = 0; i < USAGE_COST; i++)
    json_put_member_integer(out, counter_names[i], s->numbers[i]);
  json_put_member_open(out, STR("cost"), '[');
  for (uint32_t i = 0; i < s->cost_count; i++) {
    json_put_open(out, '{');
    json_put_member_string(out, STR("currency"), head_decode(s->costs[i].currency, out->arena));
    json_put_member_integer(out, STR("micros"), s->costs[i].micros);
    json_put_close(out, '}');
  }
  json_put_close(out, ']');
  usage_put_latency(out, s->numbers + USAGE_COUNTERS);
}

static void put_sums(struct buf *out, struct str label, const struct sums *all) {
  json_put_member_open(out, label, '[');
  for (const struct sum *s = all->first; s != NULL; s = s->next) {
    json_put_open(out, '{');
    json_put_member_string(out, STR("name"), head_decode(s->name, out->arena));
    put_sum(out, s);
    json_put_close(out, '}');
  }
  json_put_close(out, ']');
}

/* ---- hours and days ---- */

struct period {
  bool hours;
  int64_t count;
};

static struct period read_period(struct str query) {
  int64_t hours = head_query_integer(query, STR("hours"), 0);
  int64_t days = head_query_integer(query, STR("days"), 1);
  if (hours > 0)
    return (struct period){true, hours > USAGE_HOURS_KEPT ? USAGE_HOURS_KEPT : hours};
  if (days < 1)
    days = 1;
  return (struct period){false, days > USAGE_DAYS_SHOWN_MAX ? USAGE_DAYS_SHOWN_MAX : days};
}

static double step_of(const struct period *p) {
  return p->hours ? HOUR : 24.0 * HOUR;
}

/* When the |i|th of the period's steps began. */
static double begin_of(const struct period *p, int64_t i, double now) {
  double step = step_of(p);
  return ((double)((int64_t)(now / step) - (p->count - 1) + i)) * step;
}

/* In the form that the store's keys have. */
static void put_when(struct buf *out, const struct period *p, double begin) {
  if (p->hours)
    buf_put_integer(out, (int64_t)(begin / HOUR));
  else
    time_put_day(out, begin);
}

void usage_put_question(struct buf *lines, struct str query, double now) {
  struct period p = read_period(query);
  for (int64_t i = 0; i < p.count; i++) {
    buf_put(lines, p.hours ? STR("sum hour/") : STR("sum day/"));
    put_when(lines, &p, begin_of(&p, i, now));
    buf_put(lines, STR("/\n"));
  }
}

static void put_series(struct buf *out, struct report *r, const struct period *p, double now) {
  struct buf when;
  static const struct sum empty;
  buf_init(&when, out->arena, NAME_MAX_BYTES);
  json_put_member_open(out, STR("series"), '[');
  for (int64_t i = 0; i < p->count; i++) {
    double begin = begin_of(p, i, now);
    buf_reset(&when);
    put_when(&when, p, begin);
    const struct sum *s = r->steps.first;
    while (s != NULL && !str_equal(s->name, buf_str(&when)))
      s = s->next;
    json_put_open(out, '{');
    json_put_key(out, STR("at"));
    json_put_quote(out);
    time_put_iso(out, begin);
    json_put_unquote(out);
    put_sum(out, s != NULL ? s : &empty);
    json_put_close(out, '}');
  }
  json_put_close(out, ']');
}

/* ---- single rows ---- */

static void put_name(struct buf *out, struct str key, struct str name) {
  json_put_member_string(out, key, head_decode(name, out->arena));
}

static void put_line(struct buf *out, const struct usage_line *l, struct str when) {
  json_put_open(out, '{');
  put_name(out, when, l->when);
  put_name(out, STR("route"), l->route);
  put_name(out, STR("provider"), l->provider);
  put_name(out, STR("model"), l->model);
  put_name(out, STR("key"), l->key);
  put_name(out, STR("client"), l->client);
  put_name(out, STR("currency"), l->currency);
  for (uint32_t i = 0; i < USAGE_COUNTERS; i++)
    json_put_member_integer(out, counter_names[i], l->numbers[i]);
  json_put_close(out, '}');
}

void usage_put_lines(struct buf *out, struct str stored, struct str prefix) {
  struct str when = str_part(prefix, 0, prefix.n - 1), line;
  struct usage_line l;
  json_put_open(out, '[');
  while (str_cut(&stored, '\n', &line))
    if (usage_read_line(line, prefix, &l))
      put_line(out, &l, when);
  json_put_close(out, ']');
}

void usage_put_report(struct buf *out, struct str stored, struct str query, double now,
                      struct arena *arena) {
  struct period p = read_period(query);
  struct str prefix = p.hours ? STR("hour/") : STR("day/"), line, rest = stored;
  struct report *r = arena_take_zero(arena, sizeof *r);
  struct usage_line l;
  if (r == NULL)
    return;
  r->steps.arena = r->routes.arena = r->providers.arena = r->keys.arena = r->clients.arena = arena;
  while (str_cut(&rest, '\n', &line))
    if (usage_read_line(line, prefix, &l))
      take_line(r, &l, arena);
  json_put_open(out, '{');
  json_put_member_string(out, STR("step"), p.hours ? STR("hour") : STR("day"));
  put_series(out, r, &p, now);
  json_put_member_open(out, STR("total"), '{');
  put_sum(out, &r->total);
  json_put_close(out, '}');
  json_put_member_open(out, STR("by"), '{');
  put_sums(out, STR("route"), &r->routes);
  put_sums(out, STR("provider"), &r->providers);
  put_sums(out, STR("key"), &r->keys);
  put_sums(out, STR("client"), &r->clients);
  json_put_close(out, '}');
  if (head_query_integer(query, STR("rows"), 1) != 0) {
    json_put_key(out, p.hours ? STR("hours") : STR("days"));
    usage_put_lines(out, stored, prefix);
  }
  json_put_close(out, '}');
}
