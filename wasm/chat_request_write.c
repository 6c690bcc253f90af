/* The request, as an upstream takes it: chat_request_read.c shows the shape.
 * What differs from one upstream to the next is asked of its chat_rules and
 * of the model's facts, never of a name. */
#include "chat_messages.h"
#include "chat_request.h"
#include "chat_search.h"
#include "limits.h"

struct writer {
  struct buf *out;
  struct request *request;
  const struct chat_rules *rules;
  const struct model_facts *facts;
};

static void put_word(struct buf *out, struct str key, struct str value) {
  json_put_key(out, key);
  json_put_string(out, value);
}

/* What a chat client says beside the fields that all upstreams have. */
static struct json_value find_extra(const struct writer *w, struct str key) {
  const struct extra *e = w->request->extras;
  while (e != NULL && !json_key_is(e->value, key))
    e = e->next;
  return e != NULL ? e->value : JSON_ABSENT;
}

/* ---- tools ---- */

enum { WIRE_MAX = 64 }; /* of a function's name, at every vendor */

static bool wire_taken(const struct request *r, const struct tool *before, struct str wire) {
  for (const struct tool *t = r->tools; t != before; t = t->next) {
    if (str_equal(t->wire, wire))
      return true;
  }
  return false;
}

static void put_wire_text(struct buf *b, struct str text, size_t max) {
  for (size_t i = 0; i < text.n && b->n < max; i++) {
    char c = text.p[i];
    bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '-';
    buf_put_byte(b, fits ? c : '_');
  }
}

/* A name that fits ^[a-zA-Z0-9_-]{1,64}$ and that no earlier tool has. */
static bool name_wire(struct request *r, struct tool *tool) {
  for (int64_t i = 0; i < (int64_t)JSON_VALUES_MAX; i++) {
    struct buf wire;
    buf_init(&wire, r->arena, KIB);
    if (tool->space.n > 0) {
      put_wire_text(&wire, tool->space, WIRE_MAX / 2);
      buf_put(&wire, STR("__"));
    }
    put_wire_text(&wire, tool->name, i > 0 ? WIRE_MAX - 8 : WIRE_MAX);
    if (i > 0) {
      buf_put_byte(&wire, '_');
      buf_put_integer(&wire, i);
    }
    if (buf_error(&wire))
      return false;
    tool->wire = buf_str(&wire);
    if (!wire_taken(r, tool, tool->wire))
      return true;
  }
  return false;
}

static bool has_search(const struct writer *w) {
  return w->rules->search_engine.n > 0 && w->facts->search;
}

/* Is |tool| one that this request may call?  A tool that must be called is the
 * only one that is sent where the upstream cannot be told to call it. */
static bool is_allowed(const struct writer *w, const struct tool *tool) {
  const struct request *r = w->request;
  bool search = tool->kind == TOOL_WEB_SEARCH;
  if (r->tool_choice == TOOL_CHOICE_NAMED && !w->rules->tool_choice) {
    return str_equal(tool->name, r->tool_name);
  }
  if (r->tool_choice == TOOL_CHOICE_SEARCH && has_search(w))
    return search;
  if (json_type(r->allowed_tools) != JSON_ARRAY)
    return true;
  for (struct json_value v = json_first(r->allowed_tools); json_type(v) != JSON_NONE;
       v = json_next(v)) {
    struct json_value name = json_find(v, STR("name"));
    if (json_absent(name))
      name = json_find(json_find(v, STR("function")), STR("name"));
    if (json_absent(name) && search)
      name = json_find(v, STR("type"));
    if (search ? str_starts(json_raw(name), STR("\"web_search")) : json_is(name, tool->name))
      return true;
  }
  return false;
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
  return is_allowed(w, tool);
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
  json_put_key(out, STR("parameters"));
  json_put_raw(out, STR("{\"type\":\"object\",\"properties\":{\"input\":{\"type\":\"string\"}},"
                        "\"required\":[\"input\"],\"additionalProperties\":false}"));
}

static void put_function_body(struct writer *w, const struct tool *tool) {
  bool needed = w->rules->tool_description;
  if (tool->description.n > 0 || needed) {
    put_word(w->out, STR("description"), tool->description.n > 0 ? tool->description : tool->name);
  }
  if (tool->parameters.n > 0 || needed) {
    json_put_key(w->out, STR("parameters"));
    json_put_raw(w->out, tool->parameters.n > STR("{}").n
                             ? tool->parameters
                             : STR("{\"type\":\"object\",\"properties\":{}}"));
  }
  struct json_value strict = json_find(tool->source, STR("strict"));
  if (json_absent(strict)) {
    strict = json_find(json_find(tool->source, STR("function")), STR("strict"));
  }
  if (json_bool(strict, false) && w->rules->json_schema) {
    json_put_key(w->out, STR("strict"));
    json_put_bool(w->out, true);
  }
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

static void put_tool(struct writer *w, const struct tool *tool) {
  if (tool->kind == TOOL_FOREIGN) {
    json_put_raw(w->out, json_raw(tool->source));
    return;
  }
  if (tool->kind == TOOL_WEB_SEARCH) {
    bool must = w->request->tool_choice == TOOL_CHOICE_SEARCH ||
                (w->request->tool_choice == TOOL_CHOICE_REQUIRED && count_sent(w, true) == 0);
    chat_put_search(w->out, w->request, tool, w->rules->search_engine, must);
    return;
  }
  json_put_open(w->out, '{');
  put_word(w->out, STR("type"), STR("function"));
  json_put_key(w->out, STR("function"));
  json_put_open(w->out, '{');
  put_word(w->out, STR("name"), tool->wire);
  if (tool->kind == TOOL_CUSTOM) {
    put_custom_body(w, tool);
  } else {
    put_function_body(w, tool);
  }
  json_put_close(w->out, '}');
  json_put_close(w->out, '}');
}

static void put_tool_choice(struct writer *w) {
  const struct request *r = w->request;
  if (!w->rules->tool_choice || r->tool_choice == TOOL_CHOICE_AUTO ||
      r->tool_choice == TOOL_CHOICE_SEARCH) {
    put_word(w->out, STR("tool_choice"), STR("auto"));
    return;
  }
  json_put_key(w->out, STR("tool_choice"));
  if (r->tool_choice == TOOL_CHOICE_REQUIRED) {
    json_put_string(w->out, STR("required"));
    return;
  }
  json_put_open(w->out, '{');
  put_word(w->out, STR("type"), STR("function"));
  json_put_key(w->out, STR("function"));
  json_put_open(w->out, '{');
  put_word(w->out, STR("name"), r->tool_name);
  json_put_close(w->out, '}');
  json_put_close(w->out, '}');
}

static void put_tools(struct writer *w) {
  const struct request *r = w->request;
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind == TOOL_WEB_SEARCH && !can_search(w, t))
      request_lose(w->request, STR("tools.web_search"));
  }
  if (r->tool_choice == TOOL_CHOICE_SEARCH && !has_search(w))
    request_lose(w->request, STR("tool_choice"));
  if (count_sent(w, false) == 0)
    return;
  json_put_key(w->out, STR("tools"));
  json_put_open(w->out, '[');
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (is_sent(w, t))
      put_tool(w, t);
  }
  json_put_close(w->out, ']');
  put_tool_choice(w);
  if (w->rules->tool_stream && w->facts->tool_stream && r->stream &&
      json_absent(find_extra(w, STR("tool_stream")))) {
    json_put_key(w->out, STR("tool_stream"));
    json_put_bool(w->out, true);
  }
  if (r->serial_calls && w->rules->extras) {
    json_put_key(w->out, STR("parallel_tool_calls"));
    json_put_bool(w->out, false);
  }
}

/* ---- what an upstream cannot be told by a field is said to the model ---- */

static void say_tools(struct writer *w, struct buf *said) {
  struct request *r = w->request;
  if (count_sent(w, true) == 0)
    return;
  if (r->tool_choice == TOOL_CHOICE_REQUIRED && !w->rules->tool_choice) {
    buf_put(said, STR("You must answer by calling at least one of the tools.\n"));
    request_lose(r, STR("tool_choice"));
  }
  if (r->tool_choice == TOOL_CHOICE_NAMED && !w->rules->tool_choice) {
    buf_put(said, STR("You must answer by calling the tool "));
    buf_put(said, r->tool_name);
    buf_put(said, STR(".\n"));
    request_lose(r, STR("tool_choice"));
  }
  if (r->serial_calls && !w->rules->extras) {
    buf_put(said, STR("Call at most one tool at a time.\n"));
    request_lose(r, STR("parallel_tool_calls"));
  }
}

static void say_format(struct writer *w, struct buf *said) {
  if (w->request->format != FORMAT_JSON_SCHEMA || w->rules->json_schema)
    return;
  request_lose(w->request, STR("text.format"));
  buf_put(said, STR("Answer with one JSON value that is valid against this JSON Schema, and "
                    "with nothing else: no prose, no code fence.\n"));
  buf_put(said, w->request->schema);
  buf_put_byte(said, '\n');
}

/* ---- numbers ---- */

/* |value| where it is within the bounds, else the bound. */
static void put_clamped(struct buf *out, struct str key, struct json_value value, double least,
                        double most) {
  double number = 0;
  if (!json_number(value, &number))
    return;
  json_put_key(out, key);
  if (number < least) {
    json_put_number(out, least);
  } else if (number > most) {
    json_put_number(out, most);
  } else {
    json_put_raw(out, json_raw(value));
  }
}

static void put_limit(struct writer *w) {
  int64_t n = 0;
  if (!json_integer(w->request->max_output_tokens, &n))
    return;
  if (w->facts->output_max > 0 && n > w->facts->output_max)
    n = w->facts->output_max;
  json_put_key(w->out, w->rules->max_completion ? STR("max_completion_tokens") : STR("max_tokens"));
  json_put_integer(w->out, n);
}

static void put_stop(struct writer *w) {
  struct json_value stop = w->request->stop;
  if (json_absent(stop))
    return;
  json_put_key(w->out, STR("stop"));
  if (!w->rules->stop_one) {
    json_put_raw(w->out, json_raw(stop));
    return;
  }
  if (json_count(stop) > 1)
    request_lose(w->request, STR("stop"));
  struct json_value one = json_type(stop) == JSON_ARRAY ? json_first(stop) : stop;
  json_put_open(w->out, '[');
  if (json_type(one) == JSON_STRING)
    json_put_raw(w->out, json_raw(one));
  json_put_close(w->out, ']');
}

static void put_user(struct writer *w) {
  struct str user = w->request->user;
  if (user.n == 0)
    return;
  if (user.n < w->rules->user_min || user.n > w->rules->user_max) {
    request_lose(w->request, STR("user"));
    return;
  }
  put_word(w->out, w->rules->user_field, user);
}

/* ---- reasoning ---- */

static bool resends_thoughts(const struct request *r) {
  for (const struct item *i = r->items; i != NULL; i = i->next) {
    if (i->kind == ITEM_REASONING && i->parts != NULL)
      return true;
  }
  return false;
}

static bool has_thinking(const struct writer *w) {
  return w->facts->thinking != THINKING_NONE && w->rules->thinking;
}

/* Thoughts that are resent are kept only when the upstream is told not to
 * clear them. */
static void put_thinking(struct writer *w, bool off) {
  bool keep = resends_thoughts(w->request);
  struct json_value own = find_extra(w, STR("thinking")),
                    clear = json_find(own, STR("clear_thinking"));
  if (!has_thinking(w))
    return;
  off |= json_is(json_find(own, STR("type")), STR("disabled"));
  if (off && w->facts->thinking == THINKING_ALWAYS) {
    request_lose(w->request, json_absent(own) ? STR("reasoning.effort") : STR("thinking"));
    off = false;
  }
  if (!off && !keep && w->request->effort.n == 0 && json_absent(own))
    return;
  json_put_key(w->out, STR("thinking"));
  json_put_open(w->out, '{');
  put_word(w->out, STR("type"), off ? STR("disabled") : STR("enabled"));
  if (!json_absent(clear)) {
    json_put_member(w->out, clear);
  } else if (keep) {
    json_put_key(w->out, STR("clear_thinking"));
    json_put_bool(w->out, false);
  }
  json_put_close(w->out, '}');
}

static void put_reasoning(struct writer *w) {
  bool off = false;
  struct str effort = w->request->effort;
  if (effort.n > 0)
    effort = provider_effort(w->facts->effort, effort, &off);
  put_thinking(w, off);
  if (effort.n > 0)
    put_word(w->out, STR("reasoning_effort"), effort);
}

/* ---- format, and the rest ---- */

static void put_format(struct writer *w) {
  const struct request *r = w->request;
  if (r->format == FORMAT_TEXT)
    return;
  json_put_key(w->out, STR("response_format"));
  json_put_open(w->out, '{');
  if (r->format == FORMAT_JSON_OBJECT || !w->rules->json_schema) {
    put_word(w->out, STR("type"), STR("json_object"));
  } else {
    put_word(w->out, STR("type"), STR("json_schema"));
    json_put_key(w->out, STR("json_schema"));
    json_put_open(w->out, '{');
    put_word(w->out, STR("name"), r->format_name.n > 0 ? r->format_name : STR("answer"));
    json_put_key(w->out, STR("schema"));
    json_put_raw(w->out, r->schema);
    request_put_format_rest(w->out, r);
    json_put_close(w->out, '}');
  }
  json_put_close(w->out, '}');
}

/* Members of OpenAI's that an upstream without |extras| does not know. */
static bool is_openai_extra(struct json_value member) {
  static const struct str names[] = {
      STR_INIT("seed"),
      STR_INIT("presence_penalty"),
      STR_INIT("frequency_penalty"),
      STR_INIT("logprobs"),
      STR_INIT("top_logprobs"),
      STR_INIT("n"),
      STR_INIT("logit_bias"),
      STR_INIT("store"),
      STR_INIT("metadata"),
      STR_INIT("service_tier"),
      STR_INIT("prediction"),
      STR_INIT("modalities"),
      STR_INIT("audio"),
      STR_INIT("verbosity"),
      STR_INIT("web_search_options"),
      STR_INIT("functions"),
      STR_INIT("function_call"),
      STR_INIT("prompt_cache_key"),
      STR_INIT("prompt_cache_retention"),
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (json_key_is(member, names[i]))
      return true;
  }
  return false;
}

static void put_extras(struct writer *w) {
  for (const struct extra *e = w->request->extras; e != NULL; e = e->next) {
    struct str key = json_key(e->value);
    if (has_thinking(w) && json_key_is(e->value, STR("thinking")))
      continue; /* see put_thinking() */
    if (!w->rules->extras && is_openai_extra(e->value)) {
      request_lose(w->request, key);
      continue;
    }
    json_put_member(w->out, e->value);
  }
}

static void put_stream(struct writer *w) {
  if (!w->request->stream)
    return;
  json_put_key(w->out, STR("stream"));
  json_put_bool(w->out, true);
  json_put_key(w->out, STR("stream_options"));
  json_put_raw(w->out, STR("{\"include_usage\":true}"));
}

static int check(struct writer *w, struct failure *f) {
  struct request *r = w->request;
  if (w->rules->tools_max > 0 && r->tool_count > w->rules->tools_max) {
    *f = error_failure(ERR_UNSUPPORTED);
    f->param = STR("tools");
    f->message = STR("The request has more tools than this model takes (128).");
    return ERR_UNSUPPORTED;
  }
  for (struct tool *t = r->tools; t != NULL; t = t->next) {
    if (t->kind != TOOL_FOREIGN && !name_wire(r, t))
      return ERR_MEMORY;
  }
  return 0;
}

int chat_request_write(struct buf *out, struct request *r, const struct chat_target *target,
                       struct failure *f) {
  struct writer w = {out, r, target->rules, target->facts};
  struct buf said;
  int err = check(&w, f);
  if (err)
    return err;
  buf_init(&said, r->arena, BODY_MAX_CEILING);
  say_tools(&w, &said);
  say_format(&w, &said);
  json_put_open(out, '{');
  put_word(out, STR("model"), target->model);
  json_put_key(out, STR("messages"));
  chat_put_messages(out, r, target, str_trim(buf_str(&said)));
  put_tools(&w);
  put_format(&w);
  put_reasoning(&w);
  put_clamped(out, STR("temperature"), r->temperature, 0, target->rules->temperature_max);
  put_clamped(out, STR("top_p"), r->top_p, target->rules->top_p_min, 1);
  put_limit(&w);
  put_stop(&w);
  put_user(&w);
  put_stream(&w);
  put_extras(&w);
  json_put_close(out, '}');
  if (buf_error(&said))
    return buf_error(&said);
  return buf_error(out);
}
