/* The request, as clients send it (every field but model may be null):
 *
 *   {"model": "m", "instructions": "...", "stream": true,
 *    "input": "text" | [
 *      {"role": "user", "content": "text" | [
 *         {"type": "input_text", "text": "..."},
 *         {"type": "input_image", "image_url": "...", "detail": "auto"}]},
 *      {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
 *      {"type": "function_call_output", "call_id": "c", "output": "text" | [...]},
 *      {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "raw"},
 *      {"type": "reasoning", "id": "rs", "summary": [...], "content": [...],
 *       "encrypted_content": "..."}],
 *    "tools": [{"type": "function", "name": "f", "parameters": {...}}, ...],
 *    "tool_choice": "auto" | {"type": "function", "name": "f"},
 *    "text": {"format": {"type": "json_schema", "name": "n", "schema": {...}}},
 *    "reasoning": {"effort": "low"}, "max_output_tokens": 100, ...}
 */
#include "responses/request.h"

#include "item/field.h"
#include "item/request_fields.h"

/* ---- content parts ---- */

/* What is no text: its kind, and the members that hold it, or hold it instead. */
static const struct media {
  struct str type;
  enum part_kind kind;
  struct str text, data, id, detail;
} media[] = {
    {STR_INIT("input_image"), PART_IMAGE, STR_INIT("image_url"), STR_INIT("image_url"),
     STR_INIT("file_id"), STR_INIT("detail")},
    {STR_INIT("input_file"), PART_FILE, STR_INIT("file_url"), STR_INIT("file_data"),
     STR_INIT("file_id"), STR_INIT("filename")},
    {STR_INIT("input_video"), PART_VIDEO, STR_INIT("video_url"), STR_INIT("video_url"),
     STR_INIT("file_id"), STR_INIT("detail")},
};

static int read_media(struct field_reader *in, struct item *item, struct json_value part,
                      const struct media *m) {
  struct part *made = item_add_part(in->request, item, m->kind, STR_NONE);
  if (made == NULL)
    return ERR_MEMORY;
  int err = field_string(in, part, m->text, &made->text);
  if (err == 0 && made->text.n == 0)
    err = field_string(in, part, m->data, &made->text);
  if (err == 0)
    err = field_string(in, part, m->id, &made->id);
  return err ? err : field_string(in, part, m->detail, &made->detail);
}

static int read_part(struct field_reader *in, struct item *item, struct json_value part) {
  struct json_value type = json_find(part, STR("type"));
  bool refusal = json_is(type, STR("refusal"));
  if (refusal || json_is(type, STR("input_text")) || json_is(type, STR("output_text")) ||
      json_is(type, STR("text")) || json_is(type, STR("reasoning_text")) ||
      json_is(type, STR("summary_text"))) {
    struct part *made =
        item_add_part(in->request, item, refusal ? PART_REFUSAL : PART_TEXT, STR_NONE);
    if (made == NULL)
      return ERR_MEMORY;
    return field_string(in, part, refusal ? STR("refusal") : STR("text"), &made->text);
  }
  for (size_t i = 0; i < FIELD_COUNT(media); i++) {
    if (json_is(type, media[i].type))
      return read_media(in, item, part, &media[i]);
  }
  if (json_type(part) != JSON_OBJECT || json_type(type) != JSON_STRING) {
    return field_refuse(in, part, ERR_TYPE, STR("a content part is an object with a \"type\""));
  }
  field_lose(in, STR("content"), type);
  return 0;
}

static int read_content(struct field_reader *in, struct item *item, struct json_value content) {
  struct str text;
  if (json_absent(content))
    return 0;
  if (json_type(content) == JSON_STRING) {
    if (!json_string(content, in->request->arena, &text))
      return ERR_MEMORY;
    return item_add_part(in->request, item, PART_TEXT, text) ? 0 : ERR_MEMORY;
  }
  if (json_type(content) != JSON_ARRAY) {
    return field_refuse(in, content, ERR_TYPE, STR("content is a string or an array of parts"));
  }
  for (struct json_value part = json_first(content); json_type(part) != JSON_NONE;
       part = json_next(part)) {
    int err = read_part(in, item, part);
    if (err)
      return err;
  }
  return 0;
}

/* ---- items ---- */

static int read_message(struct field_reader *in, struct json_value value) {
  static const struct field_word roles[] = {
      {STR_INIT("system"), ROLE_SYSTEM},
      {STR_INIT("developer"), ROLE_DEVELOPER},
      {STR_INIT("user"), ROLE_USER},
      {STR_INIT("assistant"), ROLE_ASSISTANT},
  };
  int role = field_word(json_find(value, STR("role")), roles, 4);
  if (role < 0) {
    return field_refuse(in, value, ERR_VALUE,
                        STR("a message's role is system, developer, user or assistant"));
  }
  struct item *item = request_add_item(in->request, ITEM_MESSAGE);
  if (item == NULL)
    return ERR_MEMORY;
  item->role = (enum role)role;
  return read_content(in, item, json_find(value, STR("content")));
}

static int read_call(struct field_reader *in, struct json_value value) {
  struct item *item = request_add_item(in->request, ITEM_CALL);
  if (item == NULL)
    return ERR_MEMORY;
  item->custom = json_is(json_find(value, STR("type")), STR("custom_tool_call"));
  int err = field_needed(in, value, STR("call_id"), &item->call_id);
  if (err == 0)
    err = field_needed(in, value, STR("name"), &item->name);
  if (err == 0)
    err = field_string(in, value, STR("namespace"), &item->space);
  if (err)
    return err;
  return field_string(in, value, item->custom ? STR("input") : STR("arguments"), &item->text);
}

static int read_result(struct field_reader *in, struct json_value value) {
  struct item *item = request_add_item(in->request, ITEM_RESULT);
  if (item == NULL)
    return ERR_MEMORY;
  item->custom = json_is(json_find(value, STR("type")), STR("custom_tool_call_output"));
  item->call_source = json_find(value, STR("call_id"));
  int err = field_needed(in, value, STR("call_id"), &item->call_id);
  return err ? err : read_content(in, item, json_find(value, STR("output")));
}

/* The thoughts themselves stand in "content"; a summary stands in for them
 * when there is nothing better. */
static int read_reasoning(struct field_reader *in, struct json_value value) {
  struct item *item = request_add_item(in->request, ITEM_REASONING);
  if (item == NULL)
    return ERR_MEMORY;
  struct str sealed = STR_NONE;
  int err = field_string(in, value, STR("encrypted_content"), &sealed);
  if (err)
    return err;
  if (str_starts(sealed, STR(SEAL_PREFIX))) {
    item->encrypted = str_from(sealed, sizeof SEAL_PREFIX - 1);
  } else if (sealed.n > 0) {
    request_lose(in->request, STR("reasoning.encrypted_content")); /* another's */
  }
  struct json_value content = json_find(value, STR("content"));
  if (json_count(content) == 0)
    content = json_find(value, STR("summary"));
  if (json_type(content) == JSON_ARRAY)
    return read_content(in, item, content);
  return 0;
}

/* An item that its upstream stores is known to no other. */
static int read_reference(struct field_reader *in, struct json_value value) {
  in->request->refers = true;
  field_lose(in, STR("input"), json_find(value, STR("type")));
  return 0;
}

static int read_item(struct field_reader *in, struct json_value value) {
  static const struct field_case kinds[] = {
      {STR_INIT("message"), read_message},
      {STR_INIT("function_call"), read_call},
      {STR_INIT("custom_tool_call"), read_call},
      {STR_INIT("function_call_output"), read_result},
      {STR_INIT("custom_tool_call_output"), read_result},
      {STR_INIT("reasoning"), read_reasoning},
      {STR_INIT("item_reference"), read_reference},
  };
  struct json_value type = json_find(value, STR("type"));
  if (json_type(value) != JSON_OBJECT) {
    return field_refuse(in, value, ERR_TYPE, STR("an item of input is an object"));
  }
  /* Two widely used clients send messages without a type. */
  if (json_absent(type))
    return read_message(in, value);
  if (json_type(type) != JSON_STRING) {
    return field_refuse(in, type, ERR_TYPE, STR("an item's type is a string"));
  }
  for (size_t i = 0; i < FIELD_COUNT(kinds); i++) {
    if (json_is(type, kinds[i].name))
      return kinds[i].read(in, value);
  }
  field_lose(in, STR("input"), type);
  return 0;
}

static int read_input(struct field_reader *in, struct json_value input) {
  struct str text;
  request_forget_items(in->request);
  if (json_type(input) == JSON_STRING) {
    struct item *item = request_add_item(in->request, ITEM_MESSAGE);
    if (item == NULL || !json_string(input, in->request->arena, &text))
      return ERR_MEMORY;
    item->role = ROLE_USER;
    return item_add_part(in->request, item, PART_TEXT, text) ? 0 : ERR_MEMORY;
  }
  if (json_type(input) != JSON_ARRAY) {
    return field_refuse(in, input, ERR_TYPE, STR("input is a string or an array of items"));
  }
  for (struct json_value v = json_first(input); json_type(v) != JSON_NONE; v = json_next(v)) {
    int err = read_item(in, v);
    if (err)
      return err;
  }
  return 0;
}

/* ---- tools ---- */

static int read_function(struct field_reader *in, struct json_value value, struct str space) {
  struct tool *tool = request_add_tool(in->request, TOOL_FUNCTION, STR_NONE);
  if (tool == NULL)
    return ERR_MEMORY;
  tool->source = value;
  tool->space = space;
  int err = field_needed(in, value, STR("name"), &tool->name);
  if (err == 0)
    err = field_string(in, value, STR("description"), &tool->description);
  if (err)
    return err;
  struct json_value parameters = json_find(value, STR("parameters"));
  if (json_type(parameters) == JSON_OBJECT)
    tool->parameters = json_raw(parameters);
  return 0;
}

static int read_custom(struct field_reader *in, struct json_value value) {
  struct tool *tool = request_add_tool(in->request, TOOL_CUSTOM, STR_NONE);
  if (tool == NULL)
    return ERR_MEMORY;
  tool->source = value;
  struct json_value format = json_find(value, STR("format"));
  int err = field_needed(in, value, STR("name"), &tool->name);
  if (err == 0)
    err = field_string(in, value, STR("description"), &tool->description);
  if (err == 0)
    err = field_string(in, format, STR("syntax"), &tool->syntax);
  return err ? err : field_string(in, format, STR("definition"), &tool->grammar);
}

static int read_namespace(struct field_reader *in, struct json_value value) {
  struct str space = STR_NONE;
  int err = field_needed(in, value, STR("name"), &space);
  struct json_value tools = json_find(value, STR("tools"));
  for (struct json_value v = json_first(tools); err == 0 && json_type(v) != JSON_NONE;
       v = json_next(v)) {
    if (json_is(json_find(v, STR("type")), STR("function"))) {
      err = read_function(in, v, space);
    } else {
      field_lose(in, STR("tools"), json_find(v, STR("type")));
    }
  }
  return err;
}

/* web_search, web_search_preview, web_search_2025_08_26 ... */
static bool is_search(struct json_value type) {
  return str_starts(json_raw(type), STR("\"web_search"));
}

static int read_tool(struct field_reader *in, struct json_value value) {
  struct json_value type = json_find(value, STR("type"));
  if (json_type(type) != JSON_STRING) {
    return field_refuse(in, value, ERR_TYPE, STR("a tool is an object with a \"type\""));
  }
  if (json_is(type, STR("function")))
    return read_function(in, value, STR_NONE);
  if (json_is(type, STR("custom")))
    return read_custom(in, value);
  if (json_is(type, STR("namespace")))
    return read_namespace(in, value);
  if (is_search(type)) {
    struct tool *tool = request_add_tool(in->request, TOOL_WEB_SEARCH, STR("web_search"));
    if (tool == NULL)
      return ERR_MEMORY;
    tool->source = value;
    return 0;
  }
  field_lose(in, STR("tools"), type);
  return 0;
}

static int read_tools(struct field_reader *in, struct json_value tools) {
  return request_read_tools(in, tools, read_tool);
}

static int read_tool_choice(struct field_reader *in, struct json_value choice) {
  struct request *r = in->request;
  struct json_value type = json_find(choice, STR("type"));
  if (json_is(type, STR("allowed_tools"))) {
    r->allowed_tools = json_find(choice, STR("tools"));
    choice = json_find(choice, STR("mode"));
  } else if (json_is(type, STR("function")) || json_is(type, STR("custom"))) {
    r->tool_choice = TOOL_CHOICE_NAMED;
    return field_needed(in, choice, STR("name"), &r->tool_name);
  } else if (is_search(type)) {
    r->tool_choice = TOOL_CHOICE_SEARCH;
    return 0;
  } else if (json_type(choice) == JSON_OBJECT) {
    field_lose(in, STR("tool_choice"), type);
    return 0;
  }
  return request_read_choice(in, choice);
}

/* ---- the other fields ---- */

static int read_instructions(struct field_reader *in, struct json_value value) {
  return field_take_string(in, value, &in->request->instructions);
}

static int read_format(struct field_reader *in, struct json_value format) {
  struct request *r = in->request;
  int err = request_read_format(in, format);
  if (err || r->format != FORMAT_JSON_SCHEMA)
    return err;
  struct json_value schema = json_find(format, STR("schema"));
  if (json_type(schema) != JSON_OBJECT) {
    return field_refuse(in, format, ERR_MISSING, STR("schema"));
  }
  r->schema = json_raw(schema);
  r->format_source = format;
  return field_string(in, format, STR("name"), &r->format_name);
}

static int read_text(struct field_reader *in, struct json_value text) {
  struct json_value verbosity = json_find(text, STR("verbosity"));
  if (!json_absent(verbosity))
    request_lose(in->request, STR("text.verbosity"));
  struct json_value format = json_find(text, STR("format"));
  return json_absent(format) ? 0 : read_format(in, format);
}

static int read_effort(struct field_reader *in, struct json_value reasoning) {
  return field_string(in, reasoning, STR("effort"), &in->request->effort);
}

static int read_include(struct field_reader *in, struct json_value include) {
  for (struct json_value v = json_first(include); json_type(v) != JSON_NONE; v = json_next(v)) {
    if (json_is(v, STR("reasoning.encrypted_content"))) {
      in->request->include_encrypted = true;
    } else {
      field_lose(in, STR("include"), v);
    }
  }
  return 0;
}

/* What only a store of responses could honour is refused: to answer without
 * the earlier turns would be a wrong answer. */
static int read_previous(struct field_reader *in, struct json_value value) {
  return field_refuse(in, value, ERR_PREVIOUS, STR_NONE);
}

static int read_prompt(struct field_reader *in, struct json_value value) {
  return field_refuse(in, value, ERR_UNSUPPORTED,
                      STR("prompt templates are kept by OpenAI and known to no other upstream"));
}

/* Named as lost only where it asks for other than what happens anyway. */
static int read_store(struct field_reader *in, struct json_value value) {
  if (json_bool(value, false))
    request_lose(in->request, STR("store"));
  return 0;
}

static int read_background(struct field_reader *in, struct json_value value) {
  if (json_bool(value, false))
    request_lose(in->request, STR("background"));
  return 0;
}

static int read_truncation(struct field_reader *in, struct json_value value) {
  if (!json_is(value, STR("disabled")))
    request_lose(in->request, STR("truncation"));
  return 0;
}

static int read_service_tier(struct field_reader *in, struct json_value value) {
  if (!json_is(value, STR("auto")) && !json_is(value, STR("default"))) {
    request_lose(in->request, STR("service_tier"));
  }
  return 0;
}

/* A number that is zero by default. */
static int read_zero(struct field_reader *in, struct json_value value) {
  double number = 0;
  if (!json_number(value, &number) || number != 0) {
    request_lose(in->request, json_key(value));
  }
  return 0;
}

static const struct field_case fields[] = {
    {STR_INIT("model"), request_read_nothing}, /* the route has replaced it */
    {STR_INIT("input"), read_input},
    {STR_INIT("instructions"), read_instructions},
    {STR_INIT("stream"), request_read_stream},
    {STR_INIT("tools"), read_tools},
    {STR_INIT("tool_choice"), read_tool_choice},
    {STR_INIT("parallel_tool_calls"), request_read_parallel},
    {STR_INIT("text"), read_text},
    {STR_INIT("reasoning"), read_effort},
    {STR_INIT("include"), read_include},
    {STR_INIT("temperature"), request_read_temperature},
    {STR_INIT("top_p"), request_read_top_p},
    {STR_INIT("max_output_tokens"), request_read_output_max},
    {STR_INIT("user"), request_read_user},
    {STR_INIT("safety_identifier"), request_read_user},
    {STR_INIT("previous_response_id"), read_previous},
    {STR_INIT("conversation"), read_previous},
    {STR_INIT("prompt"), read_prompt},
    {STR_INIT("store"), read_store},
    {STR_INIT("background"), read_background},
    {STR_INIT("truncation"), read_truncation},
    {STR_INIT("service_tier"), read_service_tier},
    {STR_INIT("presence_penalty"), read_zero},
    {STR_INIT("frequency_penalty"), read_zero},
    {STR_INIT("top_logprobs"), read_zero},
    {STR_INIT("metadata"), request_read_nothing},       /* echoed */
    {STR_INIT("stream_options"), request_read_nothing}, /* obfuscation: there is none */
};

int responses_request_read(struct request *r, struct json_value body, struct failure *f) {
  struct field_reader in = {r, f};
  r->body = body;
  int err = field_read(&in, body, fields, FIELD_COUNT(fields));
  if (err)
    return err;
  if (json_absent(json_find(body, STR("input")))) {
    return field_refuse(&in, json_find(body, STR("input")), ERR_MISSING, STR("input"));
  }
  return 0;
}
