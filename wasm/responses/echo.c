#include "responses/echo.h"

/* A key, and its JSON when the request does not have it. */
struct echo {
  struct str key;
  struct str otherwise;
  enum json_type type; /* a client's value of another type is not repeated */
};

static void put_tool(struct buf *out, struct json_value tool) {
  static const struct str keys[] = {
      STR_INIT("name"),
      STR_INIT("description"),
      STR_INIT("parameters"),
      STR_INIT("strict"),
  };
  if (!json_is(json_find(tool, STR("type")), STR("function"))) {
    json_put_value(out, tool);
    return;
  }
  /* A response must have members that clients may leave out. */
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("function"));
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    json_put_member_value(out, keys[i], json_find(tool, keys[i]));
  }
  json_put_close(out, '}');
}

static void put_tools(struct buf *out, struct json_value tools) {
  json_put_open(out, '[');
  for (struct json_value v = json_first(tools); json_exists(v); v = json_next(v)) {
    put_tool(out, v);
  }
  json_put_close(out, ']');
}

static void put_tool_choice(struct buf *out, struct json_value choice) {
  json_put_raw(out, json_absent(choice) ? STR("\"auto\"") : json_raw(choice));
}

static void put_schema(struct buf *out, struct json_value format) {
  static const struct str keys[] = {
      STR_INIT("type"),
      STR_INIT("name"),
      STR_INIT("description"),
      STR_INIT("schema"),
  };
  json_put_open(out, '{');
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    json_put_member_value(out, keys[i], json_find(format, keys[i]));
  }
  json_put_key(out, STR("strict"));
  json_put_bool(out, json_bool(json_find(format, STR("strict")), false));
  json_put_close(out, '}');
}

static void put_text(struct buf *out, struct json_value text) {
  struct json_value format = json_find(text, STR("format"));
  struct json_value verbosity = json_find(text, STR("verbosity"));
  json_put_open(out, '{');
  json_put_key(out, STR("format"));
  if (json_is(json_find(format, STR("type")), STR("json_schema"))) {
    put_schema(out, format);
  } else {
    json_put_raw(out, json_absent(format) ? STR("{\"type\":\"text\"}") : json_raw(format));
  }
  if (!json_absent(verbosity))
    json_put_member(out, verbosity);
  json_put_close(out, '}');
}

static void put_reasoning(struct buf *out, struct json_value reasoning) {
  static const struct str keys[] = {STR_INIT("effort"), STR_INIT("summary")};
  if (json_type(reasoning) != JSON_OBJECT) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    json_put_member_value(out, keys[i], json_find(reasoning, keys[i]));
  }
  json_put_close(out, '}');
}

/* Clients name it by its id, or by an object that has one. */
static void put_conversation(struct buf *out, struct json_value conversation) {
  if (json_type(conversation) == JSON_OBJECT)
    conversation = json_find(conversation, STR("id"));
  json_put_member_open(out, STR("conversation"), '{');
  json_put_member_value(out, STR("id"), conversation);
  json_put_close(out, '}');
}

void responses_put_echo(struct buf *out, struct json_value body, struct json_value present,
                        bool stored) {
  static const struct echo plain[] = {
      {STR_INIT("previous_response_id"), STR_INIT("null"), JSON_STRING},
      {STR_INIT("instructions"), STR_INIT("null"), JSON_STRING},
      {STR_INIT("truncation"), STR_INIT("\"disabled\""), JSON_STRING},
      {STR_INIT("parallel_tool_calls"), STR_INIT("true"), JSON_BOOL},
      {STR_INIT("top_p"), STR_INIT("1"), JSON_NUMBER},
      {STR_INIT("presence_penalty"), STR_INIT("0"), JSON_NUMBER},
      {STR_INIT("frequency_penalty"), STR_INIT("0"), JSON_NUMBER},
      {STR_INIT("top_logprobs"), STR_INIT("0"), JSON_NUMBER},
      {STR_INIT("temperature"), STR_INIT("1"), JSON_NUMBER},
      {STR_INIT("max_output_tokens"), STR_INIT("null"), JSON_NUMBER},
      {STR_INIT("max_tool_calls"), STR_INIT("null"), JSON_NUMBER},
      {STR_INIT("store"), STR_INIT("false"), JSON_BOOL},
      {STR_INIT("background"), STR_INIT("false"), JSON_BOOL},
      {STR_INIT("service_tier"), STR_INIT("\"default\""), JSON_STRING},
      {STR_INIT("metadata"), STR_INIT("{}"), JSON_OBJECT},
      {STR_INIT("safety_identifier"), STR_INIT("null"), JSON_STRING},
      {STR_INIT("prompt_cache_key"), STR_INIT("null"), JSON_STRING},
  };
  static const struct {
    struct str key;
    void (*put)(struct buf *out, struct json_value value);
  } parts[] = {
      {STR_INIT("tools"), put_tools},
      {STR_INIT("tool_choice"), put_tool_choice},
      {STR_INIT("text"), put_text},
      {STR_INIT("reasoning"), put_reasoning},
  };
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    struct json_value v = json_find(body, plain[i].key);
    if (json_exists(json_find(present, plain[i].key)))
      continue;
    struct str otherwise = plain[i].otherwise;
    if (stored && str_equal(plain[i].key, STR("store")))
      otherwise = STR("true");
    json_put_member_raw(out, plain[i].key, json_type(v) == plain[i].type ? json_raw(v) : otherwise);
  }
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (json_exists(json_find(present, parts[i].key)))
      continue;
    json_put_key(out, parts[i].key);
    parts[i].put(out, json_find(body, parts[i].key));
  }
  struct json_value conversation = json_find(body, STR("conversation"));
  if (!json_absent(conversation) && !json_exists(json_find(present, STR("conversation"))))
    put_conversation(out, conversation);
}
