#include "item/reasoning.h"

#include "base/map.h"
#include "limits.h"

/* The host of a URL, with its port. */
static struct str host_of(struct str url) {
  size_t scheme = str_find(url, STR("://"));
  struct str rest = scheme == STR_NOWHERE ? url : str_from(url, scheme + 3), host = STR_NONE;
  return str_cut(&rest, '/', &host) ? host : rest;
}

struct str reasoning_origin(struct str endpoint, struct arena *arena) {
  uint64_t hash = map_hash(host_of(endpoint));
  char *p = arena_take(arena, REASONING_ORIGIN_DIGITS);
  if (p == NULL)
    return STR_NONE;
  for (size_t i = 0; i < REASONING_ORIGIN_DIGITS; i++, hash >>= 4)
    p[i] = "0123456789abcdef"[hash & 15];
  return str_of(p, REASONING_ORIGIN_DIGITS);
}

static bool is_origin(struct str s) {
  for (size_t i = 0; i < s.n; i++)
    if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
      return false;
  return s.n == REASONING_ORIGIN_DIGITS;
}

bool reasoning_read_mark(struct item *item, struct str id, struct str encrypted_content) {
  static const struct str mark = STR_INIT(REASONING_ID), seal = STR_INIT(SEAL_PREFIX);
  item->id = id;
  if (str_starts(id, mark) && is_origin(str_part(id, mark.n, REASONING_ORIGIN_DIGITS)))
    item->origin = str_part(id, mark.n, REASONING_ORIGIN_DIGITS);
  if (!str_starts(encrypted_content, seal))
    return encrypted_content.n == 0;
  struct str sealed = str_from(encrypted_content, seal.n), origin;
  /* Reasoning that earlier versions encrypted has no origin. */
  if (str_find_byte(sealed, '.') == REASONING_ORIGIN_DIGITS && str_cut(&sealed, '.', &origin) &&
      is_origin(origin))
    item->origin = origin;
  item->encrypted = sealed;
  return true;
}

void reasoning_take_details(struct item *item, struct json_value object) {
  struct json_value details = json_find(object, STR("reasoning_details"));
  struct str raw = json_raw(details);
  if (json_type(details) == JSON_ARRAY)
    item->details = str_trim(str_part(raw, 1, raw.n - 2));
}

void reasoning_put_removed(struct buf *out, struct json_value item) {
  struct json_value id = json_find(item, STR("id"));
  if (json_type(id) != JSON_STRING || json_raw(id).n > KIB / 4 || out->max - out->n < KIB)
    return;
  json_put_open(out, '{');
  json_put_member(out, id);
  json_put_member(out, json_find(item, STR("type")));
  json_put_member_string(out, STR("action"), STR("removed"));
  json_put_member_string(out, STR("reason"), STR("organization_mismatch"));
  json_put_close(out, '}');
}

bool reasoning_open(struct request *r, struct item *item, struct str opened) {
  struct json json;
  size_t where;
  if (str_starts(opened, STR(REASONING_DETAILS)) &&
      json_parse_lenient(&json, r->arena, opened, &where) == 0) {
    reasoning_take_details(item, json_root(&json));
    return true;
  }
  item->parts = NULL;
  item->parts_end = &item->parts;
  return item_add_part(r, item, PART_TEXT, opened) != NULL;
}

bool reasoning_split(struct request *r, struct item *message) {
  static const struct str open = STR_INIT("<think>"), close = STR_INIT("</think>");
  struct part *part = message->parts;
  if (part == NULL || part->kind != PART_TEXT)
    return true;
  /* The tags contain this, however they are escaped. */
  if (str_find(part->text, STR("think")) == STR_NOWHERE)
    return true;
  if (!part_unescape(r, part))
    return false;
  size_t end = str_find(part->text, close);
  struct str text = part->text;
  while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\n' || text.p[0] == '\r'))
    text = str_from(text, 1);
  if (!str_starts(text, open) || end == STR_NOWHERE)
    return true;
  struct str inner = str_part(text, open.n, text.n - (part->text.n - end) - open.n);
  struct item *rest = request_add_item(r, ITEM_MESSAGE);
  if (rest == NULL)
    return false;
  part->text = str_trim(str_from(part->text, end + close.n));
  part->source = JSON_ABSENT;
  rest->role = message->role;
  rest->message = message->message;
  rest->parts = message->parts;
  rest->parts_end = message->parts_end;
  message->kind = ITEM_REASONING;
  message->parts = NULL;
  message->parts_end = &message->parts;
  return str_trim(inner).n == 0 || item_add_part(r, message, PART_TEXT, str_trim(inner)) != NULL;
}
