#include "reply.h"

#include "limits.h"

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
  /* A "*" would not cover Authorization. */
  head_put(out, STR("access-control-allow-headers"),
           wanted.n > 0 ? wanted : STR("authorization, content-type, x-api-key"));
  head_put(out, STR("access-control-max-age"), STR("86400"));
}

/* ---- health ---- */

static void put_digits(struct buf *out, int64_t value, int width) {
  char digits[20];
  int n = 0;
  while (n < width) {
    digits[n++] = (char)('0' + value % 10);
    value /= 10;
  }
  while (n > 0)
    buf_put_byte(out, digits[--n]);
}

/* The date of a day since 1970, by H. Hinnant's "civil from days". */
static void put_date(struct buf *out, int64_t days) {
  int64_t z = days + 719468, era = z / 146097, day_of_era = z % 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * day_of_year + 2) / 153;
  int64_t civil_month = month < 10 ? month + 3 : month - 9;
  put_digits(out, year_of_era + era * 400 + (civil_month <= 2), 4);
  buf_put_byte(out, '-');
  put_digits(out, civil_month, 2);
  buf_put_byte(out, '-');
  put_digits(out, day_of_year - (153 * month + 2) / 5 + 1, 2);
}

/* "2026-11-23T09:36:00.000Z" */
static void put_timestamp(struct buf *out, double now) {
  int64_t ms = (int64_t)now, day = 24 * HOUR, rest = ms % day;
  json_put_quote(out);
  put_date(out, ms / day);
  buf_put_byte(out, 'T');
  put_digits(out, rest / HOUR, 2);
  buf_put_byte(out, ':');
  put_digits(out, rest / MINUTE % 60, 2);
  buf_put_byte(out, ':');
  put_digits(out, rest / SECOND % 60, 2);
  buf_put_byte(out, '.');
  put_digits(out, rest % SECOND, 3);
  buf_put_byte(out, 'Z');
  json_put_unquote(out);
}

void reply_put_health(struct buf *out, const struct config *config, double now) {
  json_put_open(out, '{');
  json_put_key(out, STR("status"));
  json_put_string(out, STR("ok"));
  json_put_key(out, STR("service"));
  json_put_string(out, STR("ai-worker-proxy"));
  json_put_key(out, STR("timestamp"));
  put_timestamp(out, now);
  if (config->problem_count > 0 || config->token.n == 0) {
    json_put_key(out, STR("problems"));
    config_put_problems(out, config);
  }
  json_put_close(out, '}');
}
