/* usage_lookup.c -- see usage_lookup.h. */
#include "upstream/usage_lookup.h"

#include "limits.h"

/* The id becomes part of a path: only characters that mean nothing else there. */
static bool is_plain(struct str id) {
  for (size_t i = 0; i < id.n; i++) {
    char c = id.p[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-')
      return false;
  }
  return id.n > 0 && id.n <= RESPONSE_ID_MAX;
}

bool usage_lookup_may_tell(const struct attempt *a) {
  bool piped = a->relay.on && !a->call.chat && a->call.ask->stream && !a->call.read_all;
  bool kept = json_bool(json_find(a->call.ask->body, STR("store")), true);
  return piped && kept && !a->answer.usage.known && is_plain(a->relay.response_id);
}

void usage_lookup_open(struct usage_lookup *s, struct arena *arena, const struct attempt *a,
                       uint32_t number) {
  *s = (struct usage_lookup){.number = number, .arena = arena};
  buf_init(&s->received, arena, USAGE_LOOKUP_MAX);
  buf_init(&s->head, arena, HEAD_MAX);
  buf_put(&s->head, STR("GET "));
  buf_put(&s->head, a->call.choice.target->endpoint);
  buf_put(&s->head, STR("/responses/"));
  buf_put(&s->head, a->relay.response_id);
  buf_put_byte(&s->head, '\n');
  call_put_headers(&a->call, &s->head, STR("application/json"));
  s->over = buf_error(&s->head) != 0;
}

void usage_lookup_called(struct usage_lookup *s, double now) {
  s->called = true;
  s->deadline = now + USAGE_LOOKUP_WAIT_MS;
}

static void take_status(struct usage_lookup *s, struct str head) {
  struct str line;
  int64_t status = 0;
  if (str_cut(&head, '\n', &line) && str_integer(str_trim(line), &status))
    s->status = (int)status;
  s->over = s->status != 200;
}

static void take_response(struct usage_lookup *s) {
  struct json json;
  size_t where;
  s->over = true;
  if (buf_error(&s->received) ||
      json_parse_lenient(&json, s->arena, buf_str(&s->received), &where) < 0) {
    return;
  }
  usage_read(json_find(json_root(&json), STR("usage")), &s->usage);
}

int usage_lookup_take(struct usage_lookup *s, enum put_kind kind, struct str text) {
  switch (kind) {
  case PUT_ANSWER_HEAD:
    take_status(s, text);
    return 0;
  case PUT_CHUNK:
    buf_put(&s->received, text);
    s->over |= buf_error(&s->received) != 0;
    return 0;
  case PUT_END:
    take_response(s);
    return 0;
  case PUT_FAILED:
    s->over = true;
    return 0;
  default:
    return ERR_STALE;
  }
}
