/* "content": "text", or
 *
 *   [{"type": "text", "text": "..."},
 *    {"type": "image_url", "image_url": {"url": "...", "detail": "auto"}},
 *    {"type": "file", "file": {"file_data" | "file_id": "...", "filename": "..."}},
 *    {"type": "input_audio", "input_audio": {"data": "...", "format": "wav"}}]
 *
 * A part that a chat client sent is sent on to another chat service unchanged.
 */
#include "chat/content.h"

#include "item/field.h"

/* The text in place of a part that the model does not take. */
static struct str placeholder(enum part_kind kind) {
  switch (kind) {
  case PART_IMAGE:
    return STR("[an image was here, which this model cannot see]");
  case PART_FILE:
    return STR("[a file was here, which this model cannot read]");
  case PART_AUDIO:
    return STR("[a sound was here, which this model cannot hear]");
  case PART_VIDEO:
    return STR("[a video was here, which this model cannot see]");
  case PART_FOREIGN:
    return STR("[something was here that this model cannot take]");
  default:
    return STR_NONE;
  }
}

/* An empty text beside others is left out: Kimi and Claude refuse it beside an image. */
static bool is_blank(const struct part *p) {
  return part_is_text(p) && p->text.n == 0;
}

/* Put into an open string. */
static void put_text(const struct content_writer *w, const struct part *p) {
  if (part_is_text(p))
    part_put_text(w->out, p);
  else
    json_put_text(w->out, placeholder(p->kind));
}

static void lose_part(const struct content_writer *w, const struct part *p) {
  static const char *const names[] = {
      [PART_IMAGE] = "input_image",
      [PART_FILE] = "input_file",
      [PART_AUDIO] = "input_audio",
      [PART_VIDEO] = "input_video",
  };
  struct field_reader in = {w->request, NULL};
  if (p->kind == PART_FOREIGN)
    field_lose_word(&in, STR("content"), p->type);
  else
    request_lose(w->request,
                 p->kind == PART_REFUSAL ? STR("refusal") : str_literal(names[p->kind]));
}

bool content_takes(const struct content_writer *w, const struct part *p) {
  if (part_is_text(p))
    return true;
  if (p->kind == PART_FOREIGN)
    return w->request->chat && w->target->rules->extras;
  if (p->kind == PART_AUDIO)
    return w->target->rules->extras;
  if (!w->target->facts->images)
    return false;
  /* Only a file can have an id alone. */
  return p->text.n > 0 || (p->kind == PART_FILE && p->id.n > 0);
}

bool content_shows(const struct content_writer *w, const struct item *item) {
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if ((p->kind == PART_IMAGE || p->kind == PART_VIDEO) && content_takes(w, p))
      return true;
  }
  return false;
}

bool content_takes_media(const struct content_writer *w, const struct item *item) {
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (!part_is_text(p) && content_takes(w, p))
      return true;
  }
  return false;
}

bool content_put_texts(const struct content_writer *w, const struct item *item, bool first) {
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (p->kind != PART_TEXT)
      lose_part(w, p);
    if (part_is_reasoning(p) || is_blank(p))
      continue;
    if (!first)
      json_put_text(w->out, STR("\n"));
    put_text(w, p);
    first = false;
  }
  return first;
}

static void put_media(struct buf *out, const struct part *p) {
  static const struct shape {
    const char *type, *text, *id, *detail;
  } shapes[] = {
      [PART_IMAGE] = {"image_url", "url", NULL, "detail"},
      [PART_FILE] = {"file", "file_data", "file_id", "filename"},
      [PART_AUDIO] = {"input_audio", "data", NULL, "format"},
      [PART_VIDEO] = {"video_url", "url", NULL, "detail"},
  };
  const struct shape *shape = &shapes[p->kind];
  struct str type = str_literal(shape->type);
  bool by_url = p->kind == PART_FILE && str_starts(p->text, STR("http"));
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), type);
  json_put_member_open(out, type, '{');
  json_put_member_filled(out, by_url ? STR("file_url") : str_literal(shape->text), p->text);
  if (shape->id != NULL)
    json_put_member_filled(out, str_literal(shape->id), p->id);
  json_put_member_filled(out, str_literal(shape->detail), p->detail);
  json_put_close(out, '}');
  json_put_close(out, '}');
}

/* Is |p| sent as the client sent it? */
static bool as_sent(const struct content_writer *w, const struct part *p) {
  return !json_absent(p->source) && w->target->rules->extras;
}

void content_put_part(const struct content_writer *w, const struct part *p, bool beside_picture) {
  bool apart = p->kind == PART_FILE && beside_picture && w->target->rules->file_alone;
  if (!apart && content_takes(w, p) && as_sent(w, p)) {
    json_put_value(w->out, p->source);
    return;
  }
  if (!part_is_text(p) && content_takes(w, p) && !apart) {
    put_media(w->out, p);
    return;
  }
  if (p->kind != PART_TEXT)
    lose_part(w, p);
  json_put_open(w->out, '{');
  json_put_member_string(w->out, STR("type"), STR("text"));
  json_put_key(w->out, STR("text"));
  json_put_quote(w->out);
  put_text(w, p);
  json_put_unquote(w->out);
  json_put_close(w->out, '}');
}

/* Has a text part of |item| other members, such as cache_control? */
static bool has_more(const struct content_writer *w, const struct item *item) {
  static const char *const known[] = {"type", "text"};
  struct content_writer lose = *w;
  bool more = false;
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (p->kind != PART_TEXT || is_blank(p) || json_count(p->source) <= FIELD_COUNT(known))
      continue;
    more |= as_sent(w, p);
    if (!as_sent(w, p))
      content_put_rest(&lose, p->source, known, FIELD_COUNT(known), STR("content"));
  }
  return more;
}

/* Text alone is sent as one string: models without vision accept nothing else. */
void content_put(const struct content_writer *w, const struct item *item, bool text_only) {
  json_put_key(w->out, STR("content"));
  bool more = has_more(w, item);
  if (text_only || !(more || content_takes_media(w, item))) {
    json_put_quote(w->out);
    content_put_texts(w, item, true);
    json_put_unquote(w->out);
    return;
  }
  bool picture = content_shows(w, item);
  json_put_open(w->out, '[');
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (!is_blank(p))
      content_put_part(w, p, picture);
  }
  json_put_close(w->out, ']');
}

void content_put_rest(const struct content_writer *w, struct json_value object,
                      const char *const *known, size_t n, struct str group) {
  struct field_reader in = {w->request, NULL};
  for (struct json_value v = json_first(object); json_exists(v); v = json_next(v)) {
    if (json_absent(v) || json_key_row(v, known, sizeof *known, n) != NULL)
      continue;
    if (w->target->rules->extras)
      json_put_member(w->out, v);
    else
      field_lose_word(&in, group, json_key(v));
  }
}

void content_put_message_rest(const struct content_writer *w, struct json_value message) {
  static const char *const known[] = {
      "role",      "content",           "tool_calls",
      "refusal",   "tool_call_id",      "reasoning_content",
      "reasoning", "reasoning_details", "function_call",
  };
  content_put_rest(w, message, known, FIELD_COUNT(known), STR("messages"));
}
