#include "exchange/reply.h"

#include "limits.h"
#include "text/time_format.h"

static void put_optional(struct buf *out, struct str name, struct str value) {
  if (value.n > 0)
    head_put(out, name, value);
}

static void put_cors(struct buf *out, struct str origin) {
  head_put(out, STR("access-control-allow-origin"), origin.n > 0 ? origin : STR("*"));
  if (origin.n > 0)
    head_put(out, STR("vary"), STR("Origin"));
  head_put(out, STR("access-control-expose-headers"),
           STR("x-request-id, retry-after, x-should-retry, x-gateway-route, x-gateway-provider, "
               "x-gateway-attempts, x-gateway-lossy, x-gateway-cost"));
}

void reply_put_head(struct buf *out, const struct reply_facts *facts, struct str content_type) {
  put_cors(out, facts->origin);
  put_optional(out, STR("content-type"), content_type);
  put_optional(out, STR("x-request-id"), facts->request_id);
  put_optional(out, STR("x-gateway-route"), facts->route);
  put_optional(out, STR("x-gateway-provider"), facts->provider);
  put_optional(out, STR("x-gateway-lossy"), facts->lossy);
  put_optional(out, STR("x-gateway-cost"), facts->cost);
  if (facts->attempts > 0)
    head_put_integer(out, STR("x-gateway-attempts"), facts->attempts);
  if (facts->tried_all)
    head_put(out, STR("x-should-retry"), STR("false"));
  if (facts->retry_after > 0) {
    int64_t seconds = (int64_t)((facts->retry_after + SECOND - 1) / SECOND);
    head_put_integer(out, STR("retry-after"), seconds);
  }
  if (str_equal(content_type, STR("text/event-stream"))) {
    head_put(out, STR("cache-control"), STR("no-cache"));
  }
}

void reply_put_preflight(struct buf *out, const struct head *head) {
  struct str wanted = head_find(head->headers, STR("access-control-request-headers"));
  head_put(out, STR("access-control-allow-methods"), STR("GET, HEAD, POST, DELETE, OPTIONS"));
  /* "*" would not include Authorization. */
  head_put(out, STR("access-control-allow-headers"),
           wanted.n > 0 ? wanted : STR("authorization, content-type, x-api-key"));
  head_put(out, STR("access-control-max-age"), STR("86400"));
}

void reply_put_health(struct buf *out, const struct config *config, double now) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("status"), STR("ok"));
  json_put_member_string(out, STR("service"), STR("ai-worker-proxy"));
  json_put_key(out, STR("timestamp"));
  json_put_quote(out);
  time_put_iso(out, now);
  json_put_unquote(out);
  if (config->problem_count > 0 || config->owner.token.n == 0) {
    json_put_key(out, STR("problems"));
    config_put_problems(out, config);
  }
  json_put_close(out, '}');
}
