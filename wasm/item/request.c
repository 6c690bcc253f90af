#include "item/request.h"

#include "limits.h"

void request_init(struct request *r, struct arena *arena) {
  *r = (struct request){.arena = arena};
  request_forget_items(r);
  request_forget_tools(r);
  r->extras_end = &r->extras;
  buf_init(&r->lossy, arena, LOSSY_MAX);
  buf_init(&r->removed, arena, REMOVED_MAX);
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

bool request_unite_tools(struct request *r) {
  struct map known;
  map_init(&known, r->arena);
  struct tool **link = &r->tools;
  while (*link != NULL) {
    struct tool *tool = *link;
    struct map_key key = {tool->space, tool->name};
    struct tool *first = tool->name.n > 0 ? map_find(&known, key) : NULL;
    if (first == NULL) {
      if (tool->name.n > 0 && !map_put(&known, key, tool))
        return false;
      link = &tool->next;
      continue;
    }
    *link = tool->next; /* |link| may be within |first|: before its next is kept */
    struct tool *next = first->next;
    *first = *tool;
    first->next = next;
    r->tool_count--;
  }
  r->tools_end = link;
  return true;
}

static bool open_call(struct map *open, struct item *call, uint32_t turn) {
  struct map_key key = {STR_NONE, call->call_id};
  struct item *before = map_find(open, key);
  bool waits = before != NULL && before->kind == ITEM_RESULT;
  call->pair = waits ? before : NULL;
  call->turn = turn;
  call->twin = before != NULL && !waits && before->turn == turn ? before : NULL;
  if (waits)
    before->pair = call;
  return map_put(open, key, call);
}

/* Of |call| (may be NULL) and its twins, the first that has no result. */
static struct item *first_open(struct item *call) {
  enum { TWINS_MAX = 64 };
  struct item *twin = call;
  for (int n = 0; n < TWINS_MAX && twin != NULL; n++, twin = twin->twin) {
    if (twin->pair == NULL)
      call = twin;
  }
  return call;
}

bool request_pair_calls(struct request *r) {
  struct map open;
  uint32_t turn = 0;
  map_init(&open, r->arena);
  for (struct item *i = r->items; i != NULL; i = i->next) {
    struct map_key key = {STR_NONE, i->call_id};
    turn += !item_is_of_assistant(i);
    if (i->kind == ITEM_CALL && !open_call(&open, i, turn))
      return false;
    if (i->kind != ITEM_RESULT)
      continue;
    struct item *call = map_find(&open, key);
    i->turn = turn;
    i->pair = NULL;
    if (call == NULL && !map_put(&open, key, i))
      return false;
    if (call == NULL || call->kind == ITEM_RESULT)
      continue;
    i->pair = call = first_open(call);
    if (call->pair == NULL)
      call->pair = i;
  }
  return true;
}

bool item_is_early(const struct item *result) {
  return result->pair != NULL && result->pair->turn >= result->turn;
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

bool part_is_reasoning(const struct part *part) {
  static const char *const types[] = {"thinking", "redacted_thinking", "reasoning"};
  return part->kind == PART_FOREIGN && STR_ROW(part->type, types) != NULL;
}

void part_put_text(struct buf *out, const struct part *part) {
  json_put_content(out, part->text, part->escaped);
}

bool part_unescape(const struct request *r, struct part *part) {
  if (part->escaped && !json_unescape(part->text, r->arena, &part->text))
    return false;
  part->escaped = false;
  return true;
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

bool request_add_extra(struct request *r, struct json_value value, struct str name) {
  struct extra *extra = arena_take_zero(r->arena, sizeof *extra);
  if (extra == NULL)
    return false;
  extra->value = value;
  extra->name = name;
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

void request_remove(struct request *r, const struct item *item, struct str reason) {
  struct buf *out = &r->removed;
  if (item->id.n == 0 || item->id.n > KIB / 4 || REMOVED_MAX - out->n < KIB)
    return;
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), item->id);
  json_put_member_string(out, STR("type"), STR("reasoning"));
  json_put_member_string(out, STR("action"), STR("removed"));
  json_put_member_string(out, STR("reason"), reason);
  json_put_close(out, '}');
}

bool request_index_tools(struct request *r) {
  map_init(&r->tool_names, r->arena);
  for (struct tool *t = r->tools; t != NULL; t = t->next) {
    struct map_key key = {t->space, t->name};
    if (map_find(&r->tool_names, key) == NULL && !map_put(&r->tool_names, key, t))
      return false;
  }
  return true;
}

const struct tool *request_find_tool(const struct request *r, struct str space, struct str name) {
  return map_find(&r->tool_names, (struct map_key){space, name});
}

const struct tool *request_find_wire(const struct request *r, struct str wire) {
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (str_equal(t->wire, wire))
      return t;
  }
  return NULL;
}

static bool copy_tool(struct request *r, const struct tool *from) {
  struct tool *tool = request_add_tool(r, from->kind, arena_copy(r->arena, from->name));
  if (tool == NULL)
    return false;
  tool->space = arena_copy(r->arena, from->space);
  tool->wire = arena_copy(r->arena, from->wire);
  return tool->name.p != NULL && tool->space.p != NULL && tool->wire.p != NULL;
}

bool request_keep_tools(struct request *r, struct arena *arena) {
  struct request kept;
  request_init(&kept, arena);
  kept.left_out = arena_copy(arena, r->left_out);
  struct str removed = arena_copy(arena, buf_str(&r->removed));
  for (const struct tool *t = r->tools; t != NULL; t = t->next) {
    if (!copy_tool(&kept, t))
      return false;
  }
  struct tool *tools = kept.tools;
  bool stream = r->stream, chat = r->chat, functions = r->functions;
  bool usage = r->include_usage, encrypted = r->include_encrypted, logprobs = r->logprobs;
  request_init(r, arena);
  r->tools = tools;
  r->left_out = kept.left_out;
  buf_put(&r->removed, removed);
  r->stream = stream;
  r->chat = chat;
  r->functions = functions;
  r->include_usage = usage;
  r->include_encrypted = encrypted;
  r->logprobs = logprobs;
  return true;
}
