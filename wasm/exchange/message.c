#include "exchange/message.h"

#include "limits.h"
#include "text/json.h"

bool exchange_open_message(struct exchange *x) {
  struct message *m = arena_take_zero(&x->arena, sizeof *m);
  x->message = m;
  if (m == NULL)
    return false;
  buf_init(&m->frames, &x->arena, OUTPUT_MAX + ANSWER_MAX);
  x->intake.ask.framed = true;
  return true;
}

/* ---- errors ---- */

static void put_retry_after(struct buf *out, double ms) {
  if (ms <= 0)
    return;
  json_put_member_open(out, STR("headers"), '{');
  json_put_key(out, STR("retry-after"));
  json_put_quote(out);
  buf_put_integer(out, (int64_t)((ms + SECOND - 1) / SECOND));
  json_put_unquote(out);
  json_put_close(out, '}');
}

void exchange_put_error(struct buf *out, const struct exchange *x, const struct failure *f) {
  json_put_member_open(out, STR("error"), '{');
  json_put_member_string(out, STR("type"), f->type);
  json_put_member_string(out, STR("code"), f->code);
  json_put_member_string(out, STR("message"), f->message);
  json_put_member_string(out, STR("param"), f->param);
  put_retry_after(out, x->facts.retry_after);
  json_put_close(out, '}');
}

/* The SDKs expect the headers inside "error", Codex expects them beside it: put both. */
void exchange_put_error_event(struct buf *out, const struct exchange *x, const struct failure *f) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("error"));
  json_put_member_integer(out, STR("status"), f->status);
  if (x->message != NULL)
    json_put_member_filled(out, STR("stream_id"), x->message->lane);
  exchange_put_error(out, x, f);
  put_retry_after(out, x->facts.retry_after);
  json_put_close(out, '}');
}

/* ---- reading the message ---- */

static bool is_lane_name(struct str name) {
  for (size_t i = 0; i < name.n; i++) {
    char c = name.p[i], letter = (char)(c | 0x20);
    if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-' &&
        c != '.')
      return false;
  }
  return name.n > 0 && name.n <= SOCKET_LANE_NAME_MAX;
}

static int read_lane(struct exchange *x, struct failure *f) {
  struct json_value v = json_find(x->intake.ask.body, STR("stream_id"));
  struct str name = STR_NONE;
  if (json_absent(v))
    return 0;
  if (!json_string(v, &x->arena, &name) || !is_lane_name(name))
    return error_refuse(f, ERR_STREAM_ID, STR("stream_id"), STR_NONE);
  x->message->lane = arena_copy(&x->arena, name);
  return x->message->lane.p != NULL ? 0 : error_refuse(f, ERR_MEMORY, STR_NONE, STR_NONE);
}

/* Overwrite the bytes from |from| to |to|, and one adjacent comma, with spaces. */
static void blank(struct intake *in, size_t from, size_t to) {
  char *p = in->body.p;
  memset(p + from, ' ', to - from);
  while (to < in->body.n && (p[to] == ' ' || p[to] == '\t' || p[to] == '\n' || p[to] == '\r'))
    to++;
  if (p[to] != ',') {
    to = from;
    while (to > 0 && p[to] != ',')
      to--;
  }
  p[to] = ' ';
}

/* Does the member belong to the WebSocket protocol, and not to the request? */
static bool is_of_message(struct json_value v) {
  static const char *const names[] = {
      "stream_id", "stream", "client_metadata", "generate", "background",
  };
  return JSON_KEY_ROW(v, names) != NULL;
}

/* Make the message a request in place, so that a large body is not copied: "type" is overwritten
 * with "stream":true. */
static void make_request(struct intake *in) {
  static const struct str stream = STR_INIT("\"stream\":true");
  char *p = in->body.p;
  bool done = false;
  struct json_value next; /* found before |v| is overwritten */
  for (struct json_value v = json_first(in->ask.body); v.token != NULL; v = next) {
    next = json_next(v);
    size_t from = (size_t)(json_key(v).p - p) - 1;
    size_t to = (size_t)(json_raw(v).p - p) + json_raw(v).n;
    bool type = json_key_is(v, STR("type"));
    if (type && !done && to - from >= stream.n) {
      memset(p + from, ' ', to - from);
      memcpy(p + from, stream.p, stream.n);
      done = true;
    } else if (type || is_of_message(v)) {
      blank(in, from, to);
    }
  }
}

static bool is_warm_up(struct json_value body) {
  struct json_value options = json_find(body, STR("prompt_cache_options"));
  return !json_bool(json_find(body, STR("generate")), true) ||
         json_bool(json_find(options, STR("prewarm")), false);
}

static int read_create(struct exchange *x, struct failure *f) {
  struct message *m = x->message;
  struct json_value body = x->intake.ask.body;
  struct str previous = STR_NONE;
  if (json_bool(json_find(body, STR("background")), false))
    return error_refuse(f, ERR_UNSUPPORTED, STR("background"),
                        STR("'background' is not supported over WebSocket."));
  if (json_string(json_find(body, STR("previous_response_id")), &x->arena, &previous) &&
      memory_is_word(previous))
    m->previous = arena_copy(&x->arena, previous);
  m->warm_up = x->intake.may_lack_input = is_warm_up(body);
  make_request(&x->intake);
  return intake_take_body(&x->intake, f);
}

int exchange_read_message(struct exchange *x, struct failure *f) {
  int err = intake_parse_body(&x->intake, f);
  if (err)
    return err;
  struct json_value type = json_find(x->intake.ask.body, STR("type"));
  x->message->steers = json_is(type, STR("response.steer"));
  if (x->message->steers)
    return 0;
  err = read_lane(x, f);
  if (err == 0 && !json_is(type, STR("response.create")))
    err = error_refuse(f, json_absent(type) ? ERR_MISSING : ERR_VALUE, STR("type"),
                       STR("The type of a message is response.create or response.steer."));
  if (err == 0)
    x->message->failed = read_create(x, &x->message->failure) != 0;
  return err;
}

/* ---- sending ---- */

/* The frame that begins at |from| is complete: end its line, or drop it if it is not JSON. */
static void end_line(struct message *m, size_t from) {
  struct buf *out = &m->frames;
  if (buf_error(out) || out->n == from)
    return;
  if (out->p[out->n - 1] != '}') {
    out->n = from;
    return;
  }
  out->n--;
  if (m->lane.n > 0) {
    buf_put(out, STR(",\"stream_id\":\""));
    buf_put(out, m->lane);
    buf_put_byte(out, '"');
  }
  buf_put(out, STR("}\n"));
}

struct str exchange_message_lines(struct exchange *x, struct str events) {
  struct message *m = x->message;
  struct str line;
  size_t from = 0;
  buf_forget(&m->frames);
  while (str_cut(&events, '\n', &line)) {
    line = str_trim(line);
    if (str_starts(line, STR("data:"))) {
      buf_put(&m->frames, str_trim(str_from(line, 5)));
    } else if (line.n == 0) {
      end_line(m, from);
      from = m->frames.n;
    }
  }
  end_line(m, from);
  return buf_str(&m->frames);
}

struct str exchange_lane(const struct exchange *x) {
  return x->message->lane.n > 0 ? x->message->lane : STR("*");
}
