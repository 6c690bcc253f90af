/* "tools", as a chat upstream takes them:
 *
 *   [{"type":"function","function":{"name":"f","description":"...","parameters":{...}}},
 *    {"type":"web_search","web_search":{...}}]
 */
#include "chat/tools.h"

#include "base/map.h"
#include "chat/content.h"
#include "chat/messages.h"
#include "chat/search.h"
#include "limits.h"
#include "provider/parameters.h"

struct writer {
  struct buf *out;
  struct request *request;
  const struct chat_rules *rules;
  const struct model_facts *facts;
};

/* A name that fits ^[a-zA-Z0-9_-]{1,64}$ and that no earlier tool has. */
static bool name_wire(struct request *r, struct tool *tool, struct map *taken) {
  for (int64_t i = 0; i < (int64_t)JSON_VALUES_MAX; i++) {
    struct buf wire;
    buf_init(&wire, r->arena, KIB);
    if (tool->space.n > 0) {
      chat_put_wire(&wire, tool->space, CHAT_WIRE_MAX / 2);
      buf_put(&wire, STR("__"));
    }
    chat_put_wire(&wire, tool->name, i > 0 ? CHAT_WIRE_MAX - 8 : CHAT_WIRE_MAX);
    if (i > 0) {
      buf_put_byte(&wire, '_');
      buf_put_integer(&wire, i);
    }
    if (buf_error(&wire))
      return false;
    tool->wire = buf_str(&wire);
    struct map_key key = {STR_NONE, tool->wire};
    if (map_find(taken, key) == NULL)
      return map_put(taken, key, tool);
  }
  return false;
}

static bool has_search(const struct writer *w) {
  return w->rules->search_engine.n > 0 && w->facts->search;
}

/* ---- which tools may be called ---- */

/* The name of an entry of allowed_tools, wherever the two dialects have it. */
static struct json_value name_of_allowed(struct json_value entry) {
  static const struct str within[] = {STR_INIT("function"), STR_INIT("custom")};
  struct json_value name = json_find(entry, STR("name"));
  for (size_t i = 0; i < sizeof within / sizeof *within && json_absent(name); i++)
    name = json_find(json_find(entry, within[i]), STR("name"));
  return name;
}

/* Is |tool| what |entry| of allowed_tools names? */
static bool is_named(struct json_value entry, const struct tool *tool) {
  struct json_value name = name_of_allowed(entry);
  if (tool->kind != TOOL_WEB_SEARCH)
    return json_is(name, tool->name);
  if (json_absent(name))
    name = json_find(entry, STR("type"));
  return str_starts(json_raw(name), STR("\"web_search"));
}

static bool is_listed(const struct request *r, const struct tool *tool) {
  for (struct json_value v = json_first(r->allowed_tools); json_exists(v); v = json_next(v)) {
    if (is_named(v, tool))
      return true;
  }
  return false;
}

/* As is_listed() for every tool, in one pass over a long list. */
static bool mark_listed(struct request *r) {
  struct map names;
  static const struct str search = STR_INIT("web_search");
  map_init(&names, r->arena);
  for (struct json_value v = json_first(r->allowed_tools); json_exists(v); v = json_next(v)) {
    struct json_value name = name_of_allowed(v);
    struct str text = STR_NONE;
    if (str_starts(json_raw(json_absent(name) ? json_find(v, STR("type")) : name),
                   STR("\"web_search")))
      text = search;
    else if (!json_absent(name) && !json_string(name, r->arena, &text))
      continue;
    if (text.n > 0 && !map_put(&names, (struct map_key){STR_NONE, text}, r))
      return false;
  }
  for (struct tool *t = r->tools; t != NULL; t = t->next) {
    struct str name = t->kind == TOOL_WEB_SEARCH ? search : t->name;
    t->chosen = map_find(&names, (struct map_key){STR_NONE, name}) != NULL;
  }
  return true;
}

/* Mark the tools that this request may call.  One that must be called is the only one
 * where the upstream cannot be told to call it.  False when memory is out. */
static bool choose_tools(const struct writer *w) {
  enum { SHORT_LIST = 64 };
  struct request *r = w->request;
  bool list = json_type(r->allowed_tools) == JSON_ARRAY;
  bool one = r->tool_choice == TOOL_CHOICE_NAMED && !w->rules->tool_choice;
  bool search = r->tool_choice == TOOL_CHOICE_SEARCH && has_search(w);
  if (!one && !search && list && json_count(r->allowed_tools) > SHORT_LIST)
    return mark_listed(r);
  for (struct tool *t = r->tools; t != NULL; t = t->next) {
    if (one)
      t->chosen = str_equal(t->name, r->tool_name);
    else if (search)
      t->chosen = t->kind == TOOL_WEB_SEARCH;
    else
      t->chosen = !list || is_listed(r, t);
  }
  return true;
}

/* Where the client will have no live pages, a search that has nothing else is
 * not made. */
static bool can_search(const struct writer *w, const struct tool *tool) {
  return has_search(w) && json_bool(json_find(tool->source, STR("external_web_access")), true);
}

static bool is_sent(const struct writer *w, const struct tool *tool) {
  if (tool->kind == TOOL_WEB_SEARCH && !can_search(w, tool))
    return false;
  if (tool->kind == TOOL_FOREIGN)
    return true;
  return tool->chosen;
}

/* A custom tool takes plain text; for a chat upstream a function with one
 * string stands in for it, and the grammar goes into its description. */
static void put_custom_body(struct writer *w, const struct tool *tool) {
  struct buf *out = w->out;
  json_put_key(out, STR("description"));
  json_put_quote(out);
  json_put_text(out, tool->description.n > 0 ? tool->description : tool->name);
  json_put_text(out, STR("\n\nPut the tool's whole input, as plain text and not as JSON, into "
                         "the string \"input\"."));
  if (tool->grammar.n > 0) {
    json_put_text(out, STR(" The text must follow this grammar ("));
    json_put_text(out, tool->syntax);
    json_put_text(out, STR("):\n"));
    json_put_text(out, tool->grammar);
  }
  json_put_unquote(out);
  json_put_member_raw(out, STR("parameters"),
                      STR("{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\"}},"
                          "\"required\":[\"input\"],\"additionalProperties\":false}"));
}

static void put_function_body(struct writer *w, const struct tool *tool) {
  bool needed = w->rules->tool_description;
  if (tool->description.n == 0 && needed)
    request_lose(w->request, STR("tools.description"));
  if (tool->description.n > 0 || needed) {
    json_put_member_string(w->out, STR("description"),
                           tool->description.n > 0 ? tool->description : tool->name);
  }
  if (tool->parameters.n > 0 || needed) {
    json_put_member_raw(w->out, STR("parameters"),
                        tool->parameters.n > 0 ? tool->parameters : STR(NO_PARAMETERS));
  }
  if (!tool->strict)
    return;
  if (w->rules->json_schema) {
    json_put_member_raw(w->out, STR("strict"), STR("true"));
  } else {
    request_lose(w->request, STR("tools.strict"));
  }
}

/* What a chat client's tool has beside, for a service that may know it. */
static void put_rest(const struct writer *w, struct json_value object) {
  static const char *const known[] = {
      "type", "function", "custom", "name", "description", "parameters", "strict", "format",
  };
  struct chat_target target = {.rules = w->rules, .facts = w->facts};
  struct content_writer content = {w->out, w->request, &target};
  if (w->request->chat)
    content_put_rest(&content, object, known, sizeof known / sizeof *known, STR("tools"));
}

/* The tools that go out; |calls|: only those that the model calls and the client
 * answers. */
static uint32_t count_sent(const struct writer *w, bool calls) {
  uint32_t n = 0;
  if (w->request->tool_choice == TOOL_CHOICE_NONE)
    return 0;
  for (const struct tool *t = w->request->tools; t != NULL; t = t->next)
    n += is_sent(w, t) && !(calls && t->kind == TOOL_WEB_SEARCH);
  return n;
}

bool chat_sends_function(struct request *r, const struct chat_target *target) {
  struct writer w = {NULL, r, target->rules, target->facts};
  if (!choose_tools(&w))
    return false;
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if ((t->kind == TOOL_FUNCTION || t->kind == TOOL_CUSTOM) && is_sent(&w, t))
      return true;
  }
  return false;
}

static void put_tool(struct writer *w, const struct tool *tool) {
  if (tool->kind == TOOL_FOREIGN) {
    json_put_value(w->out, tool->source);
    return;
  }
  if (tool->kind == TOOL_WEB_SEARCH) {
    bool must = w->request->tool_choice == TOOL_CHOICE_SEARCH ||
                (w->request->tool_choice == TOOL_CHOICE_REQUIRED && count_sent(w, true) == 0);
    chat_put_search(w->out, w->request, tool, w->rules->search_engine, must);
    return;
  }
  json_put_open(w->out, '{');
  json_put_member_string(w->out, STR("type"), STR("function"));
  json_put_member_open(w->out, STR("function"), '{');
  json_put_member_string(w->out, STR("name"), tool->wire);
  if (tool->kind == TOOL_CUSTOM) {
    put_custom_body(w, tool);
  } else {
    put_function_body(w, tool);
    put_rest(w, json_find(tool->source, STR("function")));
  }
  json_put_close(w->out, '}');
  put_rest(w, tool->source);
  json_put_close(w->out, '}');
}

/* The tool that must be called, as the upstream knows it. */
static struct str wire_of_named(const struct request *r) {
  const struct tool *t = r->tools;
  while (t != NULL && !str_equal(t->name, r->tool_name))
    t = t->next;
  return t != NULL ? t->wire : r->tool_name;
}

static void put_tool_choice(struct writer *w) {
  const struct request *r = w->request;
  if (!w->rules->tool_choice || r->tool_choice == TOOL_CHOICE_AUTO ||
      r->tool_choice == TOOL_CHOICE_SEARCH) {
    json_put_member_string(w->out, STR("tool_choice"), STR("auto"));
    return;
  }
  json_put_key(w->out, STR("tool_choice"));
  if (r->tool_choice == TOOL_CHOICE_REQUIRED) {
    json_put_string(w->out, STR("required"));
    return;
  }
  json_put_open(w->out, '{');
  json_put_member_string(w->out, STR("type"), STR("function"));
  json_put_member_open(w->out, STR("function"), '{');
  json_put_member_string(w->out, STR("name"), wire_of_named(r));
  json_put_close(w->out, '}');
  json_put_close(w->out, '}');
}

/* Put a member that not every upstream takes; one that it has refused before is noted as lost. */
static void put_flag(struct writer *w, const struct chat_target *target, struct str name,
                     struct str value) {
  if ((target->refused & parameter_bit(name)) != 0)
    request_lose(w->request, name);
  else
    json_put_member_raw(w->out, name, value);
}

void chat_put_tools(struct buf *out, struct request *r, const struct chat_target *target) {
  struct writer writer = {out, r, target->rules, target->facts}, *w = &writer;
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind == TOOL_WEB_SEARCH && !can_search(w, t))
      request_lose(w->request, STR("tools.web_search"));
  }
  if (r->tool_choice == TOOL_CHOICE_SEARCH && !has_search(w))
    request_lose(w->request, STR("tool_choice"));
  if (count_sent(w, false) == 0)
    return;
  json_put_member_open(w->out, STR("tools"), '[');
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (is_sent(w, t))
      put_tool(w, t);
  }
  json_put_close(w->out, ']');
  put_tool_choice(w);
  if (w->rules->tool_stream && w->facts->tool_stream && r->stream &&
      json_absent(request_find_extra(w->request, STR("tool_stream")))) {
    put_flag(w, target, STR("tool_stream"), STR("true"));
  }
  if (r->serial_calls && w->rules->extras) {
    put_flag(w, target, STR("parallel_tool_calls"), STR("false"));
  }
}

void chat_say_tools(struct buf *said, struct request *r, const struct chat_target *target) {
  struct writer writer = {NULL, r, target->rules, target->facts}, *w = &writer;
  if (count_sent(w, true) == 0)
    return;
  if (r->tool_choice == TOOL_CHOICE_REQUIRED && !w->rules->tool_choice) {
    buf_put(said, STR("You must answer by calling at least one of the tools.\n"));
    request_lose(r, STR("tool_choice"));
  }
  if (r->tool_choice == TOOL_CHOICE_NAMED && !w->rules->tool_choice) {
    buf_put(said, STR("You must answer by calling the tool "));
    buf_put(said, wire_of_named(r));
    buf_put(said, STR(".\n"));
    request_lose(r, STR("tool_choice"));
  }
  if (r->serial_calls && !w->rules->extras) {
    buf_put(said, STR("Call at most one tool at a time.\n"));
    request_lose(r, STR("parallel_tool_calls"));
  }
}

/* A tool that must be called has to be there; where the gateway dropped it, that is
 * said. */
static int check_choice(struct request *r, const struct chat_target *target, struct failure *f) {
  struct writer w = {NULL, r, target->rules, target->facts};
  if (r->tool_choice < TOOL_CHOICE_REQUIRED || count_sent(&w, false) > 0)
    return 0;
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind == TOOL_WEB_SEARCH)
      continue;
    return error_refuse(f, ERR_VALUE, STR("tool_choice"),
                        STR("tool_choice asks for a tool that is not in 'tools'."));
  }
  request_lose(r, STR("tool_choice"));
  return 0;
}

static int refuse_tools(struct request *r, uint32_t most, struct failure *f) {
  struct buf message;
  buf_init(&message, r->arena, MESSAGE_MAX);
  buf_put(&message, STR("The request has more tools than this model takes ("));
  buf_put_integer(&message, most);
  buf_put(&message, STR(")."));
  error_refuse(f, ERR_UNSUPPORTED, STR("tools"), buf_str(&message));
  return buf_error(&message) ? buf_error(&message) : ERR_UNSUPPORTED;
}

int chat_name_tools(struct request *r, const struct chat_target *target, struct failure *f) {
  if (r->tool_count > TOOLS_MAX)
    return refuse_tools(r, TOOLS_MAX, f);
  struct writer w = {NULL, r, target->rules, target->facts};
  struct map taken;
  map_init(&taken, r->arena);
  for (struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind != TOOL_FOREIGN && !name_wire(r, t, &taken))
      return ERR_MEMORY;
  }
  if (!request_index_tools(r) || !choose_tools(&w))
    return ERR_MEMORY;
  if (count_sent(&w, false) > target->rules->tools_max)
    return refuse_tools(r, target->rules->tools_max, f);
  return check_choice(r, target, f);
}
