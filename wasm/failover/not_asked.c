/* not_asked.c -- see not_asked.h. */
#include "failover/not_asked.h"

#include "limits.h"
#include "text/json.h"
#include "text/time_format.h"

static bool was_tried(const struct course *c, const struct choice *a) {
  for (uint32_t i = 0; i < c->tried_count; i++)
    if (c->tried[i].target == a->target && c->tried[i].key == a->key)
      return true;
  return false;
}

static bool has(uint32_t targets, const struct course *c, const struct target *t) {
  return targets >> (t - c->route->targets) & 1;
}

static struct str why_not(const struct course *c, const struct choice *a, uint32_t unable,
                          const struct health *rest, struct str otherwise) {
  if (a->key->secret.n == 0)
    return STR("missing");
  if (has(unable, c, a->target))
    return STR("unable");
  if (rest->until > 0)
    return rest->disabled ? STR("disabled") : STR("resting");
  if (c->context_over >= 0 && target_window(a->target) <= c->context_over)
    return STR("window");
  if (has(c->closed | c->deferred, c, a->target))
    return STR("provider");
  return otherwise;
}

static void put_one(struct buf *out, const struct choice *a, struct str why,
                    const struct health *rest) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("provider"), a->target->provider->name);
  json_put_member_string(out, STR("model"), a->target->model);
  json_put_member_string(out, STR("key"), a->key->name);
  json_put_member_string(out, STR("why"), why);
  if (rest->until > 0) {
    json_put_key(out, STR("until"));
    json_put_quote(out);
    time_put_iso(out, rest->until);
    json_put_unquote(out);
    json_put_member_filled(out, STR("code"), rest->cause);
  }
  json_put_close(out, '}');
}

void not_asked_put(struct buf *out, const struct course *c, const struct choice *by,
                   uint32_t unable, struct str otherwise, double now) {
  for (uint32_t i = 0; i < c->route->target_count; i++) {
    struct choice a = {course_target(c, i), NULL};
    for (uint32_t k = 0; k < a.target->key_count; k++) {
      a.key = a.target->keys[k];
      if (a.target == by->target && a.key == by->key)
        return;
      if (was_tried(c, &a))
        continue;
      struct health rest = keys_rest(&c->config->keys, a.key, a.target->model, now);
      struct str why = why_not(c, &a, unable, &rest, otherwise);
      if (why.n > 0)
        put_one(out, &a, why, &rest);
    }
  }
}
