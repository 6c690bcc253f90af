/* "text", or
 *
 *   [{"role": "user", "content": "text" | [{"type": "input_text", "text": "..."},
 *                                          {"type": "input_image", "image_url": "..."}]},
 *    {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
 *    {"type": "function_call_output", "call_id": "c", "output": "text" | [parts]},
 *    {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "raw"},
 *    {"type": "local_shell_call", "call_id": "c", "action": {...}},
 *    {"type": "reasoning", "id": "rs", "summary": [...], "content": [...],
 *     "encrypted_content": "..."},
 *    {"type": "additional_tools", "role": "developer", "tools": [...]},
 *    {"type": "configuration_update", "reasoning": {"effort": "low"}, "text": {...}}]
 */
#include "responses/input.h"

#include "item/call_id.h"
#include "item/reasoning.h"
#include "item/request_fields.h"
#include "responses/stored.h"
#include "responses/tools.h"

/* ---- messages, reasoning ---- */

static int read_message(struct field_reader *in, struct json_value value) {
  static const struct field_word roles[] = {
      {"system", ROLE_SYSTEM},
      {"developer", ROLE_DEVELOPER},
      {"user", ROLE_USER},
      {"assistant", ROLE_ASSISTANT},
  };
  struct json_value name = json_find(value, STR("role"));
  int role = field_word(name, roles, FIELD_COUNT(roles));
  if (role < 0) {
    return field_refuse(in, value, ERR_VALUE,
                        STR("a message's role is system, developer, user or assistant"));
  }
  struct item **link = in->request->items_end;
  struct item *item = request_add_item(in->request, ITEM_MESSAGE);
  if (item == NULL)
    return ERR_MEMORY;
  item->role = (enum role)role;
  item->source = value;
  if (!json_absent(json_find(value, STR("phase"))))
    request_lose(in->request, STR("phase"));
  int err = request_read_content(in, item, json_find(value, STR("content")));
  return err || role != ROLE_ASSISTANT ? err : request_end_said(in, item, link);
}

/* The reasoning itself is in "content"; without it, the summary is used. */
static int read_reasoning(struct field_reader *in, struct json_value value) {
  struct item *item = request_add_item(in->request, ITEM_REASONING);
  struct str id = STR_NONE, encrypted = STR_NONE;
  if (item == NULL)
    return ERR_MEMORY;
  int err = field_string(in, value, STR("id"), &id);
  if (err == 0)
    err = field_string(in, value, STR("encrypted_content"), &encrypted);
  if (err)
    return err;
  item->foreign = !reasoning_read_mark(item, id, encrypted);
  if (item->foreign)
    request_lose(in->request, STR("reasoning.encrypted_content"));
  reasoning_take_details(item, value);
  struct json_value content = json_find(value, STR("content"));
  if (json_count(content) == 0)
    content = json_find(value, STR("summary"));
  if (json_type(content) != JSON_ARRAY)
    return 0;
  return request_read_content(in, item, content);
}

/* ---- calls and results ---- */

/* A kind of call, or of a result. */
static const struct call_shape {
  const char *type;
  const char *name;      /* of the tool; NULL: the item has it */
  const char *arguments; /* the member that holds them; NULL: a result */
  bool custom;
} calls[] = {
    {"function_call", NULL, "arguments", false},
    {"function_call_output", NULL, NULL, false},
    {"custom_tool_call", NULL, "input", true},
    {"custom_tool_call_output", NULL, NULL, true},
    {"local_shell_call", "local_shell", "action", false},
    {"local_shell_call_output", NULL, NULL, false},
    {"shell_call", "shell", "action", false},
    {"shell_call_output", NULL, NULL, false},
    {"apply_patch_call", "apply_patch", "operation", false},
    {"apply_patch_call_output", NULL, NULL, false},
    {"computer_call", "computer", "action", false},
    {"computer_call_output", NULL, NULL, false},
};

/* The id that joins a call and its result; local_shell_call_output has it in "id". */
static int read_call_id(struct field_reader *in, struct json_value value, struct item *item) {
  item->call_source = json_find(value, STR("call_id"));
  if (json_absent(item->call_source) &&
      json_is(json_find(value, STR("type")), STR("local_shell_call_output")))
    item->call_source = json_find(value, STR("id"));
  if (json_absent(item->call_source))
    return field_refuse(in, value, ERR_MISSING, STR("call_id"));
  int err = field_take_string(in, item->call_source, &item->call_id);
  if (err == 0 && item->call_id.n == 0)
    err = field_refuse(in, value, ERR_MISSING, STR("call_id"));
  if (err == 0)
    call_id_split(&item->call_id, &item->extra, in->request->arena);
  return err;
}

static int read_call(struct field_reader *in, struct json_value value,
                     const struct call_shape *shape) {
  struct item *item = request_add_item(in->request, ITEM_CALL);
  if (item == NULL)
    return ERR_MEMORY;
  item->custom = shape->custom;
  item->name = str_literal(shape->name);
  int err = read_call_id(in, value, item);
  if (err == 0 && item->name.n == 0)
    err = field_needed(in, value, STR("name"), &item->name);
  if (err == 0)
    err = field_string(in, value, STR("namespace"), &item->space);
  struct json_value arguments = json_find(value, str_literal(shape->arguments));
  if (err)
    return err;
  if (json_absent(arguments))
    arguments = json_find(value, STR("actions")); /* of a computer_call, lately */
  /* Some clients send an object instead of a string. */
  if (!json_absent(arguments) && json_type(arguments) != JSON_STRING) {
    item->text = json_raw(arguments);
    return 0;
  }
  return item->custom ? field_take_string(in, arguments, &item->text)
                      : field_take_text(in, arguments, &item->text, &item->escaped);
}

/* The output of a shell is an array, that of a computer an image: what is neither text nor parts is
 * sent as its JSON text. */
static int read_output(struct field_reader *in, struct item *item, struct json_value output) {
  bool parts = json_type(output) == JSON_ARRAY &&
               (json_count(output) == 0 ||
                json_type(json_find(json_first(output), STR("type"))) == JSON_STRING);
  if (json_type(output) == JSON_OBJECT && !json_absent(json_find(output, STR("type"))))
    return request_read_part(in, item, output);
  if (json_absent(output) || json_type(output) == JSON_STRING || parts)
    return request_read_content(in, item, output);
  return item_add_part(in->request, item, PART_TEXT, json_raw(output)) ? 0 : ERR_MEMORY;
}

static int read_result(struct field_reader *in, struct json_value value,
                       const struct call_shape *shape) {
  struct item *item = request_add_item(in->request, ITEM_RESULT);
  if (item == NULL)
    return ERR_MEMORY;
  item->custom = shape->custom;
  int err = read_call_id(in, value, item);
  return err ? err : read_output(in, item, json_find(value, STR("output")));
}

/* ---- items ---- */

static bool adds_tools(struct json_value type) {
  return json_is(type, STR("additional_tools")) || json_is(type, STR("tool_search_output"));
}

static bool is_update(struct json_value type) {
  return adds_tools(type) || json_is(type, STR("configuration_update"));
}

static int read_item(struct field_reader *in, struct json_value value) {
  static const struct field_case kinds[] = {
      {"message", read_message},
      {"reasoning", read_reasoning},
      {"item_reference", stored_read_reference},
      {"compaction", stored_read_compaction},
      {"compaction_trigger", stored_read_trigger},
      {"additional_tools", request_read_nothing}, /* see responses_read_updates() */
      {"configuration_update", request_read_nothing},
  };
  struct json_value type = json_find(value, STR("type"));
  struct compaction *c = &in->request->compaction;
  if (c->known_end != NULL && json_raw(value).p >= c->known_end) {
    c->known_end = NULL;
    c->new_link = in->request->items_end;
  }
  if (json_type(value) != JSON_OBJECT) {
    return field_refuse(in, value, ERR_TYPE, STR("an item of input is an object"));
  }
  /* Two widely used clients send messages without a type. */
  if (json_absent(type)) {
    in->request->compaction.on = false;
    return read_message(in, value);
  }
  in->request->has_updates |= is_update(type);
  in->request->compaction.on = false;
  if (json_type(type) != JSON_STRING) {
    return field_refuse(in, type, ERR_TYPE, STR("an item's type is a string"));
  }
  const struct field_case *kind = JSON_ROW(type, kinds);
  if (kind != NULL)
    return kind->read(in, value);
  const struct call_shape *call = JSON_ROW(type, calls);
  if (call != NULL)
    return call->arguments != NULL ? read_call(in, value, call) : read_result(in, value, call);
  field_lose(in, STR("input"), type);
  return 0;
}

int responses_read_input(struct field_reader *in, struct json_value input) {
  request_forget_items(in->request);
  if (json_type(input) == JSON_STRING) {
    struct item *item = request_add_item(in->request, ITEM_MESSAGE);
    if (item == NULL)
      return ERR_MEMORY;
    item->role = ROLE_USER;
    return request_read_content(in, item, input);
  }
  if (json_type(input) != JSON_ARRAY) {
    return field_refuse(in, input, ERR_TYPE, STR("input is a string or an array of items"));
  }
  return field_read_items(in, input, read_item);
}

/* ---- items that change the request ---- */

static int read_more_tools(struct field_reader *in, struct json_value tools) {
  int err = 0;
  for (struct json_value v = json_first(tools); err == 0 && json_exists(v); v = json_next(v))
    err = responses_read_tool(in, v);
  return err;
}

static int read_update(struct field_reader *in, struct json_value value) {
  struct json_value effort = json_find(json_find(value, STR("reasoning")), STR("effort"));
  struct json_value text = json_find(value, STR("text"));
  int err = field_take_string(in, effort, &in->request->effort);
  return err ? err : request_read_format(in, json_find(text, STR("format")));
}

static int read_if_update(struct field_reader *in, struct json_value item) {
  struct json_value type = json_find(item, STR("type"));
  if (adds_tools(type))
    return read_more_tools(in, json_find(item, STR("tools")));
  return json_is(type, STR("configuration_update")) ? read_update(in, item) : 0;
}

int responses_read_updates(struct field_reader *in, struct json_value input) {
  if (!in->request->has_updates)
    return 0;
  int err = field_read_items(in, input, read_if_update);
  return err || request_unite_tools(in->request) ? err : ERR_MEMORY;
}
