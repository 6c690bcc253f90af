/* doctor.c -- see doctor.h. */
#include "report/doctor.h"

#include "limits.h"
#include "provider/verdict.h"
#include "responses/request.h"
#include "text/head.h"

#define QUESTION "{\"model\":\"doctor\",\"input\":\"Say ok.\",\"max_output_tokens\":16}"

int doctor_init(struct doctor *d, struct config *config, struct arena *arena, struct id_source *ids,
                struct str query) {
  struct failure f;
  size_t where;
  *d = (struct doctor){.config = config, .arena = arena, .ids = ids};
  d->looks = head_query_integer(query, STR("hosts"), 0) != 0;
  d->from = head_query_integer(query, STR("from"), 0);
  buf_init(&d->report, arena, ANSWER_MAX);
  json_put_open(&d->report, '{');
  json_put_key(&d->report, STR("probes"));
  json_put_open(&d->report, '[');
  struct request *r = arena_take(arena, sizeof *r);
  if (r == NULL || json_parse(&d->json, arena, STR(QUESTION), &where) != 0)
    return ERR_MEMORY;
  d->ask = (struct ask){.body = json_root(&d->json), .text = STR(QUESTION), .request = r};
  request_init(r, arena);
  return responses_request_read(r, d->ask.body, &f);
}

/* Has this key already been probed with this model at this endpoint, for an earlier route? */
static bool is_repeated(const struct doctor *d, const struct target *target,
                        const struct key *key) {
  for (uint32_t r = 0; r <= d->route; r++) {
    const struct route *route = &d->config->routes[r];
    uint32_t end = r == d->route ? d->target : route->target_count;
    for (uint32_t t = 0; t < end; t++) {
      const struct target *other = &route->targets[t];
      if (!str_equal(other->model, target->model) || !str_equal(other->endpoint, target->endpoint))
        continue;
      for (uint32_t k = 0; k < other->key_count; k++)
        if (other->keys[k] == key)
          return true;
    }
  }
  return false;
}

/* The next pair that has a secret; false at the end. */
static bool next_choice(struct doctor *d, struct choice *out) {
  for (; d->route < d->config->route_count; d->route++, d->target = 0) {
    struct route *route = &d->config->routes[d->route];
    for (; d->target < route->target_count; d->target++, d->key = 0) {
      struct target *target = &route->targets[d->target];
      while (d->key < target->key_count) {
        struct key *key = target->keys[d->key++];
        if (key->secret.n == 0 || is_repeated(d, target, key))
          continue;
        *out = (struct choice){target, key};
        return true;
      }
    }
  }
  return false;
}

/* How the attempt ended, or, with |message|, why it could not be made.  The report stays open for
 * what is found elsewhere. */
static void open_report(struct doctor *d, const struct choice *choice, const struct verdict *v,
                        struct str message, double ms) {
  struct buf *out = &d->report;
  d->asked = *choice;
  d->good = v == NULL && message.n == 0;
  d->host = 0;
  d->looked = !d->looks || (d->good && choice->target->api != API_CHAT);
  json_put_open(out, '{');
  json_put_member_filled(out, STR("route"), d->config->routes[d->route].name);
  json_put_member_filled(out, STR("provider"), choice->target->provider->name);
  json_put_member_filled(out, STR("model"), choice->target->model);
  json_put_member_filled(out, STR("key"), choice->key->name);
  json_put_key(out, STR("ok"));
  json_put_bool(out, d->good);
  json_put_key(out, STR("ms"));
  json_put_integer(out, (int64_t)ms);
  if (v != NULL) {
    json_put_member_filled(out, STR("code"), v->code);
    json_put_member_filled(out, STR("advice"), v->advice);
  }
  json_put_member_filled(out, STR("message"), message);
}

static void close_report(struct doctor *d) {
  if (d->asked.key == NULL)
    return;
  d->asked.key = NULL;
  json_put_close(&d->report, '}');
}

/* The key answers at |target|, too. */
static void report_elsewhere(struct doctor *d, const struct target *target) {
  json_put_member_string(&d->report, STR("elsewhere"), target->endpoint);
  d->looked = true;
}

/* The next of the vendor's hosts that may have what the last key needs; false at the end. */
static bool next_elsewhere(struct doctor *d, struct choice *out) {
  const struct target *own = d->asked.target;
  if (d->asked.key == NULL || d->looked)
    return false;
  struct str endpoint;
  do
    endpoint = provider_host(own->provider, d->good, d->host++);
  while (endpoint.n > 0 && str_equal(endpoint, own->endpoint));
  out->target = arena_take(d->arena, sizeof *out->target);
  out->key = arena_take(d->arena, sizeof *out->key);
  if (endpoint.n == 0 || out->target == NULL || out->key == NULL)
    return false;
  *out->target = *own;
  *out->key = *d->asked.key;
  out->target->endpoint = out->key->endpoint = endpoint;
  out->target->api = d->good ? API_RESPONSES : API_CHAT;
  if (d->good)
    out->target->model = STR(PROVIDER_NATIVE_MODEL);
  return true;
}

static void drop(struct doctor *d) {
  if (d->attempt == NULL)
    return;
  attempt_close(d->attempt);
  dialect_writer_drop(&d->writer);
  d->attempt = NULL;
}

static void open_attempt(struct doctor *d, struct choice choice, double now) {
  struct failure f = {0};
  struct attempt *a = attempt_new();
  if (a == NULL)
    return;
  dialect_writer_init(&d->writer, false, NULL);
  a->call.number = ++d->count;
  a->call.choice = choice;
  a->writer = &d->writer;
  d->attempt = a;
  d->calling = true;
  if (attempt_open(a, &d->ask, d->ids, now, &f) == 0)
    return;
  if (d->asked.key == NULL)
    open_report(d, &choice, NULL, f.message, 0);
  drop(d);
}

static void end_attempt(struct doctor *d, double now) {
  struct attempt *a = d->attempt;
  struct keys *keys = &d->config->keys;
  double ms = now - a->clock.called;
  if (d->asked.key != NULL) {
    if (a->state != ATTEMPT_FAILED)
      report_elsewhere(d, a->call.choice.target);
  } else if (a->state == ATTEMPT_FAILED) {
    struct verdict v;
    provider_judge(a->call.choice.target->provider, &a->answer.trouble, now, 0, &v);
    keys_fail(keys, a->call.choice.key, a->call.choice.target->model, &v, now);
    open_report(d, &a->call.choice, &v, v.message.n > 0 ? v.message : a->answer.trouble.message,
                ms);
  } else {
    keys_succeed(keys, a->call.choice.key, a->call.choice.target->model, a->clock.called, now);
    open_report(d, &a->call.choice, NULL, STR_NONE, ms);
  }
  drop(d);
}

enum doctor_state doctor_next(struct doctor *d, double now) {
  struct choice choice;
  bool more = false;
  if (d->attempt != NULL) {
    attempt_touch(d->attempt, now);
    if (d->attempt->state < ATTEMPT_ENDED)
      return d->calling ? DOCTOR_CALL : DOCTOR_WAIT;
    end_attempt(d, now);
  }
  while (next_elsewhere(d, &choice)) {
    open_attempt(d, choice, now);
    if (d->attempt != NULL)
      return DOCTOR_CALL;
  }
  close_report(d);
  while (next_choice(d, &choice)) {
    if (++d->passed <= d->from)
      continue;
    if (d->count + (d->looks ? DOCTOR_HOSTS_MAX : 0) >= DOCTOR_PROBES_MAX) {
      more = true;
      break;
    }
    open_attempt(d, choice, now);
    if (d->attempt != NULL)
      return DOCTOR_CALL;
    close_report(d);
  }
  json_put_close(&d->report, ']');
  if (more) {
    json_put_key(&d->report, STR("next"));
    json_put_integer(&d->report, d->passed - 1);
  }
  json_put_close(&d->report, '}');
  return DOCTOR_DONE;
}

void doctor_called(struct doctor *d) {
  d->calling = false;
}

void doctor_close(struct doctor *d) {
  drop(d);
}
