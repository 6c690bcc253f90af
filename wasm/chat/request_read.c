/* The request, as clients send it:
 *
 *   {"model": "m", "stream": true, "stream_options": {"include_usage": true},
 *    "messages": [
 *      {"role": "system" | "developer", "content": "text" | [parts]},
 *      {"role": "user", "content": [
 *         {"type": "text", "text": "..."},
 *         {"type": "image_url", "image_url": {"url": "...", "detail": "auto"}}]},
 *      {"role": "assistant", "content": null, "reasoning_content": "...",
 *       "tool_calls": [{"id": "c", "type": "function",
 *                       "function": {"name": "f", "arguments": "{}"}}]},
 *      {"role": "tool", "tool_call_id": "c", "content": "text"}],
 *    "tools": [{"type": "function", "function": {"name": "f", "parameters": {...}}}],
 *    "tool_choice": "auto" | {"type": "function", "function": {"name": "f"}},
 *    "response_format": {"type": "json_schema", "json_schema": {...}},
 *    "max_completion_tokens": 100, "reasoning_effort": "low", ...}
 *
 * The older form, of one call without an id in a turn:
 *
 *      {"role": "assistant", "content": null,
 *       "function_call": {"name": "f", "arguments": "{}"}},
 *      {"role": "function", "name": "f", "content": "text"}],
 *    "functions": [{"name": "f", "parameters": {...}}],
 *    "function_call": "auto" | {"name": "f"}
 */
#include "chat/request.h"
#include "item/call_id.h"
#include "item/field.h"
#include "item/reasoning.h"
#include "item/request_fields.h"
#include "limits.h"

/* ---- messages ---- */

/* A new last item, of |message|. */
static struct item *add_item(struct field_reader *in, enum item_kind kind,
                             struct json_value message) {
  struct item *item = request_add_item(in->request, kind);
  if (item != NULL)
    item->message = message;
  return item;
}

static int read_arguments(struct field_reader *in, struct item *item, struct json_value arguments) {
  /* Some clients send an object instead of a string. */
  if (!json_absent(arguments) && json_type(arguments) != JSON_STRING) {
    item->text = json_raw(arguments);
    return 0;
  }
  return item->custom ? field_take_string(in, arguments, &item->text)
                      : field_take_text(in, arguments, &item->text, &item->escaped);
}

static int read_call(struct field_reader *in, struct json_value message, struct json_value call) {
  struct item *item = add_item(in, ITEM_CALL, message);
  if (item == NULL)
    return ERR_MEMORY;
  item->source = call;
  item->custom = json_is(json_find(call, STR("type")), STR("custom"));
  struct json_value inner = json_find(call, item->custom ? STR("custom") : STR("function"));
  int err = field_needed(in, call, STR("id"), &item->call_id);
  if (err == 0)
    err = field_needed(in, inner, STR("name"), &item->name);
  if (err)
    return err;
  call_id_split(&item->call_id, &item->extra, in->request->arena);
  return read_arguments(in, item, json_find(inner, item->custom ? STR("input") : STR("arguments")));
}

/* ---- the older form of calls ---- */

/* A new call without an id; it gets one that Mistral takes, too: nine letters and digits. */
static struct item *add_function_call(struct field_reader *in, struct json_value message) {
  enum { FIRST = 100, COUNT = 900 }; /* three digits */
  struct item *item = add_item(in, ITEM_CALL, message);
  struct buf id;
  buf_init(&id, in->request->arena, KIB);
  buf_put(&id, STR("fncall"));
  buf_put_integer(&id, FIRST + in->request->call_count++ % COUNT);
  if (item == NULL || buf_error(&id))
    return NULL;
  item->call_id = buf_str(&id);
  in->request->function_call = item;
  return item;
}

static int read_function_call(struct field_reader *in, struct json_value message) {
  struct json_value call = json_find(message, STR("function_call"));
  if (json_type(call) != JSON_OBJECT)
    return 0;
  struct item *item = add_function_call(in, message);
  int err = item != NULL ? field_needed(in, call, STR("name"), &item->name) : ERR_MEMORY;
  return err ? err : read_arguments(in, item, json_find(call, STR("arguments")));
}

/* It belongs to the call before it. In this form there may be none; in the other there must be. */
static int read_function_result(struct field_reader *in, struct json_value message) {
  struct str name = STR_NONE;
  struct item *call = in->request->function_call;
  int err = field_needed(in, message, STR("name"), &name);
  if (err)
    return err;
  if (call == NULL && (call = add_function_call(in, JSON_ABSENT)) != NULL)
    call->name = name;
  struct item *item = add_item(in, ITEM_RESULT, message);
  if (item == NULL || call == NULL)
    return ERR_MEMORY;
  item->call_id = call->call_id;
  in->request->function_call = NULL;
  return request_read_content(in, item, json_find(message, STR("content")));
}

/* Has an assistant's message members that become no item? */
static bool has_more(struct json_value message) {
  static const struct str names[] = {STR_INIT("audio"), STR_INIT("prefix"), STR_INIT("partial")};
  for (size_t i = 0; i < FIELD_COUNT(names); i++) {
    if (!json_absent(json_find(message, names[i])))
      return true;
  }
  return false;
}

static int read_said(struct field_reader *in, struct json_value message, struct str refusal) {
  struct json_value content = json_find(message, STR("content"));
  if (json_absent(content) && refusal.n == 0 && !has_more(message))
    return 0;
  struct item **link = in->request->items_end, *item = add_item(in, ITEM_MESSAGE, message);
  if (item == NULL)
    return ERR_MEMORY;
  item->role = ROLE_ASSISTANT;
  if (refusal.n > 0 && item_add_part(in->request, item, PART_REFUSAL, refusal) == NULL)
    return ERR_MEMORY;
  int err = request_read_content(in, item, content);
  return err || has_more(message) ? err : request_end_said(in, item, link);
}

/* The member is "reasoning_content", at OpenRouter "reasoning". */
static int read_reasoning(struct field_reader *in, struct json_value message) {
  struct str text = STR_NONE;
  int err = field_string(in, message, STR("reasoning_content"), &text);
  if (err == 0 && text.n == 0 && json_type(json_find(message, STR("reasoning"))) == JSON_STRING)
    err = field_string(in, message, STR("reasoning"), &text);
  if (err || text.n == 0)
    return err;
  struct item *item = add_item(in, ITEM_REASONING, message);
  return item != NULL && item_add_part(in->request, item, PART_TEXT, text) ? 0 : ERR_MEMORY;
}

static int read_assistant(struct field_reader *in, struct json_value message) {
  struct str refusal = STR_NONE;
  int err = field_string(in, message, STR("refusal"), &refusal);
  if (err == 0)
    err = read_reasoning(in, message);
  if (err == 0)
    err = read_said(in, message, refusal);
  struct json_value calls = json_find(message, STR("tool_calls"));
  for (struct json_value v = json_first(calls); err == 0 && json_exists(v); v = json_next(v))
    err = read_call(in, message, v);
  return err == 0 && json_count(calls) == 0 ? read_function_call(in, message) : err;
}

static int read_result(struct field_reader *in, struct json_value message) {
  struct str extra;
  struct item *item = add_item(in, ITEM_RESULT, message);
  if (item == NULL)
    return ERR_MEMORY;
  item->call_source = json_find(message, STR("tool_call_id"));
  int err = field_needed(in, message, STR("tool_call_id"), &item->call_id);
  if (err)
    return err;
  call_id_split(&item->call_id, &extra, in->request->arena);
  return request_read_content(in, item, json_find(message, STR("content")));
}

static int read_message(struct field_reader *in, struct json_value message) {
  static const struct field_word roles[] = {
      {"system", ROLE_SYSTEM},
      {"developer", ROLE_DEVELOPER},
      {"user", ROLE_USER},
  };
  struct json_value name = json_find(message, STR("role"));
  int role = field_word(name, roles, FIELD_COUNT(roles));
  if (json_is(name, STR("assistant")))
    return read_assistant(in, message);
  if (json_is(name, STR("tool")))
    return read_result(in, message);
  if (json_is(name, STR("function")))
    return read_function_result(in, message);
  if (role < 0) {
    return field_refuse(in, message, ERR_VALUE,
                        STR("a message's role is system, developer, user, assistant or tool"));
  }
  struct item *item = add_item(in, ITEM_MESSAGE, message);
  if (item == NULL)
    return ERR_MEMORY;
  item->role = (enum role)role;
  return request_read_content(in, item, json_find(message, STR("content")));
}

static int read_messages(struct field_reader *in, struct json_value messages) {
  if (json_type(messages) != JSON_ARRAY) {
    return field_refuse(in, messages, ERR_TYPE, STR("messages is an array"));
  }
  request_forget_items(in->request);
  in->request->function_call = NULL;
  return field_read_items(in, messages, read_message);
}

/* ---- tools ---- */

/* A tool that is no function is a type of the upstream's own: it is kept unchanged, with the name
 * by which the conversation calls it, if it has one (Kimi's builtin_function). */
static int read_tool(struct field_reader *in, struct json_value value) {
  struct json_value type = json_find(value, STR("type"));
  struct json_value function = json_find(value, STR("function"));
  bool custom = json_is(type, STR("custom"));
  if (json_type(value) != JSON_OBJECT)
    return field_refuse(in, value, ERR_TYPE, STR("a tool is an object with a \"type\""));
  if (custom || json_is(type, STR("function")) ||
      (json_absent(type) && json_type(function) == JSON_OBJECT))
    return request_read_tool(in, value, custom ? TOOL_CUSTOM : TOOL_FUNCTION, STR_NONE);
  struct tool *tool = request_add_tool(in->request, TOOL_FOREIGN, STR_NONE);
  if (tool == NULL)
    return ERR_MEMORY;
  tool->source = value;
  int err = field_string(in, function, STR("name"), &tool->name);
  tool->wire = tool->name;
  return err;
}

static int read_tools(struct field_reader *in, struct json_value tools) {
  in->request->functions = false;
  return request_read_tools(in, tools, read_tool);
}

static int read_function(struct field_reader *in, struct json_value value) {
  return request_read_tool(in, value, TOOL_FUNCTION, STR_NONE);
}

/* The answer has place for one call. */
static int read_functions(struct field_reader *in, struct json_value functions) {
  in->request->functions = true;
  in->request->serial_calls = true;
  return request_read_tools(in, functions, read_function);
}

/* ---- the other fields ---- */

static int read_stop(struct field_reader *in, struct json_value stop) {
  in->request->stop = stop;
  if (json_type(stop) == JSON_STRING || json_type(stop) == JSON_ARRAY)
    return 0;
  return field_refuse(in, stop, ERR_TYPE, STR("stop is a string or an array of strings"));
}

static int read_stream_options(struct field_reader *in, struct json_value value) {
  in->request->include_usage = json_bool(json_find(value, STR("include_usage")), false);
  return 0;
}

static int read_effort(struct field_reader *in, struct json_value value) {
  return field_take_string(in, value, &in->request->effort);
}

static int read_logprobs(struct field_reader *in, struct json_value value) {
  in->request->logprobs = json_bool(value, false);
  return request_add_extra(in->request, value, json_key(value)) ? 0 : ERR_MEMORY;
}

/* All other members are sent on by chat_request_write(). */
static const struct field_case fields[] = {
    {"model", request_read_nothing}, /* the route has replaced it */
    {"messages", read_messages},
    {"stream", request_read_stream},
    {"stream_options", read_stream_options},
    {"tools", read_tools},
    {"tool_choice", request_read_choice},
    {"functions", read_functions},
    {"function_call", request_read_choice},
    {"parallel_tool_calls", request_read_parallel},
    {"response_format", request_read_format},
    {"stop", read_stop},
    {"temperature", request_read_temperature},
    {"top_p", request_read_top_p},
    {"max_tokens", request_read_output_max},
    {"max_completion_tokens", request_read_output_max},
    {"reasoning_effort", read_effort},
    {"logprobs", read_logprobs},
    {"user", request_read_user},
    {"user_id", request_read_user},
    {"safety_identifier", request_read_user},
};

int chat_request_read(struct request *r, struct json_value body, struct failure *f) {
  struct field_reader in = {r, f};
  r->body = body;
  r->chat = true;
  for (struct json_value v = json_first(body); json_exists(v); v = json_next(v)) {
    if (json_absent(v))
      continue;
    const struct field_case *field = field_find(json_key(v), fields, FIELD_COUNT(fields));
    if (field == NULL) {
      if (!request_add_extra(r, v, json_key(v)))
        return ERR_MEMORY;
      continue;
    }
    int err = field->read(&in, v);
    if (err)
      return err;
  }
  if (r->items == NULL) {
    return field_refuse(&in, JSON_ABSENT, ERR_MISSING, STR("messages"));
  }
  return 0;
}
