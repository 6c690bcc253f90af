#include "exchange/allow.h"

#include "exchange/begin.h"
#include "exchange/local_reply.h"
#include "exchange/message.h"
#include "exchange/meter.h"
#include "exchange/plans.h"
#include "report/usage.h"

/* ---- refusals ---- */

static void refuse(struct exchange *x, int error, struct str amount, struct str what) {
  struct failure f = error_failure(error);
  struct buf message;
  buf_init(&message, &x->arena, MESSAGE_MAX);
  buf_put(&message, f.message);
  buf_put_byte(&message, ' ');
  buf_put(&message, amount);
  buf_put(&message, what);
  f.message = buf_str(&message);
  exchange_reply_failure(x, &f);
}

static void refuse_rate(struct exchange *x, uint32_t most) {
  struct buf number;
  buf_init(&number, &x->arena, MESSAGE_MAX);
  buf_put_integer(&number, most);
  x->facts.retry_after = (x->intake.client->meter->minute + 1) * MINUTE - x->now;
  refuse(x, ERR_RATE, buf_str(&number), STR(" a minute."));
}

static void refuse_spend(struct exchange *x, struct json_value most) {
  struct buf what;
  buf_init(&what, &x->arena, MESSAGE_MAX);
  buf_put_byte(&what, ' ');
  buf_put(&what, json_key(most));
  buf_put(&what, STR(" until 00:00 UTC."));
  x->facts.tried_all = true;
  refuse(x, ERR_SPENT, json_raw(most), buf_str(&what));
}

/* Check the client's limits, |requests| having been made in this minute. False if it was refused,
 * since it has made too many requests or spent too much. */
static bool is_within(struct exchange *x, int64_t requests) {
  const struct client *client = x->intake.client;
  const struct allowance *a = client->allowance;
  uint32_t i = 0;
  for (struct json_value v = json_first(a->spend); json_exists(v); v = json_next(v)) {
    double most = 0;
    json_number(v, &most);
    if ((double)client->meter->spent[i++].all < most * MICROS)
      continue;
    refuse_spend(x, v);
    return false;
  }
  if (a->per_minute == 0 || requests <= a->per_minute)
    return true;
  refuse_rate(x, a->per_minute);
  return false;
}

/* ---- the store ---- */

static void put_minute(struct buf *lines, struct str verb, const struct client *client) {
  buf_put(lines, verb);
  buf_put(lines, STR("minute"));
  usage_put_name(lines, client->name);
  buf_put_byte(lines, '/');
  buf_put_integer(lines, (int64_t)client->meter->minute);
}

/* Count first, then read the sum, so that two concurrent requests cannot both be the last one
 * allowed. */
static void put_question(struct buf *lines, const struct client *client) {
  if (client->allowance->per_minute > 0) {
    put_minute(lines, STR("add "), client);
    put_minute(lines, STR(" 1\nsum "), client);
    buf_put(lines, STR("\ncut minute"));
    usage_put_name(lines, client->name);
    put_minute(lines, STR("/ "), client);
    buf_put_byte(lines, '\n');
  }
  if (json_count(client->allowance->spend) > 0) {
    meter_put_day(lines, STR("sum "), client);
    buf_put(lines, STR("/\n"));
  }
}

/* The client is allowed. The body of a message was read before, so that a refusal could be sent in
 * its lane; that of an HTTP request comes next. */
static void go_on(struct exchange *x) {
  if (x->message != NULL)
    exchange_begin(x, x->message->found);
  else
    x->place = PLACE_BODY;
}

bool exchange_allow(struct exchange *x) {
  const struct client *client = x->intake.client;
  if (client->allowance->unusable) {
    exchange_reply_error(x, ERR_CLIENT);
    return true;
  }
  meter_turn(client->meter, x->now);
  if (!is_within(x, client->meter->requests + 1))
    return true;
  client->meter->requests++;
  buf_reset(&x->lines);
  put_question(&x->lines, client);
  if (!x->config->store || x->lines.n == 0) {
    go_on(x);
    return true;
  }
  x->store_calls++;
  struct plan *p = exchange_plan_new(x, OP_LOAD);
  p->ms = STORE_WAIT_MS;
  p->body[0] = buf_str(&x->lines);
  return false;
}

static void take_spent(struct exchange *x, struct str currency, int64_t micros) {
  const struct client *client = x->intake.client;
  struct meter *m = client->meter;
  uint32_t i = 0;
  currency = head_decode(currency, &x->arena);
  for (struct json_value v = json_first(client->allowance->spend); json_exists(v);
       v = json_next(v), i++)
    if (str_equal(json_key(v), currency))
      m->spent[i].all = micros + m->spent[i].untold;
}

void exchange_take_allowed(struct exchange *x, struct str stored) {
  struct meter *m = x->intake.client->meter;
  struct str line, key, part;
  int64_t n;
  while (str_cut(&stored, '\n', &line)) {
    if (!str_cut(&line, ' ', &key) || !str_integer(line, &n))
      continue;
    bool minute = str_starts(key, STR("minute/"));
    while (str_cut(&key, '/', &part))
      continue;
    if (minute)
      m->requests = n;
    else
      take_spent(x, part, n);
  }
  if (is_within(x, m->requests))
    go_on(x);
}
