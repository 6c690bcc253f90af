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

int request_read_tools(struct field_reader *in, struct json_value tools,
                       int (*read)(struct field_reader *in, struct json_value tool)) {
  if (json_type(tools) != JSON_ARRAY) {
    return field_refuse(in, tools, ERR_TYPE, STR("tools is an array"));
  }
  request_forget_tools(in->request);
  for (struct json_value v = json_first(tools); json_type(v) != JSON_NONE; v = json_next(v)) {
    int err = read(in, v);
    if (err)
      return err;
  }
  return 0;
}

int request_read_choice(struct field_reader *in, struct json_value choice) {
  static const struct field_word words[] = {
      {STR_INIT("auto"), TOOL_CHOICE_AUTO},
      {STR_INIT("none"), TOOL_CHOICE_NONE},
      {STR_INIT("required"), TOOL_CHOICE_REQUIRED},
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
      {STR_INIT("text"), FORMAT_TEXT},
      {STR_INIT("json_object"), FORMAT_JSON_OBJECT},
      {STR_INIT("json_schema"), FORMAT_JSON_SCHEMA},
  };
  int word = field_word(json_find(format, STR("type")), words, FIELD_COUNT(words));
  if (word < 0) {
    return field_refuse(in, format, ERR_VALUE,
                        STR("the type of a format is text, json_object or json_schema"));
  }
  in->request->format = (enum text_format)word;
  return 0;
}
