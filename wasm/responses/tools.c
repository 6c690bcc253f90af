/* [{"type":"function","name":"f","description":"...","parameters":{...},"strict":true},
 *  {"type":"custom","name":"p","format":{"type":"grammar","syntax":"lark","definition":"..."}},
 *  {"type":"namespace","name":"n","tools":[{"type":"function",...},{"type":"custom",...}]},
 *  {"type":"web_search",...}]
 */
#include "responses/tools.h"

#include "item/request_fields.h"

/* Read a function or a custom tool; 0 and |*is_one| false when |value| is neither. */
static int read_callable(struct field_reader *in, struct json_value value, struct str space,
                         bool *is_one) {
  struct json_value type = json_find(value, STR("type"));
  bool custom = json_is(type, STR("custom"));
  *is_one = custom || json_is(type, STR("function"));
  if (!*is_one)
    return 0;
  return request_read_tool(in, value, custom ? TOOL_CUSTOM : TOOL_FUNCTION, space);
}

static int read_namespace(struct field_reader *in, struct json_value value) {
  struct str space = STR_NONE;
  int err = field_needed(in, value, STR("name"), &space);
  struct json_value tools = json_find(value, STR("tools"));
  for (struct json_value v = json_first(tools); err == 0 && json_exists(v); v = json_next(v)) {
    bool known;
    err = read_callable(in, v, space, &known);
    if (!known)
      field_lose(in, STR("tools"), json_find(v, STR("type")));
  }
  return err;
}

/* web_search, web_search_preview, web_search_2025_08_26 ... */
static bool is_search(struct json_value type) {
  return str_starts(json_raw(type), STR("\"web_search"));
}

int responses_read_tool(struct field_reader *in, struct json_value tool) {
  struct json_value type = json_find(tool, STR("type"));
  bool known;
  if (json_type(type) != JSON_STRING) {
    return field_refuse(in, tool, ERR_TYPE, STR("a tool is an object with a \"type\""));
  }
  if (json_is(type, STR("namespace")))
    return read_namespace(in, tool);
  if (is_search(type)) {
    struct tool *search = request_add_tool(in->request, TOOL_WEB_SEARCH, STR("web_search"));
    if (search == NULL)
      return ERR_MEMORY;
    search->source = tool;
    return 0;
  }
  int err = read_callable(in, tool, STR_NONE, &known);
  if (!known)
    field_lose(in, STR("tools"), type);
  return err;
}

int responses_read_tools(struct field_reader *in, struct json_value tools) {
  return request_read_tools(in, tools, responses_read_tool);
}
