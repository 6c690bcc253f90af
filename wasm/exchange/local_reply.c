#include "exchange/local_reply.h"

#include "config/clients.h"
#include "exchange/message.h"
#include "exchange/meter.h"
#include "exchange/run_end.h"
#include "exchange/upgrade.h"
#include "failover/key_sync.h"
#include "limits.h"
#include "report/models.h"
#include "report/recent.h"
#include "report/status.h"
#include "report/usage_report.h"
#include "text/error_json.h"

/* ---- replies ---- */

void exchange_reply(struct exchange *x, int status, struct str content_type) {
  reply_put_head(&x->head, &x->facts, content_type);
  x->status = status;
  x->place = PLACE_REPLY;
}

void exchange_reply_json(struct exchange *x) {
  exchange_reply(x, 200, STR("application/json"));
}

void exchange_reply_failure(struct exchange *x, const struct failure *f) {
  x->code = f->code;
  if (x->run.on && x->started) {
    exchange_end_run(x, f);
    return;
  }
  buf_reset(&x->body);
  if (x->message != NULL)
    exchange_put_error_event(&x->body, x, f);
  else
    error_put(&x->body, f);
  exchange_reply(x, f->status, STR("application/json"));
}

void exchange_reply_error(struct exchange *x, int error) {
  struct failure f = error_failure(error);
  exchange_reply_failure(x, &f);
}

/* ---- by endpoint ---- */

static void answer_model(struct exchange *x) {
  struct str name = head_decode(x->intake.endpoint.names[0], &x->arena);
  const struct route *route = route_find_name(x->config, name);
  if (route != NULL && client_may_use(x->intake.client, route)) {
    models_put_entry(&x->body, route, x->now);
    exchange_reply_json(x);
    return;
  }
  struct failure f;
  intake_refuse_model(&x->intake, name, &f);
  exchange_reply_failure(x, &f);
}

/* The policy: the page may load nothing and may connect only to this gateway. The page itself has a
 * second, stricter policy with the hashes of its script and style. */
static void answer_page(struct exchange *x) {
  head_put(&x->head, STR("content-security-policy"),
           STR("default-src 'none'; style-src 'unsafe-inline'; "
               "script-src 'unsafe-inline' 'wasm-unsafe-eval'; "
               "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
               "frame-ancestors 'none'"));
  head_put(&x->head, STR("x-content-type-options"), STR("nosniff"));
  head_put(&x->head, STR("referrer-policy"), STR("no-referrer"));
  x->page = true;
  exchange_reply(x, 200, STR("text/html; charset=utf-8"));
}

static void answer_checker(struct exchange *x) {
  x->page = true;
  exchange_reply(x, 200, STR("application/wasm"));
}

void exchange_take_report(struct exchange *x, struct str stored) {
  struct str query = x->intake.head.query;
  switch (x->intake.endpoint.kind) {
  case ENDPOINT_USAGE:
    usage_put_report(&x->body, stored, query, x->now, &x->arena);
    break;
  case ENDPOINT_REQUESTS:
    recent_put_report(&x->body, stored, query, &x->arena);
    break;
  default:
    status_put(&x->body, x->config, stored, x->now);
  }
  exchange_reply_json(x);
}

static void reply_without_store(struct exchange *x) {
  if (x->intake.endpoint.kind != ENDPOINT_REQUESTS) {
    exchange_take_report(x, STR_NONE);
    return;
  }
  recent_put_own(&x->body, x->config->recent, x->intake.head.query, &x->arena);
  exchange_reply_json(x);
}

/* Write what this isolate knows first, so that the report has it. */
static void ask_store(struct exchange *x) {
  struct str query = x->intake.head.query;
  x->place = PLACE_STORE;
  if (!x->config->store) {
    reply_without_store(x);
    return;
  }
  recent_put(x->config->recent, &x->lines, x->now);
  meter_put(x->config, &x->lines);
  usage_put(x->config->usage, &x->lines, x->now);
  switch (x->intake.endpoint.kind) {
  case ENDPOINT_USAGE:
    usage_put_question(&x->lines, query, x->now);
    break;
  case ENDPOINT_REQUESTS:
    recent_put_question(&x->lines, query, &x->arena);
    break;
  default:
    key_sync_put_question(&x->lines, x->now);
    status_put_question(&x->lines, x->now);
  }
}

static void call_doctor(struct exchange *x) {
  x->doctor = arena_take(&x->arena, sizeof *x->doctor);
  if (x->doctor == NULL ||
      doctor_init(x->doctor, x->config, &x->arena, &x->ids, x->intake.head.query) != 0) {
    exchange_reply_error(x, ERR_MEMORY);
  } else {
    x->place = PLACE_DOCTOR;
  }
}

/* Are the client's limits checked before the body is read? Not for a message, whose body names its
 * lane. */
static bool limits_before_body(const struct exchange *x) {
  return x->intake.client->allowance != NULL && x->message == NULL;
}

void exchange_answer(struct exchange *x) {
  switch (x->intake.endpoint.kind) {
  case ENDPOINT_HEALTH:
    reply_put_health(&x->body, x->config, x->now);
    exchange_reply_json(x);
    break;
  case ENDPOINT_MODELS:
    models_put_list(&x->body, x->config, x->intake.client, &x->intake.head, x->now);
    exchange_reply_json(x);
    break;
  case ENDPOINT_MODEL:
    answer_model(x);
    break;
  case ENDPOINT_CONSOLE:
    answer_page(x);
    break;
  case ENDPOINT_CHECKER:
    answer_checker(x);
    break;
  case ENDPOINT_STATUS:
  case ENDPOINT_USAGE:
  case ENDPOINT_REQUESTS:
    ask_store(x);
    break;
  case ENDPOINT_CONFIG:
    status_put_config(&x->body, x->config);
    exchange_reply_json(x);
    break;
  case ENDPOINT_DOCTOR:
    call_doctor(x);
    break;
  case ENDPOINT_PREFLIGHT:
    reply_put_preflight(&x->head, &x->intake.head);
    exchange_reply(x, 204, STR_NONE);
    break;
  case ENDPOINT_RESPONSE:
  case ENDPOINT_RESPONSE_DELETE:
  case ENDPOINT_RESPONSE_CANCEL:
  case ENDPOINT_INPUT_ITEMS:
    x->place = PLACE_STORED;
    break;
  case ENDPOINT_UPGRADE:
    exchange_upgrade(x);
    break;
  case ENDPOINT_MESSAGE:
  case ENDPOINT_RESPONSES:
  case ENDPOINT_COMPACT:
  case ENDPOINT_TOKENS:
  case ENDPOINT_CHAT:
    x->place = limits_before_body(x) ? PLACE_ALLOW : PLACE_BODY;
    break;
  default: /* the endpoints of conversations */
    x->place = str_equal(x->intake.head.method, STR("POST")) ? PLACE_BODY : PLACE_STORED;
  }
}
