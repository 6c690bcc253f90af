/* intake.c -- see intake.h. */
#include "exchange/intake.h"

#include "config/clients.h"
#include "config/route.h"

#include "limits.h"

void intake_open(struct intake *in, const struct config *config, struct arena *arena) {
  *in = (struct intake){.config = config, .arena = arena};
  buf_init(&in->body, &in->body_arena, config->body_max);
  in->ask.arena = &in->body_arena;
}

static bool is_too_large(struct intake *in) {
  int64_t length = 0;
  if (!str_integer(head_find(in->head.headers, STR("content-length")), &length) || length < 0)
    return false;
  if (length > (int64_t)in->config->body_max)
    return true;
  in->expected = (size_t)length;
  return false;
}

static void set_coding(struct intake *in, struct str coding) {
  struct buf text;
  if (coding.n == 0)
    return;
  buf_init(&text, in->arena, HEAD_MAX);
  buf_put(&text, coding);
  buf_put_byte(&text, ' ');
  buf_put_integer(&text, in->config->body_max);
  in->coding = buf_str(&text);
  in->expected = 0;
}

/* False when the host cannot decode the Content-Encoding. */
static bool take_coding(struct intake *in) {
  static const struct {
    struct str name, coding;
  } rows[] = {
      {STR_INIT(""), STR_INIT("")},
      {STR_INIT("identity"), STR_INIT("")},
      {STR_INIT("gzip"), STR_INIT("gzip")},
      {STR_INIT("x-gzip"), STR_INIT("gzip")},
      {STR_INIT("deflate"), STR_INIT("deflate")},
      {STR_INIT("zstd"), STR_INIT("zstd")},
  };
  struct str name = str_trim(head_find(in->head.headers, STR("content-encoding")));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (str_equal_nocase(name, rows[i].name)) {
      set_coding(in, rows[i].coding);
      return true;
    }
  return false;
}

int intake_take_head(struct intake *in, struct str text) {
  struct str kept = arena_copy(in->arena, text);
  if (kept.p == NULL)
    return ERR_MEMORY;
  int err = head_parse(kept, &in->head);
  if (err == 0)
    err = endpoint_find(&in->head, &in->endpoint);
  bool upgrade = in->endpoint.kind == ENDPOINT_UPGRADE;
  if (err == 0 && upgrade && (!in->config->sockets || in->config->socket_age == 0))
    err = ERR_UPGRADE;
  /* Identify the client even if the path is wrong, so that the log has its name. */
  bool message = in->endpoint.kind == ENDPOINT_MESSAGE;
  int refused = endpoint_authorize(in->config, &in->head, message ? in->arena : NULL, &in->client);
  if (err == 0 && endpoint_is_private(in->endpoint.kind))
    err = refused;
  if (err == 0 && endpoint_is_owners(in->endpoint.kind) && in->client != &in->config->owner)
    err = ERR_OWNER;
  if (err == 0 && is_too_large(in))
    err = ERR_BODY_SIZE;
  if (err == 0 && !take_coding(in))
    err = ERR_BODY_CODED;
  in->ask.chat = in->endpoint.kind == ENDPOINT_CHAT;
  in->ask.kind = in->endpoint.kind == ENDPOINT_COMPACT  ? ASK_WINDOW
                 : in->endpoint.kind == ENDPOINT_TOKENS ? ASK_TOKENS
                                                        : ASK_ANSWER;
  return err;
}

/* ---- the body ---- */

double intake_until(struct intake *in, double now) {
  if (in->body.n > in->body_seen || in->body_until == 0)
    in->body_until = now + BODY_TIMEOUT;
  in->body_seen = in->body.n;
  return in->body_until;
}

struct buf *intake_body(struct intake *in) {
  if (in->body.p == NULL)
    buf_reserve(&in->body, in->expected);
  return &in->body;
}

int intake_take_failure(const struct intake *in, struct str why) {
  if (in->coding.n == 0)
    return ERR_BODY_CUT;
  return str_find(why, STR("Memory limit")) == STR_NOWHERE ? ERR_BODY_CODING : ERR_BODY_SIZE;
}

static int refuse_json(struct intake *in, int error, size_t where, struct failure *f) {
  struct buf message;
  *f = error_failure(error);
  if (error == ERR_MEMORY)
    return error;
  buf_init(&message, in->arena, MESSAGE_MAX);
  buf_put(&message, f->message);
  buf_put(&message, STR(" at byte "));
  buf_put_integer(&message, (int64_t)where);
  buf_put_byte(&message, '.');
  f->message = buf_str(&message);
  return error;
}

int intake_refuse_model(struct intake *in, struct str model, struct failure *f) {
  struct buf message;
  buf_init(&message, in->arena, MESSAGE_MAX);
  buf_put(&message, STR("The model `"));
  buf_put(&message, str_part(model, 0, NAME_MAX_BYTES));
  buf_put(&message, STR("` does not exist or you do not have access to it."));
  return error_refuse(f, ERR_MODEL, STR("model"), buf_str(&message));
}

/* Has the request input? All members but "input" refer to input that is stored elsewhere. */
static bool has_input(const struct intake *in) {
  static const struct str names[] = {
      STR_INIT("input"),
      STR_INIT("prompt"),
      STR_INIT("previous_response_id"),
      STR_INIT("conversation"),
  };
  if (in->ask.chat)
    return !json_absent(json_find(in->ask.body, STR("messages")));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!json_absent(json_find(in->ask.body, names[i])))
      return true;
  }
  return false;
}

/* JSON parsers differ in which of two members with the same name they use, so by a second "model"
 * the client could choose the upstream's model. */
static bool has_two_models(struct json_value body) {
  uint32_t models = 0;
  for (struct json_value v = json_first(body); json_exists(v); v = json_next(v))
    models += json_key_is(v, STR("model"));
  return models > 1;
}

/* Check the fields that every route needs. */
static int check_body(struct intake *in, struct failure *f) {
  struct json_value body = in->ask.body;
  struct json_value model = json_find(body, STR("model"));
  struct json_value stream = json_find(body, STR("stream"));
  if (json_type(body) != JSON_OBJECT) {
    return error_refuse(f, ERR_TYPE, STR_NONE, STR("The request body must be a JSON object."));
  }
  if (json_absent(model)) {
    return error_refuse(f, ERR_MISSING, STR("model"), STR("Missing required parameter: 'model'."));
  }
  if (has_two_models(body)) {
    return error_refuse(f, ERR_VALUE, STR("model"), STR("'model' is given more than once."));
  }
  if (json_type(model) != JSON_STRING) {
    return error_refuse(f, ERR_TYPE, STR("model"),
                        STR("Invalid type for 'model': expected a string."));
  }
  if (!json_absent(stream) && json_type(stream) != JSON_BOOL) {
    return error_refuse(f, ERR_TYPE, STR("stream"),
                        STR("Invalid type for 'stream': expected a boolean."));
  }
  if (!has_input(in) && in->ask.chat) {
    return error_refuse(f, ERR_MISSING, STR("messages"),
                        STR("Missing required parameter: 'messages'."));
  }
  if (!has_input(in) && !in->may_lack_input) {
    return error_refuse(f, ERR_MISSING, STR("input"), STR("Missing required parameter: 'input'."));
  }
  return 0;
}

/* Parse the body, but not yet the items of the conversation: they are parsed one by one, and only
 * if the request is translated. */
static int parse_body(struct intake *in, size_t *where) {
  static const struct str conversation[] = {STR_INIT("input"), STR_INIT("messages")};
  size_t n = sizeof conversation / sizeof *conversation;
  return json_parse_deferred(&in->json, &in->body_arena, in->ask.text, conversation, n, where);
}

int intake_take_object(struct intake *in, struct failure *f) {
  size_t where = 0;
  in->ask.text = in->body.n > 0 ? buf_str(&in->body) : STR("{}");
  int err = json_parse(&in->json, &in->body_arena, in->ask.text, &where);
  if (err)
    return refuse_json(in, err, where, f);
  in->ask.body = json_root(&in->json);
  if (json_type(in->ask.body) == JSON_OBJECT)
    return 0;
  return error_refuse(f, ERR_TYPE, STR_NONE, STR("The request body must be a JSON object."));
}

int intake_parse_body(struct intake *in, struct failure *f) {
  size_t where = 0;
  in->ask.text = buf_str(&in->body);
  int err = parse_body(in, &where);
  if (err)
    return refuse_json(in, err, where, f);
  in->ask.body = json_root(&in->json);
  return 0;
}

/* Find what requests of one conversation share. Codex sends a header back that it got earlier in
 * the same turn. */
static struct str find_hint(const struct intake *in) {
  struct str turn = head_find(in->head.headers, STR("x-codex-turn-state"));
  return turn.n > 0 ? turn : json_raw(json_find(in->ask.body, STR("prompt_cache_key")));
}

int intake_take_body(struct intake *in, struct failure *f) {
  int err = intake_parse_body(in, f);
  if (err == 0)
    err = check_body(in, f);
  if (err)
    return err;
  in->ask.stream =
      in->ask.kind == ASK_ANSWER && json_bool(json_find(in->ask.body, STR("stream")), false);
  in->ask.hint = find_hint(in);
  if (json_string(json_find(in->ask.body, STR("model")), in->arena, &in->model))
    in->model = arena_copy(in->arena, in->model);
  if (in->model.p == NULL)
    return refuse_json(in, ERR_MEMORY, 0, f);
  in->route = route_find(in->config, in->model);
  if (in->route != NULL && !client_may_use(in->client, in->route))
    in->route = NULL;
  if (in->route != NULL)
    return 0;
  if (in->config->route_count > 0)
    return intake_refuse_model(in, in->model, f);
  return error_refuse(f, ERR_NO_ROUTES, STR_NONE, STR_NONE);
}
