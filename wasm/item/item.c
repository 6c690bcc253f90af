#include "item/item.h"

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

/* A number of tokens, by the one API's names or the other's; the details stand
 * in an object of their own. */
static int64_t read_tokens(struct json_value object, const struct str *names,
                           const struct str *details) {
  int64_t n = 0;
  struct json_value v = JSON_ABSENT;
  for (int i = 0; i < 2 && json_absent(v); i++) {
    v = json_find(object, names[i]);
    if (details != NULL)
      v = json_find(v, *details);
  }
  json_integer(v, &n);
  return n < 0 ? 0 : n > TOKENS_MAX ? TOKENS_MAX : n;
}

bool usage_read(struct json_value object, struct usage *out) {
  static const struct str names[][2] = {
      {STR_INIT("input_tokens"), STR_INIT("prompt_tokens")},
      {STR_INIT("output_tokens"), STR_INIT("completion_tokens")},
      {STR_INIT("input_tokens_details"), STR_INIT("prompt_tokens_details")},
      {STR_INIT("output_tokens_details"), STR_INIT("completion_tokens_details")},
  };
  static const struct str total = STR_INIT("total_tokens"), cached = STR_INIT("cached_tokens"),
                          reasoning = STR_INIT("reasoning_tokens");
  if (json_type(object) != JSON_OBJECT)
    return false;
  out->known = true;
  out->input = read_tokens(object, names[0], NULL);
  out->output = read_tokens(object, names[1], NULL);
  out->cached = read_tokens(object, names[2], &cached);
  out->reasoning = read_tokens(object, names[3], &reasoning);
  if (!json_integer(json_find(object, total), &out->total) || out->total < 0 ||
      out->total > TOKENS_MAX)
    out->total = out->input + out->output;
  return true;
}

bool event_is_output(const struct event *ev) {
  switch (ev->kind) {
  case EVENT_REASONING:
  case EVENT_TEXT:
  case EVENT_REFUSAL:
  case EVENT_CALL:
  case EVENT_ARGUMENTS:
  case EVENT_CITATION:
    return true;
  default:
    return false;
  }
}
