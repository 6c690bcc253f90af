#include "responses/echo.h"

/* A key, and its JSON when the request does not have it. */
struct echo {
  const char *key, *otherwise;
  enum json_type type; /* a client's value of another type is not repeated */
};

/* Put members of |object|; null where there is none. */
static void put_members(struct buf *out, struct json_value object, const char *const *keys,
                        size_t n) {
  for (size_t i = 0; i < n; i++) {
    struct str key = str_literal(keys[i]);
    json_put_member_value(out, key, json_find(object, key));
  }
}

/* Chat Completions has an inner object, named as the type, for what is flat here:
 * {"type":"custom","custom":{"name":"f"}}. Returns it, or |v| where there is none. */
static struct json_value inner_of(struct json_value v) {
  struct str type = json_raw(json_find(v, STR("type")));
  struct json_value inner = json_find(v, str_part(type, 1, type.n - 2));
  return json_type(inner) == JSON_OBJECT ? inner : v;
}

static void put_flat(struct buf *out, struct json_value v) {
  struct json_value inner = inner_of(v);
  if (json_raw(inner).p == json_raw(v).p) {
    json_put_value(out, v);
    return;
  }
  json_put_open(out, '{');
  json_put_member(out, json_find(v, STR("type")));
  for (struct json_value m = json_first(inner); json_exists(m); m = json_next(m)) {
    json_put_key(out, json_key(m));
    put_flat(out, m);
  }
  json_put_close(out, '}');
}

static void put_tool(struct buf *out, struct json_value tool) {
  static const char *const keys[] = {
      "name",
      "description",
      "parameters",
      "strict",
  };
  if (!json_is(json_find(tool, STR("type")), STR("function"))) {
    put_flat(out, tool);
    return;
  }
  /* A response must have members that clients may leave out. */
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("function"));
  put_members(out, inner_of(tool), keys, sizeof keys / sizeof *keys);
  json_put_close(out, '}');
}

static void put_tools(struct buf *out, struct json_value tools) {
  json_put_open(out, '[');
  for (struct json_value v = json_first(tools); json_exists(v); v = json_next(v)) {
    put_tool(out, v);
  }
  json_put_close(out, ']');
}

/* |allowed| is what allowed_tools has, itself or in an inner object. */
static void put_allowed(struct buf *out, struct json_value allowed) {
  struct json_value mode = json_find(allowed, STR("mode"));
  struct json_value v = json_first(json_find(allowed, STR("tools")));
  buf_put(out, STR("{\"type\":\"allowed_tools\""));
  json_put_member_raw(out, STR("mode"), json_absent(mode) ? STR("\"auto\"") : json_raw(mode));
  json_put_member_open(out, STR("tools"), '[');
  for (; json_exists(v); v = json_next(v))
    put_flat(out, v);
  buf_put(out, STR("]}"));
}

static void put_tool_choice(struct buf *out, struct json_value choice) {
  struct json_value type = json_find(choice, STR("type"));
  if (json_is(type, STR("allowed_tools"))) {
    put_allowed(out, inner_of(choice));
  } else if (json_is(type, STR("tool"))) { /* Anthropic's word */
    buf_put(out, STR("{\"type\":\"function\""));
    json_put_member(out, json_find(choice, STR("name")));
    json_put_close(out, '}');
  } else if (json_absent(choice)) {
    json_put_raw(out, STR("\"auto\""));
  } else {
    put_flat(out, choice);
  }
}

static void put_schema(struct buf *out, struct json_value format) {
  static const char *const keys[] = {
      "name",
      "description",
      "schema",
  };
  format = inner_of(format);
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("json_schema"));
  put_members(out, format, keys, sizeof keys / sizeof *keys);
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
  static const char *const keys[] = {"effort", "summary"};
  if (json_type(reasoning) != JSON_OBJECT) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  put_members(out, reasoning, keys, sizeof keys / sizeof *keys);
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
      {"previous_response_id", "null", JSON_STRING},
      {"instructions", "null", JSON_STRING},
      {"truncation", "\"disabled\"", JSON_STRING},
      {"parallel_tool_calls", "true", JSON_BOOL},
      {"top_p", "1", JSON_NUMBER},
      {"presence_penalty", "0", JSON_NUMBER},
      {"frequency_penalty", "0", JSON_NUMBER},
      {"top_logprobs", "0", JSON_NUMBER},
      {"temperature", "1", JSON_NUMBER},
      {"max_output_tokens", "null", JSON_NUMBER},
      {"max_tool_calls", "null", JSON_NUMBER},
      {"store", "false", JSON_BOOL},
      {"background", "false", JSON_BOOL},
      {"service_tier", "\"default\"", JSON_STRING},
      {"metadata", "{}", JSON_OBJECT},
      {"safety_identifier", "null", JSON_STRING},
      {"prompt_cache_key", "null", JSON_STRING},
  };
  static const struct {
    const char *key;
    void (*put)(struct buf *out, struct json_value value);
  } parts[] = {
      {"tools", put_tools},
      {"tool_choice", put_tool_choice},
      {"text", put_text},
      {"reasoning", put_reasoning},
  };
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    struct str key = str_literal(plain[i].key), otherwise = str_literal(plain[i].otherwise);
    struct json_value v = json_find(body, key);
    if (json_exists(json_find(present, key)))
      continue;
    if (stored && str_is(key, "store"))
      otherwise = STR("true");
    json_put_member_raw(out, key, json_type(v) == plain[i].type ? json_raw(v) : otherwise);
  }
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    struct str key = str_literal(parts[i].key);
    if (json_exists(json_find(present, key)))
      continue;
    json_put_key(out, key);
    parts[i].put(out, json_find(body, key));
  }
  struct json_value conversation = json_find(body, STR("conversation"));
  if (!json_absent(conversation) && !json_exists(json_find(present, STR("conversation"))))
    put_conversation(out, conversation);
}
