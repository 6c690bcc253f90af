/* status.c -- see status.h. */
#include "report/status.h"

#include "text/head.h"
#include "text/time_format.h"

static void put_number(struct buf *out, struct str key, double value) {
  json_put_key(out, key);
  json_put_integer(out, (int64_t)value);
}

/* ---- keys ---- */

static struct str state_of(const struct key *key, const struct health *h, double now) {
  if (key->secret.n == 0)
    return STR("missing");
  if (h->disabled)
    return STR("disabled");
  return h->until > now ? STR("cooling") : STR("healthy");
}

static void put_key(struct buf *out, const struct config *config, const struct target *target,
                    const struct key *key, double now) {
  double until = keys_until(&config->keys, key, target->model, now);
  struct health h = key->health;
  h.until = until;
  json_put_open(out, '{');
  json_put_member_string(out, STR("name"), key->name);
  json_put_member_string(out, STR("state"), state_of(key, &h, now));
  if (until > now) {
    json_put_key(out, STR("until"));
    json_put_quote(out);
    time_put_iso(out, until);
    json_put_unquote(out);
  }
  if (key->trouble.n > 0)
    json_put_member_string(out, STR("trouble"), key->trouble);
  if (key->advice.n > 0)
    json_put_member_string(out, STR("advice"), key->advice);
  json_put_close(out, '}');
}

static void put_target(struct buf *out, const struct config *config, const struct target *target,
                       double now) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("provider"), target->provider->name);
  json_put_member_string(out, STR("model"), target->model);
  json_put_member_string(out, STR("endpoint"), target->endpoint);
  put_number(out, STR("p50_ms"), usage_latency(config->usage, target, 50));
  put_number(out, STR("p95_ms"), usage_latency(config->usage, target, 95));
  json_put_key(out, STR("keys"));
  json_put_open(out, '[');
  for (uint32_t i = 0; i < target->key_count; i++)
    put_key(out, config, target, target->keys[i], now);
  json_put_close(out, ']');
  json_put_close(out, '}');
}

static void put_route(struct buf *out, const struct config *config, const struct route *route,
                      double now) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("name"), route->name);
  json_put_key(out, STR("providers"));
  json_put_open(out, '[');
  for (uint32_t i = 0; i < route->target_count; i++)
    put_target(out, config, &route->targets[i], now);
  json_put_close(out, ']');
  json_put_close(out, '}');
}

/* ---- the store's rows: "PREFIX/A/B/C N N N N N N N N" ---- */

static const struct str counter_names[USAGE_COUNTERS] = {
    STR_INIT("requests"), STR_INIT("errors"), STR_INIT("failovers"), STR_INIT("unknown"),
    STR_INIT("input"),    STR_INIT("cached"), STR_INIT("output"),    STR_INIT("cost_micros"),
};

static void put_name(struct buf *out, struct str key, struct str name) {
  json_put_member_string(out, key, head_decode(name, out->arena));
}

/* One row as an object: |names| for the parts of its key behind the prefix. */
static void put_row(struct buf *out, struct str line, struct str prefix, const struct str *names,
                    uint32_t n) {
  struct str key, part, number;
  int64_t value;
  if (!str_starts(line, prefix) || !str_cut(&line, ' ', &key))
    return;
  key = str_from(key, prefix.n);
  json_put_open(out, '{');
  for (uint32_t i = 0; i < n && str_cut(&key, '/', &part); i++)
    put_name(out, names[i], part);
  for (uint32_t i = 0; i < USAGE_COUNTERS && str_cut(&line, ' ', &number); i++)
    if (str_integer(number, &value))
      put_number(out, counter_names[i], (double)value);
  json_put_close(out, '}');
}

static void put_rows(struct buf *out, struct str label, struct str stored, struct str prefix,
                     const struct str *names, uint32_t n) {
  struct str line;
  json_put_key(out, label);
  json_put_open(out, '[');
  while (str_cut(&stored, '\n', &line))
    put_row(out, line, prefix, names, n);
  json_put_close(out, ']');
}

static void put_days(struct buf *out, struct str label, struct str stored) {
  static const struct str names[] = {STR_INIT("day"), STR_INIT("route"), STR_INIT("key"),
                                     STR_INIT("currency")};
  put_rows(out, label, stored, STR("day/"), names, 4);
}

/* ---- */

void status_put_question(struct buf *lines, double now) {
  buf_put(lines, STR("sum hour/\nsum day/"));
  time_put_day(lines, now);
  buf_put(lines, STR("/\n"));
}

void status_put(struct buf *out, const struct config *config, struct str stored, double now) {
  static const struct str names[] = {STR_INIT("hour"), STR_INIT("currency")};
  json_put_open(out, '{');
  json_put_member_string(out, STR("service"), STR("ai-worker-proxy"));
  json_put_key(out, STR("now"));
  json_put_quote(out);
  time_put_iso(out, now);
  json_put_unquote(out);
  json_put_key(out, STR("store"));
  json_put_bool(out, config->store);
  json_put_key(out, STR("routes"));
  json_put_open(out, '[');
  for (uint32_t i = 0; i < config->route_count; i++)
    put_route(out, config, &config->routes[i], now);
  json_put_close(out, ']');
  json_put_key(out, STR("problems"));
  config_put_problems(out, config);
  put_rows(out, STR("hours"), stored, STR("hour/"), names, 2);
  put_days(out, STR("today"), stored);
  json_put_close(out, '}');
}

void status_put_usage(struct buf *out, struct str stored) {
  json_put_open(out, '{');
  put_days(out, STR("days"), stored);
  json_put_close(out, '}');
}

void status_put_usage_question(struct buf *lines, struct str query, double now) {
  int64_t days = head_query_integer(query, STR("days"), 1);
  if (days > USAGE_DAYS_SHOWN_MAX)
    days = USAGE_DAYS_SHOWN_MAX;
  for (int64_t i = 0; i < days; i++) {
    buf_put(lines, STR("sum day/"));
    time_put_day(lines, now - (double)i * 24.0 * HOUR);
    buf_put(lines, STR("/\n"));
  }
}
