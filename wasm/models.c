/* models.c -- see models.h.
 *
 * The order of the keys and the rules of what falls through are the original
 * Worker's, which clients have come to rely on.
 */
#include "models.h"

/* The first that says something: null falls through, 0 and "" count. */
static struct json_value first(struct json_value a, struct json_value b) {
  return json_absent(a) ? b : a;
}

static void put(struct buf *out, struct str key, struct json_value v) {
  if (json_absent(v))
    return;
  json_put_key(out, key);
  json_put_raw(out, json_raw(v));
}

/* As JavaScript has it: neither 0 nor "". */
static bool is_truthy(struct json_value v) {
  double number;
  if (json_type(v) == JSON_STRING)
    return !json_is(v, STR(""));
  return json_number(v, &number) && number != 0;
}

static void put_pricing(struct buf *out, const struct about *route, const struct about *target) {
  struct json_value currency = first(route->currency, target->currency);
  struct json_value input = first(route->input_price, target->input_price);
  struct json_value cache = first(route->input_cache_price, target->input_cache_price);
  struct json_value output = first(route->output_price, target->output_price);
  if (!is_truthy(currency) && !is_truthy(input) && !is_truthy(cache) && !is_truthy(output))
    return;
  json_put_key(out, STR("pricing"));
  json_put_open(out, '{');
  put(out, STR("currency"), currency);
  put(out, STR("input_per_1m"), input);
  put(out, STR("input_cache_per_1m"), cache);
  put(out, STR("output_per_1m"), output);
  json_put_close(out, '}');
}

static void put_limits(struct buf *out, const struct about *route, const struct about *target) {
  put(out, STR("context_length"),
      first(first(route->context_window, route->max_input_tokens),
            first(target->context_window, target->max_input_tokens)));
  put(out, STR("max_input_tokens"), first(route->max_input_tokens, target->max_input_tokens));
  put(out, STR("max_output_tokens"), first(route->max_output_tokens, target->max_output_tokens));
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
    json_put_raw(out, json_raw(v));
}

void models_put_entry(struct buf *out, const struct route *route, double now) {
  const struct about *own = &route->about, *target = &route->targets[0].about;
  json_put_open(out, '{');
  put_names(out, route);
  put(out, STR("description"), first(own->description, target->description));
  put_limits(out, own, target);
  put_pricing(out, own, target);
  put(out, STR("metadata"), first(own->metadata, target->metadata));
  put(out, STR("flags"), first(own->flags, target->flags));
  put_display_name(out, route, first(own->display_name, target->display_name));
  json_put_key(out, STR("created"));
  json_put_integer(out, (int64_t)(now / SECOND));
  json_put_close(out, '}');
}

void models_put_list(struct buf *out, const struct config *config, double now) {
  json_put_open(out, '{');
  json_put_key(out, STR("object"));
  json_put_string(out, STR("list"));
  json_put_key(out, STR("data"));
  json_put_open(out, '[');
  for (uint32_t i = 0; i < config->route_count; i++)
    models_put_entry(out, &config->routes[i], now);
  json_put_close(out, ']');
  json_put_close(out, '}');
}
