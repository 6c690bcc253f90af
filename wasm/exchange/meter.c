#include "exchange/meter.h"

#include "report/usage.h"
#include "text/time_format.h"

static const double day_ms = 24.0 * HOUR;

/* Counts of earlier minutes and days are forgotten. */
void meter_turn(struct meter *m, double now) {
  double minute = (double)(int64_t)(now / MINUTE), day = (double)(int64_t)(now / day_ms);
  if (m->day != day)
    *m = (struct meter){.day = day};
  if (m->minute != minute)
    m->requests = 0;
  m->minute = minute;
}

void meter_put_day(struct buf *lines, struct str verb, const struct client *client) {
  buf_put(lines, verb);
  buf_put(lines, STR("spent/"));
  time_put_day(lines, client->meter->day * day_ms);
  usage_put_name(lines, client->name);
}

void meter_take(struct exchange *x) {
  const struct client *client = x->intake.client;
  const struct choice *by = &x->failover.by;
  uint32_t i = 0;
  if (client == NULL || client->meter == NULL || by->target == NULL)
    return;
  int64_t micros = usage_cost(x->intake.route, by->target, &x->failover.usage);
  struct str currency = usage_currency(x->intake.route, by->target);
  if (micros <= 0)
    return;
  meter_turn(client->meter, x->now);
  for (struct json_value v = json_first(client->allowance->spend); json_exists(v);
       v = json_next(v), i++)
    if (str_equal_nocase(json_key(v), currency)) {
      client->meter->spent[i].all += micros;
      client->meter->spent[i].untold += micros;
    }
}

static void put_client(struct buf *lines, const struct client *client) {
  struct meter *m = client->meter;
  uint32_t i = 0;
  if (m == NULL)
    return;
  for (struct json_value v = json_first(client->allowance->spend); json_exists(v);
       v = json_next(v), i++) {
    if (m->spent[i].untold == 0)
      continue;
    buf_put(lines, STR("cut spent/ spent/"));
    time_put_day(lines, m->day * day_ms);
    meter_put_day(lines, STR("\nadd "), client);
    usage_put_name(lines, json_key(v));
    buf_put_byte(lines, ' ');
    buf_put_integer(lines, m->spent[i].untold);
    buf_put_byte(lines, '\n');
    m->spent[i].untold = 0;
  }
}

void meter_put(struct config *config, struct buf *lines) {
  put_client(lines, &config->owner);
  for (uint32_t i = 0; i < config->client_count; i++)
    put_client(lines, &config->clients[i]);
}
