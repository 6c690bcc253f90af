#include "item/request_fields.h"

int request_read_stream(struct field_reader *in, struct json_value value) {
  return field_take_bool(in, value, &in->request->stream);
}

int request_read_temperature(struct field_reader *in, struct json_value value) {
  return field_take_number(in, value, &in->request->temperature);
}

int request_read_top_p(struct field_reader *in, struct json_value value) {
  return field_take_number(in, value, &in->request->top_p);
}

int request_read_output_max(struct field_reader *in, struct json_value value) {
  return field_take_count(in, value, &in->request->max_output_tokens);
}

int request_read_user(struct field_reader *in, struct json_value value) {
  return field_take_string(in, value, &in->request->user);
}

int request_read_parallel(struct field_reader *in, struct json_value value) {
  bool parallel = true;
  int err = field_take_bool(in, value, &parallel);
  in->request->serial_calls = !parallel;
  return err;
}

int request_read_nothing(struct field_reader *in, struct json_value value) {
  (void)in, (void)value;
  return 0;
}

int request_read_content(struct field_reader *in, struct item *item, struct json_value content,
                         int (*read)(struct field_reader *in, struct item *item,
                                     struct json_value part)) {
  if (json_type(content) == JSON_STRING) {
    struct part *part = item_add_part(in->request, item, PART_TEXT, STR_NONE);
    return part ? field_take_text(in, content, &part->text, &part->escaped) : ERR_MEMORY;
  }
  if (!json_absent(content) && json_type(content) != JSON_ARRAY) {
    return field_refuse(in, content, ERR_TYPE, STR("content is a string or an array of parts"));
  }
  for (struct json_value v = json_first(content); json_exists(v); v = json_next(v)) {
    int err = read(in, item, v);
    if (err)
      return err;
  }
  return 0;
}

/* The types of text parts of both APIs: clients confuse them. */
static bool is_text_type(struct json_value type) {
  static const char *const types[] = {"text", "input_text", "output_text", "reasoning_text",
                                      "summary_text"};
  return JSON_ROW(type, types) != NULL;
}

int request_read_text_part(struct field_reader *in, struct item *item, struct json_value part,
                           struct json_value type, bool *is_one) {
  bool refusal = json_is(type, STR("refusal"));
  *is_one = refusal || is_text_type(type);
  if (!*is_one)
    return 0;
  struct part *made =
      item_add_part(in->request, item, refusal ? PART_REFUSAL : PART_TEXT, STR_NONE);
  if (made == NULL)
    return ERR_MEMORY;
  return field_text(in, part, refusal ? STR("refusal") : STR("text"), &made->text, &made->escaped);
}

int request_read_foreign_part(struct field_reader *in, struct item *item, struct json_value part,
                              struct json_value type) {
  if (json_type(part) != JSON_OBJECT || json_type(type) != JSON_STRING) {
    return field_refuse(in, part, ERR_TYPE, STR("a content part is an object with a \"type\""));
  }
  struct part *made = item_add_part(in->request, item, PART_FOREIGN, STR_NONE);
  if (made == NULL)
    return ERR_MEMORY;
  made->source = part;
  return field_take_string(in, type, &made->type);
}

int request_read_tool(struct field_reader *in, struct json_value source, struct json_value object,
                      struct json_value format, enum tool_kind kind, struct str space) {
  struct tool *tool = request_add_tool(in->request, kind, STR_NONE);
  if (tool == NULL)
    return ERR_MEMORY;
  tool->source = source;
  tool->space = space;
  int err = field_needed(in, object, STR("name"), &tool->name);
  if (err == 0)
    err = field_string(in, object, STR("description"), &tool->description);
  if (err == 0)
    err = field_string(in, format, STR("syntax"), &tool->syntax);
  if (err == 0)
    err = field_string(in, format, STR("definition"), &tool->grammar);
  struct json_value parameters = json_find(object, STR("parameters"));
  if (json_type(parameters) == JSON_OBJECT)
    tool->parameters = json_raw(parameters);
  return err;
}

int request_read_tools(struct field_reader *in, struct json_value tools,
                       int (*read)(struct field_reader *in, struct json_value tool)) {
  if (json_type(tools) != JSON_ARRAY) {
    return field_refuse(in, tools, ERR_TYPE, STR("tools is an array"));
  }
  request_forget_tools(in->request);
  for (struct json_value v = json_first(tools); json_exists(v); v = json_next(v)) {
    int err = read(in, v);
    if (err)
      return err;
  }
  return 0;
}

int request_read_choice(struct field_reader *in, struct json_value choice) {
  static const struct field_word words[] = {
      {"auto", TOOL_CHOICE_AUTO},
      {"none", TOOL_CHOICE_NONE},
      {"required", TOOL_CHOICE_REQUIRED},
      {"any", TOOL_CHOICE_REQUIRED}, /* Mistral, Anthropic */
  };
  int word = field_word(choice, words, FIELD_COUNT(words));
  if (word < 0) {
    return field_refuse(in, choice, ERR_VALUE,
                        STR("tool_choice is auto, none, required or names a tool"));
  }
  in->request->tool_choice = (enum tool_choice)word;
  return 0;
}

int request_read_format(struct field_reader *in, struct json_value format) {
  static const struct field_word words[] = {
      {"text", FORMAT_TEXT},
      {"json_object", FORMAT_JSON_OBJECT},
      {"json_schema", FORMAT_JSON_SCHEMA},
  };
  int word = field_word(json_find(format, STR("type")), words, FIELD_COUNT(words));
  if (word < 0) {
    return field_refuse(in, format, ERR_VALUE,
                        STR("the type of a format is text, json_object or json_schema"));
  }
  in->request->format = (enum text_format)word;
  return 0;
}
