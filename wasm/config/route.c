#include "config/route.h"

static struct route *find_named(const struct config *config, struct str name,
                                bool (*same)(struct str a, struct str b)) {
  for (uint32_t i = 0; i < config->route_count; i++)
    if (same(config->routes[i].name, name))
      return &config->routes[i];
  return NULL;
}

struct route *route_find_name(const struct config *config, struct str name) {
  struct route *route = find_named(config, name, str_equal);
  return route != NULL ? route : find_named(config, name, str_equal_nocase);
}

static bool has_model(const struct route *route, struct str model) {
  for (uint32_t i = 0; i < route->target_count; i++)
    if (str_equal_nocase(route->targets[i].model, model))
      return true;
  return false;
}

static struct route *find_model(const struct config *config, struct str model) {
  for (uint32_t i = 0; i < config->route_count; i++)
    if (has_model(&config->routes[i], model))
      return &config->routes[i];
  return NULL;
}

struct route *route_find(const struct config *config, struct str model) {
  model = str_trim(model);
  struct route *route = route_find_name(config, model);
  if (route == NULL)
    route = find_model(config, model);
  if (route == NULL)
    route = find_named(config, STR("default"), str_equal);
  if (route == NULL)
    route = find_named(config, STR("_default"), str_equal);
  return route;
}

int64_t target_window(const struct target *target) {
  int64_t window = provider_model(target->provider, target->model)->context;
  if (window == 0)
    json_integer(target->about.context_window, &window);
  return window;
}
