/* status.c -- see status.h. */
#include "report/status.h"

#include "report/usage_report.h"
#include "text/time_format.h"

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
  struct health rest = keys_rest(&config->keys, key, target->model, now);
  json_put_member_filled(out, STR("trouble"), key->trouble.n > 0 ? key->trouble : rest.cause);
  if (key->advice.n > 0)
    json_put_member_string(out, STR("advice"), key->advice);
  json_put_close(out, '}');
}

/* Latency over the last 24 hours, of all isolates together. */
static void put_latency(struct buf *out, const struct route *route, const struct target *target,
                        struct str stored) {
  int64_t latency[LATENCY_STEPS] = {0};
  usage_add_latency(stored, route, target, out->arena, latency);
  usage_put_latency(out, latency);
}

static void put_target(struct buf *out, const struct config *config, const struct route *route,
                       const struct target *target, struct str stored, double now) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("provider"), target->provider->name);
  json_put_member_string(out, STR("model"), target->model);
  json_put_member_string(out, STR("endpoint"), target->endpoint);
  put_latency(out, route, target, stored);
  json_put_key(out, STR("keys"));
  json_put_open(out, '[');
  for (uint32_t i = 0; i < target->key_count; i++)
    put_key(out, config, target, target->keys[i], now);
  json_put_close(out, ']');
  json_put_close(out, '}');
}

static void put_route(struct buf *out, const struct config *config, const struct route *route,
                      struct str stored, double now) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("name"), route->name);
  json_put_key(out, STR("providers"));
  json_put_open(out, '[');
  for (uint32_t i = 0; i < route->target_count; i++)
    put_target(out, config, route, &route->targets[i], stored, now);
  json_put_close(out, ']');
  json_put_close(out, '}');
}

/* ---- the report ---- */

void status_put_question(struct buf *lines, double now) {
  usage_put_question(lines, STR("hours=24"), now);
  usage_put_question(lines, STR("days=1"), now);
}

void status_put(struct buf *out, const struct config *config, struct str stored, double now) {
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
    put_route(out, config, &config->routes[i], stored, now);
  json_put_close(out, ']');
  json_put_key(out, STR("problems"));
  config_put_problems(out, config);
  json_put_key(out, STR("hours"));
  usage_put_lines(out, stored, STR("hour/"));
  json_put_key(out, STR("today"));
  usage_put_lines(out, stored, STR("day/"));
  json_put_close(out, '}');
}

void status_put_config(struct buf *out, const struct config *config) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("source"),
                         config->bundled.n > 0 ? STR("variable") : STR("bundle"));
  json_put_member_string(out, STR("text"), config->text);
  if (config->bundled.n > 0)
    json_put_member_string(out, STR("bundled"), config->bundled);
  json_put_key(out, STR("problems"));
  config_put_problems(out, config);
  json_put_close(out, '}');
}
