#include "item/request_fields.h"

#include "item/reasoning.h"

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

int request_read_content(struct field_reader *in, struct item *item, struct json_value content) {
  if (json_type(content) == JSON_STRING) {
    struct part *part = item_add_part(in->request, item, PART_TEXT, STR_NONE);
    return part ? field_take_text(in, content, &part->text, &part->escaped) : ERR_MEMORY;
  }
  if (!json_absent(content) && json_type(content) != JSON_ARRAY) {
    return field_refuse(in, content, ERR_TYPE, STR("content is a string or an array of parts"));
  }
  for (struct json_value v = json_first(content); json_exists(v); v = json_next(v)) {
    int err = request_read_part(in, item, v);
    if (err)
      return err;
  }
  return 0;
}

/* ---- parts ---- */

static bool is_text_type(struct json_value type) {
  static const char *const types[] = {"text", "input_text", "output_text", "reasoning_text",
                                      "summary_text"};
  return JSON_ROW(type, types) != NULL;
}

static int read_text(struct field_reader *in, struct item *item, struct json_value part,
                     bool refusal) {
  struct part *made =
      item_add_part(in->request, item, refusal ? PART_REFUSAL : PART_TEXT, STR_NONE);
  if (made == NULL)
    return ERR_MEMORY;
  if (in->request->chat && json_is(json_find(part, STR("type")), STR("text")))
    made->source = part;
  return field_text(in, part, refusal ? STR("refusal") : STR("text"), &made->text, &made->escaped);
}

/* A part that is no text: its kind, and the members that can hold it. */
static const struct media {
  const char *type;
  enum part_kind kind;
  const char *text, *data, *id, *detail;
} media[] = {
    {"input_image", PART_IMAGE, "image_url", "url", "file_id", "detail"},
    {"computer_screenshot", PART_IMAGE, "image_url", "image_url", "file_id", "detail"},
    {"input_file", PART_FILE, "file_url", "file_data", "file_id", "filename"},
    {"input_video", PART_VIDEO, "video_url", "video_url", "file_id", "detail"},
    {"input_audio", PART_AUDIO, "data", "data", "file_id", "format"},
    /* parts of Chat Completions */
    {"image_url", PART_IMAGE, "image_url", "url", "file_id", "detail"},
    {"video_url", PART_VIDEO, "video_url", "url", "file_id", "detail"},
    {"file", PART_FILE, "file_url", "file_data", "file_id", "filename"},
    {"file_url", PART_FILE, "file_url", "url", "file_id", "filename"}, /* GLM, earlier */
};

static int read_media(struct field_reader *in, struct item *item, struct json_value part,
                      const struct media *m) {
  struct part *made = item_add_part(in->request, item, m->kind, STR_NONE);
  struct json_value inner = json_find(part, str_literal(m->type));
  if (made == NULL)
    return ERR_MEMORY;
  if (json_type(inner) != JSON_OBJECT)
    inner = json_find(part, str_literal(m->text)); /* {"url":"..."} from some clients */
  else if (in->request->chat)
    made->source = part;
  if (json_type(inner) == JSON_OBJECT)
    part = inner;
  int err = field_string(in, part, str_literal(m->text), &made->text);
  if (err == 0 && made->text.n == 0)
    err = field_string(in, part, str_literal(m->data), &made->text);
  if (err == 0)
    err = field_string(in, part, str_literal(m->id), &made->id);
  return err ? err : field_string(in, part, str_literal(m->detail), &made->detail);
}

/* Keep a part of an unknown type. */
static int read_foreign(struct field_reader *in, struct item *item, struct json_value part,
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

int request_read_part(struct field_reader *in, struct item *item, struct json_value part) {
  struct json_value type = json_find(part, STR("type"));
  bool refusal = json_is(type, STR("refusal"));
  if (refusal || is_text_type(type))
    return read_text(in, item, part, refusal);
  const struct media *m = JSON_ROW(type, media);
  return m != NULL ? read_media(in, item, part, m) : read_foreign(in, item, part, type);
}

int request_end_said(struct field_reader *in, struct item *said, struct item **link) {
  if (!item_is_empty(said))
    return reasoning_split(in->request, said) ? 0 : ERR_MEMORY;
  *link = NULL;
  in->request->items_end = link;
  return 0;
}

/* ---- tools ---- */

/* The members of a tool or a tool_choice are in an inner object in Chat Completions. */
static struct json_value inner_of(struct json_value object) {
  struct json_value inner = json_find(object, STR("function"));
  if (json_type(inner) != JSON_OBJECT)
    inner = json_find(object, STR("custom"));
  return json_type(inner) == JSON_OBJECT ? inner : object;
}

int request_read_tool(struct field_reader *in, struct json_value source, enum tool_kind kind,
                      struct str space) {
  struct tool *tool = request_add_tool(in->request, kind, STR_NONE);
  struct json_value object = inner_of(source), format = json_find(object, STR("format"));
  struct json_value grammar = json_find(format, STR("grammar"));
  struct json_value parameters = json_find(object, STR("parameters"));
  if (tool == NULL)
    return ERR_MEMORY;
  if (json_type(grammar) == JSON_OBJECT)
    format = grammar;
  tool->source = source;
  tool->space = space;
  tool->strict = json_bool(json_find(object, STR("strict")),
                           json_bool(json_find(source, STR("strict")), false));
  int err = field_needed(in, object, STR("name"), &tool->name);
  if (err == 0)
    err = field_string(in, object, STR("description"), &tool->description);
  if (err == 0)
    err = field_string(in, format, STR("syntax"), &tool->syntax);
  if (err == 0)
    err = field_string(in, format, STR("definition"), &tool->grammar);
  if (json_type(parameters) == JSON_OBJECT)
    tool->parameters = json_count(parameters) > 0 ? json_raw(parameters) : STR(NO_PARAMETERS);
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

/* web_search, web_search_preview, web_search_2025_08_26 ... */
static bool is_search(struct json_value type) {
  return str_starts(json_raw(type), STR("\"web_search"));
}

/* {"type":"function","name":"f"}; in Chat Completions with an inner object, at Anthropic of type
 * "tool". */
static bool names_tool(struct json_value choice, struct json_value type) {
  static const char *const types[] = {"function", "custom", "tool"};
  return json_type(choice) == JSON_OBJECT && (json_absent(type) || JSON_ROW(type, types) != NULL);
}

int request_read_choice(struct field_reader *in, struct json_value choice) {
  static const struct field_word words[] = {
      {"auto", TOOL_CHOICE_AUTO},
      {"none", TOOL_CHOICE_NONE},
      {"required", TOOL_CHOICE_REQUIRED},
      {"any", TOOL_CHOICE_REQUIRED}, /* Mistral, Anthropic */
  };
  struct request *r = in->request;
  struct json_value type = json_find(choice, STR("type")), word = choice;
  if (names_tool(choice, type)) {
    r->tool_choice = TOOL_CHOICE_NAMED;
    return field_needed(in, inner_of(choice), STR("name"), &r->tool_name);
  }
  if (json_is(type, STR("allowed_tools"))) {
    struct json_value inner = json_find(choice, STR("allowed_tools"));
    if (json_absent(inner))
      inner = choice; /* in the Responses API */
    r->allowed_tools = json_find(inner, STR("tools"));
    word = json_find(inner, STR("mode"));
    if (json_absent(word))
      return 0;
  } else if (json_type(choice) == JSON_OBJECT) {
    word = type;
  }
  int meaning = field_word(word, words, FIELD_COUNT(words));
  if (meaning >= 0) {
    r->tool_choice = (enum tool_choice)meaning;
  } else if (is_search(type)) {
    r->tool_choice = TOOL_CHOICE_SEARCH;
  } else if (json_type(choice) == JSON_OBJECT) {
    field_lose(in, STR("tool_choice"), type);
  } else {
    return field_refuse(in, choice, ERR_VALUE,
                        STR("tool_choice is auto, none, required or names a tool"));
  }
  return 0;
}

/* ---- the format ---- */

int request_read_format(struct field_reader *in, struct json_value format) {
  static const struct field_word words[] = {
      {"text", FORMAT_TEXT},
      {"json_object", FORMAT_JSON_OBJECT},
      {"json_schema", FORMAT_JSON_SCHEMA},
  };
  struct request *r = in->request;
  int word = field_word(json_find(format, STR("type")), words, FIELD_COUNT(words));
  struct json_value inner = json_find(format, STR("json_schema"));
  if (json_absent(format))
    return 0;
  if (word < 0) {
    return field_refuse(in, format, ERR_VALUE,
                        STR("the type of a format is text, json_object or json_schema"));
  }
  if (json_absent(inner))
    inner = format; /* in the Responses API */
  struct json_value schema = json_find(inner, STR("schema"));
  /* llama.cpp and Together have the schema in a json_object. */
  if (word == FORMAT_JSON_OBJECT && json_type(schema) == JSON_OBJECT)
    word = FORMAT_JSON_SCHEMA;
  r->format = (enum text_format)word;
  if (word != FORMAT_JSON_SCHEMA)
    return 0;
  if (json_type(schema) != JSON_OBJECT)
    return field_refuse(in, inner, ERR_MISSING, STR("schema"));
  r->schema = json_raw(schema);
  r->format_source = inner;
  return field_string(in, inner, STR("name"), &r->format_name);
}
