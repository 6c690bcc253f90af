/* models.c -- see models.h.
 *
 * The order of the members, and the rules for when a field is taken from the provider instead of
 * the route, are those of the original Worker, since clients rely on them.
 */
#include "report/models.h"

#include "config/clients.h"
#include "report/codex_catalog.h"

/* A field of an entry, and where a route and its first target have it. */
struct row {
  struct str label;
  uint32_t offset; /* in struct about */
};

#define ROW(label, field)                                                                          \
  { STR_INIT(label), offsetof(struct about, field) }

static const struct row limits[] = {
    ROW("max_input_tokens", max_input_tokens),
    ROW("max_output_tokens", max_output_tokens),
};
static const struct row prices[] = {
    ROW("currency", currency),
    ROW("input_per_1m", input_price),
    ROW("input_cache_per_1m", input_cache_price),
    ROW("output_per_1m", output_price),
};
static const struct row extras[] = {
    ROW("metadata", metadata),
    ROW("flags", flags),
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct json_value value_at(const struct about *a, uint32_t offset) {
  return *(const struct json_value *)((const char *)a + offset);
}

/* The first that is present and not null; 0 and "" count as present. */
static struct json_value first(struct json_value a, struct json_value b) {
  return json_absent(a) ? b : a;
}

static struct json_value value_of(const struct route *route, uint32_t offset) {
  return first(value_at(&route->about, offset), value_at(&route->targets[0].about, offset));
}

static void put(struct buf *out, struct str key, struct json_value v) {
  if (json_absent(v))
    return;
  json_put_key(out, key);
  json_put_value(out, v);
}

static void put_rows(struct buf *out, const struct route *route, const struct row *rows, size_t n) {
  for (size_t i = 0; i < n; i++)
    put(out, rows[i].label, value_of(route, rows[i].offset));
}

/* Truthy as in JavaScript: neither 0 nor "". */
static bool is_truthy(struct json_value v) {
  double number;
  if (json_type(v) == JSON_STRING)
    return !json_is(v, STR(""));
  return json_number(v, &number) && number != 0;
}

static void put_pricing(struct buf *out, const struct route *route) {
  bool any = false;
  for (size_t i = 0; i < COUNT(prices); i++)
    any = any || is_truthy(value_of(route, prices[i].offset));
  if (!any)
    return;
  json_put_key(out, STR("pricing"));
  json_put_open(out, '{');
  put_rows(out, route, prices, COUNT(prices));
  json_put_close(out, '}');
}

static void put_window(struct buf *out, const struct about *route, const struct about *target) {
  put(out, STR("context_length"),
      first(first(route->context_window, route->max_input_tokens),
            first(target->context_window, target->max_input_tokens)));
}

static void put_names(struct buf *out, const struct route *route) {
  json_put_key(out, STR("id"));
  json_put_string(out, route->name);
  json_put_key(out, STR("object"));
  json_put_string(out, STR("model"));
  json_put_key(out, STR("owned_by"));
  json_put_string(out, STR("ai-worker-proxy"));
  json_put_key(out, STR("permission"));
  json_put_raw(out, STR("[]"));
}

static void put_display_name(struct buf *out, const struct route *route, struct json_value v) {
  json_put_key(out, STR("display_name"));
  if (json_absent(v))
    json_put_string(out, route->name);
  else
    json_put_value(out, v);
}

void models_put_entry(struct buf *out, const struct route *route, double now) {
  json_put_open(out, '{');
  put_names(out, route);
  put(out, STR("description"), value_of(route, offsetof(struct about, description)));
  put_window(out, &route->about, &route->targets[0].about);
  put_rows(out, route, limits, COUNT(limits));
  put_pricing(out, route);
  put_rows(out, route, extras, COUNT(extras));
  put_display_name(out, route, value_of(route, offsetof(struct about, display_name)));
  json_put_key(out, STR("created"));
  json_put_integer(out, (int64_t)(now / SECOND));
  json_put_close(out, '}');
}

void models_put_list(struct buf *out, const struct config *config, const struct client *client,
                     const struct head *head, double now) {
  json_put_open(out, '{');
  json_put_key(out, STR("object"));
  json_put_string(out, STR("list"));
  json_put_key(out, STR("data"));
  json_put_open(out, '[');
  for (uint32_t i = 0; i < config->route_count; i++)
    if (client_may_use(client, &config->routes[i]))
      models_put_entry(out, &config->routes[i], now);
  json_put_close(out, ']');
  if (codex_catalog_is_wanted(head))
    codex_catalog_put(out, config, client);
  json_put_close(out, '}');
}
