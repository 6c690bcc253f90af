#include "item/request.h"

#include "limits.h"

void request_init(struct request *r, struct arena *arena) {
  *r = (struct request){.arena = arena};
  request_forget_items(r);
  request_forget_tools(r);
  r->extras_end = &r->extras;
  buf_init(&r->lossy, arena, LOSSY_MAX);
}

void request_forget_items(struct request *r) {
  r->items = NULL;
  r->items_end = &r->items;
}

void request_forget_tools(struct request *r) {
  r->tools = NULL;
  r->tools_end = &r->tools;
  r->tool_count = 0;
}

struct item *request_add_item(struct request *r, enum item_kind kind) {
  struct item *item = arena_take_zero(r->arena, sizeof *item);
  if (item == NULL)
    return NULL;
  item->kind = kind;
  item->parts_end = &item->parts;
  *r->items_end = item;
  r->items_end = &item->next;
  return item;
}

struct tool *request_add_tool(struct request *r, enum tool_kind kind, struct str name) {
  struct tool *tool = arena_take_zero(r->arena, sizeof *tool);
  if (tool == NULL)
    return NULL;
  tool->kind = kind;
  tool->name = name;
  tool->wire = name;
  *r->tools_end = tool;
  r->tools_end = &tool->next;
  r->tool_count++;
  return tool;
}

struct part *item_add_part(struct request *r, struct item *item, enum part_kind kind,
                           struct str text) {
  struct part *part = arena_take_zero(r->arena, sizeof *part);
  if (part == NULL)
    return NULL;
  part->kind = kind;
  part->text = text;
  *item->parts_end = part;
  item->parts_end = &part->next;
  return part;
}

bool part_is_text(const struct part *part) {
  return part->kind == PART_TEXT || part->kind == PART_REFUSAL;
}

bool item_is_of_assistant(const struct item *item) {
  if (item == NULL)
    return false;
  return item->kind == ITEM_CALL || item->kind == ITEM_REASONING ||
         (item->kind == ITEM_MESSAGE && item->role == ROLE_ASSISTANT);
}

bool item_is_empty(const struct item *item) {
  for (const struct part *p = item->parts; p != NULL; p = p->next) {
    if (!part_is_text(p) || p->text.n > 0)
      return false;
  }
  return true;
}

struct json_value request_find_extra(const struct request *r, struct str key) {
  const struct extra *e = r->extras;
  while (e != NULL && !json_key_is(e->value, key))
    e = e->next;
  return e != NULL ? e->value : JSON_ABSENT;
}

bool request_add_extra(struct request *r, struct json_value value) {
  struct extra *extra = arena_take_zero(r->arena, sizeof *extra);
  if (extra == NULL)
    return false;
  extra->value = value;
  *r->extras_end = extra;
  r->extras_end = &extra->next;
  return true;
}

void request_put_format_rest(struct buf *out, const struct request *r) {
  static const struct str kept[] = {STR_INIT("description"), STR_INIT("strict")};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    struct json_value v = json_find(r->format_source, kept[i]);
    if (!json_absent(v))
      json_put_member(out, v);
  }
}

/* True when |what| is one of the names in "a, b, c". */
static bool lossy_has(struct str list, struct str what) {
  struct str name;
  while (str_cut(&list, ',', &name)) {
    if (str_equal(str_trim(name), what))
      return true;
  }
  return false;
}

void request_lose(struct request *r, struct str what) {
  if (lossy_has(buf_str(&r->lossy), what))
    return;
  if (r->lossy.n > 0)
    buf_put(&r->lossy, STR(", "));
  buf_put(&r->lossy, what);
}

const struct tool *request_find_wire(const struct request *r, struct str wire) {
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (str_equal(t->wire, wire))
      return t;
  }
  return NULL;
}
