/* messages.c -- see messages.h.
 *
 * Each item is separate, but a chat message has all of a turn:
 *
 *   reasoning, message, call, call   ->  {"role":"assistant","content":"...",
 *                                         "reasoning_content":"...",
 *                                         "tool_calls":[...,...]}
 *   result                           ->  {"role":"tool","tool_call_id":"..."}
 *
 * A turn that is split into two assistant messages makes models stop early.  Strict services refuse
 * a conversation in which a call has no result directly behind it, and it can never be continued:
 * so results are moved there, and an interrupted call gets one.
 */
#include "chat/messages.h"

#include "chat/reasoning.h"
#include "limits.h"
#include "provider/parameters.h"

struct messages {
  struct buf *out;
  struct request *request;
  const struct chat_target *target;
  struct content_writer content;
  bool one_system; /* the upstream takes no later system message */
};

static void open_message(struct messages *m, struct str role) {
  json_put_open(m->out, '{');
  json_put_member_string(m->out, STR("role"), role);
}

/* ---- system and user ---- */

static bool is_system(const struct item *item) {
  return item->kind == ITEM_MESSAGE && (item->role == ROLE_SYSTEM || item->role == ROLE_DEVELOPER);
}

/* Is |item| sent as a system message, to an upstream that takes only text there? */
static bool is_system_text(const struct messages *m, const struct item *item) {
  return is_system(item) && m->target->rules->system_text;
}

/* Is |item| a part of the one system message that the upstream takes? */
static bool is_joined(const struct messages *m, const struct item *item) {
  return m->one_system && is_system(item);
}

/* Put the texts of the system messages behind the instructions, each as a paragraph; |first|: there
 * are none. */
static void put_joined(struct messages *m, bool first) {
  for (const struct item *i = m->request->items; i != NULL; i = i->next) {
    if (!is_joined(m, i) || item_is_empty(i))
      continue;
    if (!first)
      json_put_text(m->out, STR("\n\n"));
    first = content_put_texts(&m->content, i, true);
    request_lose(m->request, STR(LATER_SYSTEM));
  }
}

static bool joins(const struct messages *m) {
  const struct item *i = m->request->items;
  while (i != NULL && (!is_joined(m, i) || item_is_empty(i)))
    i = i->next;
  return i != NULL;
}

static void put_text_message(struct messages *m, struct str role, struct str text) {
  open_message(m, role);
  json_put_member_string(m->out, STR("content"), text);
  json_put_close(m->out, '}');
}

static void put_instructions(struct messages *m, struct str extra) {
  struct str instructions = m->request->instructions;
  if (instructions.n == 0 && extra.n == 0 && !joins(m))
    return;
  open_message(m, STR("system"));
  json_put_key(m->out, STR("content"));
  json_put_quote(m->out);
  json_put_text(m->out, instructions);
  if (instructions.n > 0 && extra.n > 0)
    json_put_text(m->out, STR("\n\n"));
  json_put_text(m->out, extra);
  put_joined(m, instructions.n + extra.n == 0);
  json_put_unquote(m->out);
  json_put_close(m->out, '}');
}

static struct str role_name(const struct messages *m, const struct item *item) {
  if (item->role == ROLE_USER)
    return STR("user");
  if (item->role == ROLE_DEVELOPER && m->target->rules->developer_role)
    return STR("developer");
  return STR("system");
}

static void put_plain(struct messages *m, const struct item *item) {
  if (is_joined(m, item) || (m->target->rules->needs_user && item_is_empty(item)))
    return;
  open_message(m, role_name(m, item));
  content_put(&m->content, item, is_system_text(m, item));
  content_put_message_rest(&m->content, item->message);
  json_put_close(m->out, '}');
}

/* ---- calls ---- */

static void put_custom_input(struct buf *out, struct str input) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("input"), input);
  json_put_close(out, '}');
}

void chat_put_wire(struct buf *out, struct str name, size_t max) {
  for (size_t i = 0; i < name.n && out->n < max; i++) {
    char c = name.p[i];
    bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '-';
    buf_put_byte(out, fits ? c : '_');
  }
}

/* Put the name of the called tool as it was sent to the upstream; for a tool that is not offered,
 * the name itself in an acceptable form. */
static void put_wire_name(struct messages *m, const struct item *call) {
  struct buf name;
  const struct tool *tool = request_find_tool(m->request, call->space, call->name);
  if (tool != NULL) {
    json_put_string(m->out, tool->wire);
    return;
  }
  buf_init(&name, m->request->arena, KIB);
  chat_put_wire(&name, call->space, CHAT_WIRE_MAX / 2);
  buf_put(&name, call->space.n > 0 ? STR("__") : STR_NONE);
  chat_put_wire(&name, call->name, CHAT_WIRE_MAX);
  json_put_string(m->out, buf_str(&name));
  if (buf_error(&name))
    m->out->error = buf_error(&name);
}

/* Put |arguments| that are no JSON object (because they were cut off, for example) as one: services
 * that parse them would refuse the conversation, and it could never be continued. */
static void put_mended(struct messages *m, struct str arguments) {
  struct buf mended;
  buf_init(&mended, m->request->arena, m->out->max);
  json_put_open(&mended, '{');
  json_put_member_string(&mended, STR("arguments"), arguments);
  json_put_close(&mended, '}');
  json_put_string(m->out, buf_str(&mended));
  if (buf_error(&mended))
    m->out->error = buf_error(&mended);
  buf_drop(&mended);
  request_lose(m->request, STR("function_call.arguments"));
}

static void put_input(struct messages *m, const struct item *call) {
  struct buf input;
  buf_init(&input, m->request->arena, m->out->max);
  put_custom_input(&input, call->text);
  json_put_string(m->out, buf_str(&input));
  if (buf_error(&input))
    m->out->error = buf_error(&input);
  buf_drop(&input);
}

static void put_arguments(struct messages *m, const struct item *call) {
  struct arena scratch = {0};
  struct str plain = call->text;
  int object = ERR_MEMORY;
  if (!call->escaped || json_unescape(call->text, &scratch, &plain))
    object = json_is_object(plain);
  if (object < 0) {
    m->out->error = object;
  } else if (object == 0) {
    put_mended(m, plain);
  } else {
    json_put_quote(m->out);
    json_put_content(m->out, call->text, call->escaped);
    json_put_unquote(m->out);
  }
  arena_drop(&scratch);
}

static void put_call(struct messages *m, const struct item *call) {
  static const char *const known[] = {"id", "type", "function", "custom", "index"};
  struct buf *out = m->out;
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), call->call_id);
  json_put_member_string(out, STR("type"), STR("function"));
  json_put_member_open(out, STR("function"), '{');
  json_put_key(out, STR("name"));
  put_wire_name(m, call);
  json_put_key(out, STR("arguments"));
  if (call->custom)
    put_input(m, call);
  else if (call->text.n == 0)
    json_put_string(out, STR("{}"));
  else
    put_arguments(m, call);
  json_put_close(out, '}');
  if (call->extra.n > 0 && m->target->rules->extras)
    json_put_member_raw(out, STR("extra_content"), call->extra);
  else
    content_put_rest(&m->content, call->source, known, sizeof known / sizeof *known,
                     STR("tool_calls"));
  json_put_close(out, '}');
}

static void put_calls(struct messages *m, const struct item *from, const struct item *end) {
  json_put_member_open(m->out, STR("tool_calls"), '[');
  for (const struct item *i = from; i != end; i = i->next) {
    if (i->kind == ITEM_CALL)
      put_call(m, i);
  }
  json_put_close(m->out, ']');
}

/* ---- results ---- */

static void put_result(struct messages *m, const struct item *result) {
  bool moved = content_takes_media(&m->content, result) && !m->target->rules->tool_images;
  open_message(m, STR("tool"));
  json_put_member_string(m->out, STR("tool_call_id"), result->call_id);
  if (!moved) {
    content_put(&m->content, result, false);
  } else {
    json_put_key(m->out, STR("content"));
    json_put_quote(m->out);
    for (const struct part *p = result->parts; p != NULL; p = p->next) {
      if (part_is_text(p))
        part_put_text(m->out, p);
      else
        json_put_text(m->out, STR("[see the next message]"));
      if (p->next != NULL)
        json_put_text(m->out, STR("\n"));
    }
    json_put_unquote(m->out);
  }
  content_put_message_rest(&m->content, result->message);
  json_put_close(m->out, '}');
}

/* Put a result for a call that has none: it was interrupted, or its tool failed. */
static void put_no_result(struct messages *m, const struct item *call) {
  open_message(m, STR("tool"));
  json_put_member_string(m->out, STR("tool_call_id"), call->call_id);
  json_put_member_string(m->out, STR("content"), STR(NO_OUTPUT));
  json_put_close(m->out, '}');
  request_lose(m->request, STR("function_call_output"));
}

/* Put the parts of |result| that a tool message cannot have into a user's message. */
static void put_media_of(struct messages *m, const struct item *result, bool beside_picture) {
  for (const struct part *p = result->parts; p != NULL; p = p->next) {
    if (!part_is_text(p))
      content_put_part(&m->content, p, beside_picture);
  }
}

static bool has_media(const struct messages *m, const struct item *result) {
  return result != NULL && !m->target->rules->tool_images &&
         content_takes_media(&m->content, result);
}

/* Put images of tool results, for an upstream whose tool messages are text: as messages of the user
 * behind the results. */
static void put_result_media(struct messages *m, const struct item *from, const struct item *end) {
  bool any = false, picture = false;
  for (const struct item *i = from; i != end; i = i->next) {
    bool has = i->kind == ITEM_CALL && has_media(m, i->pair);
    any |= has;
    picture |= has && content_shows(&m->content, i->pair);
  }
  if (!any)
    return;
  open_message(m, STR("user"));
  json_put_member_open(m->out, STR("content"), '[');
  for (const struct item *i = from; i != end; i = i->next) {
    if (i->kind == ITEM_CALL && has_media(m, i->pair))
      put_media_of(m, i->pair, picture);
  }
  json_put_close(m->out, ']');
  json_put_close(m->out, '}');
}

/* Put the media of a result whose call is missing. */
static void put_lone_media(struct messages *m, const struct item *result) {
  if (!has_media(m, result))
    return;
  open_message(m, STR("user"));
  json_put_member_open(m->out, STR("content"), '[');
  put_media_of(m, result, content_shows(&m->content, result));
  json_put_close(m->out, ']');
  json_put_close(m->out, '}');
}

static void put_results(struct messages *m, const struct item *from, const struct item *end) {
  for (const struct item *i = from; i != end; i = i->next) {
    if (i->kind != ITEM_CALL)
      continue;
    if (i->pair != NULL)
      put_result(m, i->pair);
    else
      put_no_result(m, i);
  }
  put_result_media(m, from, end);
}

/* ---- the assistant's turn ---- */

/* Put all text of a turn as one string. */
static void put_turn_text(struct messages *m, const struct item *from, const struct item *end) {
  bool first = true;
  json_put_key(m->out, STR("content"));
  json_put_quote(m->out);
  for (const struct item *item = from; item != end; item = item->next) {
    if (item->kind == ITEM_MESSAGE)
      first = content_put_texts(&m->content, item, first);
  }
  json_put_unquote(m->out);
}

struct turn {
  const struct item *end;  /* behind its last item */
  const struct item *said; /* its only message; NULL when it has none or several */
  uint32_t messages, calls, reasoning;
};

/* A chat client's messages stay separate where each may have members of its own. */
static bool goes_on(const struct messages *m, const struct item *from, const struct item *item) {
  bool apart = m->request->chat && m->target->rules->extras;
  return item_is_of_assistant(item) &&
         !(apart && json_where(from->message) != json_where(item->message));
}

static struct turn find_turn(const struct messages *m, const struct item *from) {
  struct turn turn = {.end = from};
  for (const struct item *i = from; goes_on(m, from, i); i = turn.end) {
    turn.messages += i->kind == ITEM_MESSAGE;
    turn.calls += i->kind == ITEM_CALL;
    turn.reasoning += i->kind == ITEM_REASONING && i->parts != NULL;
    if (i->kind == ITEM_MESSAGE)
      turn.said = turn.messages == 1 ? i : NULL;
    turn.end = i->next;
  }
  return turn;
}

/* Report reasoning that nothing follows as lost: no message can have it. */
static void lose_turn(struct messages *m, const struct item *from, const struct item *end) {
  for (; from != end; from = from->next) {
    if (from->parts != NULL)
      request_lose(m->request, STR("reasoning_content"));
    request_remove(m->request, from, STR("turn_boundary"));
  }
}

/* Put the assistant's turn that begins at |from|. Returns the item behind it. */
static const struct item *put_turn(struct messages *m, const struct item *from) {
  struct turn turn = find_turn(m, from);
  if (turn.calls + turn.messages == 0) {
    lose_turn(m, from, turn.end);
    return turn.end;
  }
  open_message(m, STR("assistant"));
  if (turn.said != NULL && turn.said->parts != NULL && m->target->rules->extras)
    content_put(&m->content, turn.said, false);
  else
    put_turn_text(m, from, turn.end);
  chat_put_reasoning(&m->content, from, turn.end, turn.calls > 0);
  if (turn.calls > 0)
    put_calls(m, from, turn.end);
  content_put_message_rest(&m->content, from->message);
  json_put_close(m->out, '}');
  put_results(m, from, turn.end);
  return turn.end;
}

/* ---- all ---- */

/* Put an item that is not the assistant's. A result has been put behind its call, if there is one.
 */
static void put_other(struct messages *m, const struct item *item) {
  if (item->kind != ITEM_RESULT) {
    put_plain(m, item);
  } else if (item->pair == NULL) {
    put_result(m, item);
    put_lone_media(m, item);
  } else if (item->pair->pair != item) {
    request_lose(m->request, STR("function_call_output")); /* the second result of a call */
  }
}

/* Is there a message that is not of the system or the assistant? */
static bool has_user(const struct request *r) {
  for (const struct item *i = r->items; i != NULL; i = i->next) {
    if (i->kind == ITEM_RESULT || i->kind == ITEM_CALL ||
        (i->kind == ITEM_MESSAGE && i->role == ROLE_USER && !item_is_empty(i)))
      return true;
  }
  return false;
}

void chat_put_messages(struct buf *out, struct request *r, const struct chat_target *target,
                       struct str extra) {
  bool one_system = (target->refused & parameter_bit(STR(LATER_SYSTEM))) != 0;
  struct messages m = {out, r, target, {out, r, target}, one_system};
  json_put_open(out, '[');
  put_instructions(&m, extra);
  const struct item *item = r->items;
  while (item != NULL) {
    if (item_is_of_assistant(item)) {
      item = put_turn(&m, item);
    } else {
      put_other(&m, item);
      item = item->next;
    }
  }
  if (target->rules->needs_user && !has_user(r))
    put_text_message(&m, STR("user"), STR("Continue."));
  json_put_close(out, ']');
}
