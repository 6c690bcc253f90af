/* request_write.c -- write the request that an upstream takes from a chat client's.
 *
 * chat/request_read.c shows the client's shape, request_read.c this one:
 *
 *   system, developer, user      {"type":"message","role":..,"content":[
 *                                  {"type":"input_text",..}, input_image, input_file]}
 *   assistant: content           {"type":"message","role":"assistant","content":[
 *                                  {"type":"output_text",..}, refusal]}
 *   assistant: tool_calls        {"type":"function_call","call_id","name","arguments"}
 *                                {"type":"custom_tool_call","call_id","name","input"}
 *   tool                         {"type":"function_call_output","call_id","output"}
 *   function.name .parameters    name, parameters, and always "strict": the default is
 *                                  true here, and false in Chat Completions
 *   response_format              text.format
 *   reasoning_effort             reasoning.effort
 *   max_(completion_)tokens      max_output_tokens, at least 16
 *   verbosity                    text.verbosity
 */
#include "chat/content.h"
#include "item/field.h"
#include "limits.h"
#include "provider/parameters.h"
#include "responses/request.h"

enum { OUTPUT_TOKENS_MIN = 16 }; /* api.openai.com refuses smaller values */

struct writer {
  struct buf *out;
  struct request *request;
  const struct responses_target *target;
};

static void open_typed(struct writer *w, struct str type) {
  json_put_open(w->out, '{');
  json_put_member_string(w->out, STR("type"), type);
}

/* Put a member with a text of the client's, whose escapes are kept. */
static void put_content(struct writer *w, struct str key, struct str text, bool escaped) {
  json_put_key(w->out, key);
  json_put_quote(w->out);
  json_put_content(w->out, text, escaped);
  json_put_unquote(w->out);
}

/* A writer for content_put_rest(), which reports all that it is given as lost: this API has no
 * place for what a chat client's messages and parts have beside. */
static struct content_writer lost_by(const struct writer *w) {
  static const struct chat_rules takes_none;
  static const struct chat_target target = {.rules = &takes_none};
  return (struct content_writer){w->out, w->request, &target};
}

/* ---- parts ---- */

/* The type of a part in this API, and its members. */
struct part_shape {
  struct str type, text, id, detail;
};

static const struct part_shape shapes[] = {
    [PART_TEXT] = {STR_INIT("input_text"), STR_INIT("text"), {0}, {0}},
    [PART_REFUSAL] = {STR_INIT("refusal"), STR_INIT("refusal"), {0}, {0}},
    [PART_IMAGE] = {STR_INIT("input_image"), STR_INIT("image_url"), STR_INIT("file_id"),
                    STR_INIT("detail")},
    [PART_FILE] = {STR_INIT("input_file"), STR_INIT("file_data"), STR_INIT("file_id"),
                   STR_INIT("filename")},
    [PART_AUDIO] = {STR_INIT("input_audio"), {0}, {0}, {0}},
    [PART_VIDEO] = {STR_INIT("input_video"), {0}, {0}, {0}},
    [PART_FOREIGN] = {STR_INIT("unknown part"), {0}, {0}, {0}},
};

static bool takes(const struct writer *w, const struct part *p) {
  if (part_is_text(p))
    return true;
  if (p->kind == PART_IMAGE && !w->target->facts->images)
    return false;
  return shapes[p->kind].text.n > 0 && p->text.n + p->id.n > 0;
}

/* Put a text in place of a part that the upstream does not take. */
static void put_placeholder(struct writer *w, struct str type, const struct part *p) {
  struct field_reader in = {w->request, NULL};
  struct str what = shapes[p->kind].type;
  if (p->kind == PART_FOREIGN)
    field_lose_word(&in, STR("content"), p->type);
  else
    request_lose(w->request, what);
  open_typed(w, type);
  json_put_key(w->out, STR("text"));
  json_put_quote(w->out);
  json_put_text(w->out, STR("[here was an "));
  json_put_text(w->out, what);
  json_put_text(w->out, STR(", which this model cannot take]"));
  json_put_unquote(w->out);
  json_put_close(w->out, '}');
}

/* |text_type| is the type of a text part at this place. */
static void put_part(struct writer *w, const struct part *p, struct str text_type) {
  static const char *const known[] = {"type", "text"};
  struct content_writer lost = lost_by(w);
  const struct part_shape *shape = &shapes[p->kind];
  bool refusal = p->kind == PART_REFUSAL && str_starts(text_type, STR("output"));
  bool url = p->kind == PART_FILE && str_starts(p->text, STR("http"));
  if (!takes(w, p)) {
    put_placeholder(w, text_type, p);
  } else if (part_is_text(p) && !refusal) {
    open_typed(w, text_type);
    put_content(w, STR("text"), p->text, p->escaped);
    json_put_close(w->out, '}');
    content_put_rest(&lost, p->source, known, FIELD_COUNT(known), STR("content"));
  } else {
    open_typed(w, shape->type);
    if (p->text.n > 0)
      put_content(w, url ? STR("file_url") : shape->text, p->text, p->escaped);
    json_put_member_filled(w->out, shape->id, p->id);
    json_put_member_filled(w->out, shape->detail, p->detail);
    json_put_close(w->out, '}');
  }
}

static void put_parts(struct writer *w, struct str key, const struct item *item,
                      struct str text_type) {
  json_put_member_open(w->out, key, '[');
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (!part_is_reasoning(p))
      put_part(w, p, text_type);
  }
  json_put_close(w->out, ']');
}

/* ---- items ---- */

static void put_message(struct writer *w, const struct item *item) {
  static const struct str roles[] = {
      [ROLE_SYSTEM] = STR_INIT("system"),
      [ROLE_DEVELOPER] = STR_INIT("developer"),
      [ROLE_USER] = STR_INIT("user"),
      [ROLE_ASSISTANT] = STR_INIT("assistant"),
  };
  bool assistant = item->role == ROLE_ASSISTANT;
  if (item->parts == NULL)
    return;
  open_typed(w, STR("message"));
  json_put_member_string(w->out, STR("role"), roles[item->role]);
  put_parts(w, STR("content"), item, assistant ? STR("output_text") : STR("input_text"));
  json_put_close(w->out, '}');
}

static void put_call(struct writer *w, const struct item *item) {
  open_typed(w, item->custom ? STR("custom_tool_call") : STR("function_call"));
  json_put_member_string(w->out, STR("call_id"), item->call_id);
  json_put_member_string(w->out, STR("name"), item->name);
  json_put_member_filled(w->out, STR("namespace"), item->space);
  if (item->custom) {
    put_content(w, STR("input"), item->text, false);
  } else {
    put_content(w, STR("arguments"), item->text.n > 0 ? item->text : STR("{}"), item->escaped);
  }
  json_put_close(w->out, '}');
}

/* Is |result| of a custom tool? Chat results do not have their kind; here it is required. */
static bool is_custom(const struct item *result) {
  return result->custom || (result->pair != NULL && result->pair->custom);
}

/* Put a result for a call that has none: the API would refuse the conversation. */
static void put_no_result(struct writer *w, const struct item *call) {
  open_typed(w, call->custom ? STR("custom_tool_call_output") : STR("function_call_output"));
  json_put_member_string(w->out, STR("call_id"), call->call_id);
  json_put_member_string(w->out, STR("output"), STR(NO_OUTPUT));
  json_put_close(w->out, '}');
  request_lose(w->request, STR("function_call_output"));
}

static void put_result(struct writer *w, const struct item *item) {
  const struct part *part = item->parts;
  open_typed(w, is_custom(item) ? STR("custom_tool_call_output") : STR("function_call_output"));
  json_put_member_string(w->out, STR("call_id"), item->call_id);
  if (part != NULL && (part->next != NULL || !part_is_text(part))) {
    put_parts(w, STR("output"), item, STR("input_text"));
  } else {
    put_content(w, STR("output"), part != NULL ? part->text : STR_NONE,
                part != NULL && part->escaped);
  }
  json_put_close(w->out, '}');
}

static void put_input(struct writer *w) {
  struct content_writer lost = lost_by(w);
  json_put_member_open(w->out, STR("input"), '[');
  for (const struct item *item = w->request->items; item != NULL; item = item->next) {
    if (item->kind != ITEM_RESULT)
      content_put_message_rest(&lost, item->message);
    switch (item->kind) {
    case ITEM_MESSAGE:
      put_message(w, item);
      break;
    case ITEM_CALL:
      put_call(w, item);
      if (item->pair == NULL)
        put_no_result(w, item);
      else if (item_is_early(item->pair))
        put_result(w, item->pair);
      break;
    case ITEM_RESULT:
      if (item->pair != NULL && item->pair->pair != item)
        request_lose(w->request, STR("function_call_output")); /* the second of a call */
      else if (!item_is_early(item))
        put_result(w, item);
      break;
    /* The API takes reasoning back only encrypted, and only by the account that made it. */
    case ITEM_REASONING:
      request_lose(w->request, STR("reasoning_content"));
      break;
    }
  }
  json_put_close(w->out, ']');
}

/* ---- tools ---- */

static void put_grammar(struct writer *w, const struct tool *tool) {
  if (tool->grammar.n == 0)
    return;
  json_put_key(w->out, STR("format"));
  open_typed(w, STR("grammar"));
  json_put_member_string(w->out, STR("syntax"), tool->syntax);
  json_put_member_string(w->out, STR("definition"), tool->grammar);
  json_put_close(w->out, '}');
}

static void put_function(struct writer *w, const struct tool *tool) {
  json_put_member_raw(w->out, STR("parameters"),
                      tool->parameters.n > 0 ? tool->parameters : STR(NO_PARAMETERS));
  json_put_key(w->out, STR("strict"));
  json_put_bool(w->out, tool->strict);
}

static void put_tool(struct writer *w, struct tool *tool) {
  bool custom = tool->kind == TOOL_CUSTOM;
  if (tool->kind == TOOL_FOREIGN || tool->kind == TOOL_WEB_SEARCH) {
    json_put_value(w->out, tool->source);
    return;
  }
  tool->wire = tool->name;
  open_typed(w, custom ? STR("custom") : STR("function"));
  json_put_member_string(w->out, STR("name"), tool->name);
  json_put_member_filled(w->out, STR("description"), tool->description);
  (custom ? put_grammar : put_function)(w, tool);
  json_put_close(w->out, '}');
}

/* Put {"type":"function","name":"f"} for the tool of that name. */
static void put_named(struct writer *w, struct str name) {
  const struct tool *tool = request_find_wire(w->request, name);
  open_typed(w, tool != NULL && tool->kind == TOOL_CUSTOM ? STR("custom") : STR("function"));
  json_put_member_string(w->out, STR("name"), name);
  json_put_close(w->out, '}');
}

/* A tool of allowed_tools has its name in an inner object, as in "tools"; a tool of another type is
 * sent unchanged. */
static void put_allowed(struct writer *w, struct json_value allowed) {
  for (struct json_value v = json_first(allowed); json_exists(v); v = json_next(v)) {
    struct json_value inner = json_find(v, STR("function"));
    struct str name = STR_NONE;
    if (json_absent(inner))
      inner = json_find(v, STR("custom"));
    struct json_value said = json_find(inner, STR("name"));
    if (json_type(said) != JSON_STRING) {
      json_put_value(w->out, v);
    } else if (json_string(said, w->request->arena, &name)) {
      put_named(w, name);
    } else {
      w->out->error = ERR_MEMORY;
    }
  }
}

static void put_tool_choice(struct writer *w) {
  static const struct str words[] = {STR_INIT("auto"), STR_INIT("none"), STR_INIT("required")};
  const struct request *r = w->request;
  bool named = r->tool_choice >= TOOL_CHOICE_NAMED;
  struct str word = words[named ? 0 : r->tool_choice];
  json_put_key(w->out, STR("tool_choice"));
  if (r->tool_choice == TOOL_CHOICE_SEARCH) {
    json_put_value(w->out, json_find(r->body, STR("tool_choice")));
  } else if (named) {
    put_named(w, r->tool_name);
  } else if (json_type(r->allowed_tools) == JSON_ARRAY) {
    open_typed(w, STR("allowed_tools"));
    json_put_member_string(w->out, STR("mode"), word);
    json_put_member_open(w->out, STR("tools"), '[');
    put_allowed(w, r->allowed_tools);
    buf_put(w->out, STR("]}"));
  } else {
    json_put_string(w->out, word);
  }
}

static void put_tools(struct writer *w) {
  if (w->request->tools == NULL)
    return;
  json_put_member_open(w->out, STR("tools"), '[');
  for (struct tool *t = w->request->tools; t != NULL; t = t->next)
    put_tool(w, t);
  json_put_close(w->out, ']');
  put_tool_choice(w);
  if (w->request->serial_calls) {
    json_put_member_raw(w->out, STR("parallel_tool_calls"), STR("false"));
  }
}

/* ---- the other fields ---- */

static void put_format(struct writer *w) {
  static const struct str kinds[] = {STR_INIT("text"), STR_INIT("json_object"),
                                     STR_INIT("json_schema")};
  const struct request *r = w->request;
  if (r->format == FORMAT_TEXT)
    return;
  json_put_key(w->out, STR("format"));
  open_typed(w, kinds[r->format]);
  if (r->format == FORMAT_JSON_SCHEMA) {
    json_put_member_string(w->out, STR("name"),
                           r->format_name.n > 0 ? r->format_name : STR("answer"));
    json_put_member_raw(w->out, STR("schema"), r->schema);
    request_put_format_rest(w->out, r);
  }
  json_put_close(w->out, '}');
}

static void put_text(struct writer *w) {
  struct json_value verbosity = json_find(w->request->body, STR("verbosity"));
  if (w->request->format == FORMAT_TEXT && json_absent(verbosity))
    return;
  json_put_member_open(w->out, STR("text"), '{');
  put_format(w);
  if (!json_absent(verbosity))
    json_put_member(w->out, verbosity);
  json_put_close(w->out, '}');
}

static void put_effort(struct writer *w) {
  bool off;
  struct str effort = w->request->effort;
  if (effort.n == 0)
    return;
  effort = provider_effort(w->target->facts->effort, effort, &off);
  if (!str_equal(effort, w->request->effort))
    request_lose(w->request, STR("reasoning_effort"));
  if (effort.n == 0)
    return;
  json_put_member_open(w->out, STR("reasoning"), '{');
  json_put_member_string(w->out, STR("effort"), effort);
  json_put_close(w->out, '}');
}

static void put_limit(struct writer *w) {
  struct json_value limit = w->request->max_output_tokens;
  int64_t most = w->target->facts->output_max;
  int64_t n = 0;
  if (!json_integer(limit, &n))
    return;
  if (n < OUTPUT_TOKENS_MIN || (most > 0 && n > most)) {
    n = n < OUTPUT_TOKENS_MIN ? OUTPUT_TOKENS_MIN : most;
    request_lose(w->request, json_key(limit));
  }
  json_put_member_integer(w->out, STR("max_output_tokens"), n);
}

/* Has the upstream refused the member |name| before? Then it is left out, and noted as lost. */
static bool refuses(struct writer *w, struct str name) {
  bool refused = (w->target->refused & parameter_bit(name)) != 0;
  if (refused)
    request_lose(w->request, name);
  return refused;
}

static bool refuses_sampling(struct writer *w, struct str name) {
  if (!provider_fixes_sampling(w->target->facts, w->request->effort))
    return refuses(w, name);
  request_lose(w->request, name);
  return true;
}

static void put_sampling(struct writer *w) {
  const struct request *r = w->request;
  static const struct str temperature = STR_INIT("temperature"), top_p = STR_INIT("top_p");
  double number = 0, most = w->target->rules->temperature_max;
  if (json_number(r->temperature, &number) && !refuses_sampling(w, temperature)) {
    json_put_key(w->out, temperature);
    if (number > most) {
      json_put_number(w->out, most);
      request_lose(w->request, temperature);
    } else {
      json_put_value(w->out, r->temperature);
    }
  }
  if (!json_absent(r->top_p) && !refuses_sampling(w, top_p))
    json_put_member_value(w->out, top_p, r->top_p);
}

static void put_user(struct writer *w) {
  const struct chat_rules *rules = w->target->rules;
  struct str user = w->request->user;
  if (user.n == 0)
    return;
  size_t n = str_characters(user);
  if (n < rules->user_min || n > rules->user_max) {
    request_lose(w->request, STR("user"));
  } else if (!refuses(w, rules->user_field)) {
    json_put_member_string(w->out, rules->user_field, user);
  }
}

/* Has a member its default value? */
static bool asks_nothing(struct json_value member) {
  double number = 1;
  switch (json_type(member)) {
  case JSON_BOOL:
    return json_key_is(member, STR("logprobs")) && !json_bool(member, true);
  case JSON_NUMBER:
    if (!json_number(member, &number))
      return false;
    return number == (json_key_is(member, STR("n")) ? 1 : 0);
  case JSON_OBJECT:
  case JSON_ARRAY:
    return json_count(member) == 0;
  default:
    return false;
  }
}

/* Put members that have the same meaning here. */
static void put_extras(struct writer *w, struct failure *f) {
  static const char *const same[] = {
      "store",        "metadata", "prompt_cache_key", "service_tier", "prompt_cache_retention",
      "top_logprobs",
  };
  static const struct str logprobs = STR_INIT("logprobs");
  struct field_reader in = {w->request, f};
  for (const struct extra *e = w->request->extras; e != NULL; e = e->next) {
    if (JSON_KEY_ROW(e->value, same) != NULL) {
      if (!refuses(w, json_key(e->value)))
        json_put_member(w->out, e->value);
    } else if (json_key_is(e->value, logprobs) && w->request->logprobs) {
      if (!refuses(w, logprobs))
        json_put_member_raw(w->out, STR("include"), STR("[\"message.output_text.logprobs\"]"));
    } else if (!json_key_is(e->value, STR("verbosity")) && !asks_nothing(e->value)) {
      field_lose(&in, json_key(e->value), JSON_ABSENT);
    }
  }
}

int responses_request_write(struct buf *out, struct request *r,
                            const struct responses_target *target, struct failure *f) {
  struct writer w = {out, r, target};
  if (!request_pair_calls(r))
    return ERR_MEMORY;
  if (!json_absent(r->stop))
    request_lose(r, STR("stop"));
  json_put_open(out, '{');
  json_put_member_string(out, STR("model"), target->model);
  json_put_member_filled(out, STR("instructions"), r->instructions);
  put_input(&w);
  put_tools(&w);
  put_text(&w);
  put_effort(&w);
  put_limit(&w);
  put_sampling(&w);
  put_user(&w);
  if (r->stream)
    json_put_member_raw(out, STR("stream"), STR("true"));
  /* Chat answers are not stored by default, responses are. */
  if (json_absent(json_find(r->body, STR("store")))) {
    json_put_member_raw(out, STR("store"), STR("false"));
  }
  put_extras(&w, f);
  json_put_close(out, '}');
  return buf_error(out);
}
