/* Items come one by one, chat messages hold a turn:
 *
 *   reasoning, message, call, call   ->  {"role":"assistant","content":"...",
 *                                         "reasoning_content":"...",
 *                                         "tool_calls":[...,...]}
 *   result                           ->  {"role":"tool","tool_call_id":"..."}
 *
 * A turn that is split over two assistant messages makes models stop early.
 */
#include "chat/messages.h"

#include "limits.h"

struct messages {
  struct buf *out;
  struct request *request;
  const struct chat_target *target;
  const struct item *promoted; /* a system message that is sent as the user's */
  bool pictured;               /* the message under way shows something: no file stands in it */
};

static void open_message(struct messages *m, struct str role) {
  json_put_open(m->out, '{');
  json_put_key(m->out, STR("role"));
  json_put_string(m->out, role);
}

/* ---- content ---- */

/* What stands where a part was that the model cannot take. */
static struct str placeholder(const struct part *p) {
  switch (p->kind) {
  case PART_IMAGE:
    return STR("[an image was here, which this model cannot see]");
  case PART_FILE:
    return STR("[a file was here, which this model cannot read]");
  case PART_AUDIO:
    return STR("[a sound was here, which this model cannot hear]");
  case PART_VIDEO:
    return STR("[a video was here, which this model cannot see]");
  default:
    return p->text;
  }
}

static struct str lost_name(const struct part *p) {
  switch (p->kind) {
  case PART_IMAGE:
    return STR("input_image");
  case PART_FILE:
    return STR("input_file");
  case PART_AUDIO:
    return STR("input_audio");
  default:
    return STR("input_video");
  }
}

/* Can the target take this part as it is? */
static bool takes(const struct messages *m, const struct part *p) {
  if (part_is_text(p))
    return true;
  if (p->kind == PART_AUDIO)
    return m->target->rules->extras;
  if (!m->target->facts->images)
    return false;
  /* Only a file may be known by an id alone. */
  return p->text.n > 0 || (p->kind == PART_FILE && p->id.n > 0);
}

/* Does the target see anything in |item|? */
static bool shows(const struct messages *m, const struct item *item) {
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if ((p->kind == PART_IMAGE || p->kind == PART_VIDEO) && takes(m, p))
      return true;
  }
  return false;
}

static bool takes_any_media(const struct messages *m, const struct item *item) {
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (!part_is_text(p) && takes(m, p))
      return true;
  }
  return false;
}

/* The texts of |item|, a line break between them, inside a JSON string that is
 * open; |first| says that nothing was put before. */
static bool put_texts(struct messages *m, const struct item *item, bool first) {
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (!part_is_text(p))
      request_lose(m->request, lost_name(p));
    if (!first)
      json_put_text(m->out, STR("\n"));
    json_put_text(m->out, placeholder(p));
    first = false;
  }
  return first;
}

static void put_media(struct messages *m, const struct part *p) {
  struct buf *out = m->out;
  static const struct shape {
    struct str type, text, id, detail;
  } shapes[] = {
      [PART_IMAGE] = {STR_INIT("image_url"), STR_INIT("url"), {0}, STR_INIT("detail")},
      [PART_FILE] = {STR_INIT("file"), STR_INIT("file_data"), STR_INIT("file_id"),
                     STR_INIT("filename")},
      [PART_AUDIO] = {STR_INIT("input_audio"), STR_INIT("data"), {0}, STR_INIT("format")},
      [PART_VIDEO] = {STR_INIT("video_url"), STR_INIT("url"), {0}, STR_INIT("detail")},
  };
  const struct shape *shape = &shapes[p->kind];
  bool by_url = p->kind == PART_FILE && str_starts(p->text, STR("http"));
  json_put_open(out, '{');
  json_put_member_filled(out, STR("type"), shape->type);
  json_put_key(out, shape->type);
  json_put_open(out, '{');
  json_put_member_filled(out, by_url ? STR("file_url") : shape->text, p->text);
  if (shape->id.n > 0)
    json_put_member_filled(out, shape->id, p->id);
  json_put_member_filled(out, shape->detail, p->detail);
  json_put_close(out, '}');
  json_put_close(out, '}');
}

static void put_part(struct messages *m, const struct part *p) {
  bool apart = p->kind == PART_FILE && m->pictured && m->target->rules->file_alone;
  if (!part_is_text(p) && takes(m, p) && !apart) {
    put_media(m, p);
    return;
  }
  if (!part_is_text(p))
    request_lose(m->request, lost_name(p));
  json_put_open(m->out, '{');
  json_put_key(m->out, STR("type"));
  json_put_string(m->out, STR("text"));
  json_put_key(m->out, STR("text"));
  json_put_string(m->out, placeholder(p));
  json_put_close(m->out, '}');
}

/* Is |item| sent as a system message of an upstream that takes text there? */
static bool is_system_text(const struct messages *m, const struct item *item) {
  bool system = item->role == ROLE_SYSTEM || item->role == ROLE_DEVELOPER;
  return item->kind == ITEM_MESSAGE && system && item != m->promoted &&
         m->target->rules->system_text;
}

/* Text alone goes as one string: models without eyes take nothing else. */
static void put_content(struct messages *m, const struct item *item) {
  json_put_key(m->out, STR("content"));
  if (!takes_any_media(m, item) || is_system_text(m, item)) {
    json_put_quote(m->out);
    put_texts(m, item, true);
    json_put_unquote(m->out);
    return;
  }
  m->pictured = shows(m, item);
  json_put_open(m->out, '[');
  for (const struct part *p = item->parts; p != NULL; p = p->next)
    put_part(m, p);
  json_put_close(m->out, ']');
}

/* ---- system and user ---- */

static void put_instructions(struct messages *m, struct str extra, bool as_user) {
  struct str instructions = m->request->instructions;
  if (instructions.n == 0 && extra.n == 0)
    return;
  open_message(m, as_user ? STR("user") : STR("system"));
  json_put_key(m->out, STR("content"));
  json_put_quote(m->out);
  json_put_text(m->out, instructions);
  if (instructions.n > 0 && extra.n > 0)
    json_put_text(m->out, STR("\n\n"));
  json_put_text(m->out, extra);
  json_put_unquote(m->out);
  json_put_close(m->out, '}');
}

static struct str role_name(const struct messages *m, const struct item *item) {
  if (item == m->promoted || item->role == ROLE_USER)
    return STR("user");
  if (item->role == ROLE_DEVELOPER && m->target->rules->developer_role)
    return STR("developer");
  return STR("system");
}

static void put_plain(struct messages *m, const struct item *item) {
  if (m->target->rules->needs_user && item_is_empty(item))
    return;
  open_message(m, role_name(m, item));
  put_content(m, item);
  json_put_close(m->out, '}');
}

/* ---- the assistant's turn ---- */

/* All texts of the items of |kind| from |from| to |end| as one string member. */
static void put_turn_text(struct messages *m, const struct item *from, const struct item *end,
                          enum item_kind kind, struct str key) {
  bool first = true;
  json_put_key(m->out, key);
  json_put_quote(m->out);
  for (const struct item *item = from; item != end; item = item->next) {
    if (item->kind == kind)
      first = put_texts(m, item, first);
  }
  json_put_unquote(m->out);
}

void chat_put_custom_input(struct buf *out, struct str input) {
  json_put_open(out, '{');
  json_put_key(out, STR("input"));
  json_put_string(out, input);
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

/* A call names its tool as the upstream was told it; one of a tool that is not
 * offered keeps its name, as far as an upstream takes it. */
static void put_wire_name(struct messages *m, const struct item *call) {
  struct buf name;
  for (const struct tool *t = m->request->tools; t != NULL; t = t->next) {
    if (str_equal(t->name, call->name) && str_equal(t->space, call->space)) {
      json_put_string(m->out, t->wire);
      return;
    }
  }
  buf_init(&name, m->request->arena, KIB);
  chat_put_wire(&name, call->space, CHAT_WIRE_MAX / 2);
  buf_put(&name, call->space.n > 0 ? STR("__") : STR_NONE);
  chat_put_wire(&name, call->name, CHAT_WIRE_MAX);
  json_put_string(m->out, buf_str(&name));
  if (buf_error(&name))
    m->out->error = buf_error(&name);
}

static void put_arguments(struct messages *m, const struct item *call) {
  if (!call->custom) {
    json_put_string(m->out, call->text.n > 0 ? call->text : STR("{}"));
    return;
  }
  struct buf input;
  buf_init(&input, m->request->arena, m->out->max);
  chat_put_custom_input(&input, call->text);
  json_put_string(m->out, buf_str(&input));
  if (buf_error(&input))
    m->out->error = buf_error(&input);
  buf_drop(&input);
}

static void put_call(struct messages *m, const struct item *call) {
  struct buf *out = m->out;
  json_put_open(out, '{');
  json_put_key(out, STR("id"));
  json_put_string(out, call->call_id);
  json_put_key(out, STR("type"));
  json_put_string(out, STR("function"));
  json_put_key(out, STR("function"));
  json_put_open(out, '{');
  json_put_key(out, STR("name"));
  put_wire_name(m, call);
  json_put_key(out, STR("arguments"));
  put_arguments(m, call);
  json_put_close(out, '}');
  json_put_close(out, '}');
}

static uint32_t count_kind(const struct item *from, const struct item *end, enum item_kind kind) {
  uint32_t n = 0;
  for (; from != end; from = from->next)
    n += from->kind == kind && (kind != ITEM_REASONING || from->parts != NULL);
  return n;
}

/* From |from| on, all that the assistant did until somebody else speaks. */
static const struct item *put_turn(struct messages *m, const struct item *from) {
  const struct item *end = from;
  while (item_is_of_assistant(end))
    end = end->next;
  uint32_t calls = count_kind(from, end, ITEM_CALL);
  bool thoughts = count_kind(from, end, ITEM_REASONING) > 0;
  bool lone = calls == 0 && count_kind(from, end, ITEM_MESSAGE) == 0;
  if (thoughts && (lone || !m->target->rules->thinking)) {
    request_lose(m->request, STR("reasoning_content"));
    thoughts = false;
  }
  if (lone)
    return end;
  open_message(m, STR("assistant"));
  put_turn_text(m, from, end, ITEM_MESSAGE, STR("content"));
  if (thoughts)
    put_turn_text(m, from, end, ITEM_REASONING, STR("reasoning_content"));
  if (calls > 0) {
    json_put_key(m->out, STR("tool_calls"));
    json_put_open(m->out, '[');
    for (const struct item *i = from; i != end; i = i->next) {
      if (i->kind == ITEM_CALL)
        put_call(m, i);
    }
    json_put_close(m->out, ']');
  }
  json_put_close(m->out, '}');
  return end;
}

/* ---- results ---- */

static void put_result(struct messages *m, const struct item *result) {
  bool moved = takes_any_media(m, result) && !m->target->rules->tool_images;
  open_message(m, STR("tool"));
  json_put_key(m->out, STR("tool_call_id"));
  json_put_string(m->out, result->call_id);
  if (!moved) {
    put_content(m, result);
  } else {
    json_put_key(m->out, STR("content"));
    json_put_quote(m->out);
    for (const struct part *p = result->parts; p != NULL; p = p->next) {
      json_put_text(m->out, part_is_text(p) ? p->text : STR("[see the next message]"));
      if (p->next != NULL)
        json_put_text(m->out, STR("\n"));
    }
    json_put_unquote(m->out);
  }
  json_put_close(m->out, '}');
}

/* Pictures that tools gave, for an upstream whose tool messages are text:
 * they follow as the user's. */
static void put_result_media(struct messages *m, const struct item *from, const struct item *end) {
  bool any = false;
  m->pictured = false;
  for (const struct item *i = from; i != end; i = i->next) {
    any |= i->kind == ITEM_RESULT && takes_any_media(m, i);
    m->pictured |= i->kind == ITEM_RESULT && shows(m, i);
  }
  if (!any || m->target->rules->tool_images)
    return;
  open_message(m, STR("user"));
  json_put_key(m->out, STR("content"));
  json_put_open(m->out, '[');
  for (; from != end; from = from->next) {
    for (const struct part *p = from->parts; p != NULL && from->kind == ITEM_RESULT; p = p->next) {
      if (!part_is_text(p))
        put_part(m, p);
    }
  }
  json_put_close(m->out, ']');
  json_put_close(m->out, '}');
}

/* All until the assistant's next turn: the results first, which have to follow
 * their calls, whoever spoke in between. */
static const struct item *put_others(struct messages *m, const struct item *from) {
  const struct item *end = from;
  for (; end != NULL && !item_is_of_assistant(end); end = end->next) {
    if (end->kind == ITEM_RESULT)
      put_result(m, end);
  }
  put_result_media(m, from, end);
  for (; from != end; from = from->next) {
    if (from->kind != ITEM_RESULT)
      put_plain(m, from);
  }
  return end;
}

/* ---- all ---- */

/* Whether anybody but the system and the assistant speaks; the last system
 * message is found on the way. */
static bool has_user(const struct request *r, const struct item **last_system) {
  *last_system = NULL;
  for (const struct item *i = r->items; i != NULL; i = i->next) {
    if (i->kind == ITEM_RESULT)
      return true;
    if (i->kind != ITEM_MESSAGE || i->role == ROLE_ASSISTANT || item_is_empty(i))
      continue;
    if (i->role == ROLE_USER)
      return true;
    *last_system = i;
  }
  return false;
}

void chat_put_messages(struct buf *out, struct request *r, const struct chat_target *target,
                       struct str extra) {
  struct messages m = {out, r, target, NULL, false};
  const struct item *last_system;
  bool lonely = !has_user(r, &last_system) && target->rules->needs_user;
  if (lonely)
    m.promoted = last_system;
  json_put_open(out, '[');
  put_instructions(&m, extra, lonely && last_system == NULL && r->items == NULL);
  const struct item *item = r->items;
  while (item != NULL)
    item = item_is_of_assistant(item) ? put_turn(&m, item) : put_others(&m, item);
  if (lonely && last_system == NULL && r->items != NULL) {
    open_message(&m, STR("user"));
    json_put_key(out, STR("content"));
    json_put_string(out, STR("Continue."));
    json_put_close(out, '}');
  }
  json_put_close(out, ']');
}
