#include "memory/turn.h"

#include "limits.h"

static bool read_head(struct turn *t, struct str *line) {
  struct str node, previous;
  if (!str_cut(line, ' ', &node) || !str_cut(line, ' ', &previous))
    return false;
  t->first = str_equal(previous, STR("-"));
  if (!t->first && !mint_unhex(previous, &t->previous))
    return false;
  return mint_unhex(node, &t->node);
}

struct turn *turn_read(struct arena *arena, struct str line) {
  struct turn *t = arena_take_zero(arena, sizeof *t);
  struct str key = STR_NONE;
  uint64_t number = 0;
  size_t where;
  if (t == NULL || !read_head(t, &line))
    return NULL;
  t->text = arena_copy(arena, line);
  if (t->text.p == NULL || json_parse_lenient(&t->json, arena, t->text, &where) < 0)
    return NULL;
  struct json_value root = json_root(&t->json);
  if (json_string(json_find(root, STR("key")), arena, &key) && mint_unhex(key, &number))
    t->key = (uint32_t)number;
  t->native = json_bool(json_find(root, STR("native")), false);
  t->events = json_bool(json_find(root, STR("events")), false);
  if (!json_string(json_find(root, STR("upstream_id")), arena, &t->upstream_id))
    t->upstream_id = STR_NONE;
  t->input = json_find(root, STR("input"));
  t->response = json_find(root, STR("response"));
  return t;
}

static struct json_value find_item(struct json_value items, struct str id) {
  for (struct json_value v = json_first(items); json_exists(v); v = json_next(v)) {
    bool reference = json_is(json_find(v, STR("type")), STR("item_reference"));
    if (!reference && json_is(json_find(v, STR("id")), id))
      return v;
  }
  return JSON_ABSENT;
}

struct json_value turn_find_item(const struct turn *t, struct str id) {
  struct json_value found = find_item(json_find(t->response, STR("output")), id);
  return json_absent(found) ? find_item(t->input, id) : found;
}

/* ---- writing ---- */

/* The ids of a request's items are numbered from here; those of the response from 1. */
enum { INPUT_INDEX = 0x8000 };

/* What the ids of a kind of item begin with, and whether it has a status. */
struct kind {
  struct str type, prefix;
  bool status;
};

static const struct kind *kind_of(struct json_value type) {
  static const struct kind rows[] = {
      {STR_INIT("message"), STR_INIT("msg_"), true},
      {STR_INIT("function_call"), STR_INIT("fc_"), true},
      {STR_INIT("function_call_output"), STR_INIT("fco_"), true},
      {STR_INIT("custom_tool_call"), STR_INIT("ctc_"), true},
      {STR_INIT("custom_tool_call_output"), STR_INIT("ctco_"), true},
      {STR_INIT("reasoning"), STR_INIT("rs_"), false},
      {STR_INIT("compaction"), STR_INIT("cmp_"), false},
      {{NULL, 0}, STR_INIT("item_"), false},
  };
  const struct kind *row = rows;
  while (!json_absent(type) && row->type.n > 0 && !json_is(type, row->type))
    row++;
  return row;
}

/* Put a part of an item's content, with the member that clients may leave out. */
static void put_part(struct buf *out, struct json_value part) {
  bool image = json_is(json_find(part, STR("type")), STR("input_image"));
  bool text = json_is(json_find(part, STR("type")), STR("output_text"));
  struct str key = image ? STR("detail") : STR("annotations");
  json_put_open(out, '{');
  for (struct json_value v = json_first(part); json_exists(v); v = json_next(v)) {
    if (json_type(v) != JSON_NULL)
      json_put_member(out, v);
  }
  if ((image || text) && json_absent(json_find(part, key)))
    json_put_member_raw(out, key, image ? STR("\"auto\"") : STR("[]"));
  json_put_close(out, '}');
}

static void put_parts(struct buf *out, struct json_value parts) {
  json_put_key(out, json_key(parts));
  json_put_open(out, '[');
  for (struct json_value v = json_first(parts); json_exists(v); v = json_next(v)) {
    if (json_type(v) == JSON_OBJECT)
      put_part(out, v);
    else
      json_put_value(out, v);
  }
  json_put_close(out, ']');
}

/* Put the content of a message; a string is short for one part with text. */
static void put_content(struct buf *out, struct json_value content, bool answer) {
  json_put_member_open(out, STR("content"), '[');
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), answer ? STR("output_text") : STR("input_text"));
  json_put_member_value(out, STR("text"), content);
  if (answer)
    json_put_member_raw(out, STR("annotations"), STR("[]"));
  json_put_close(out, '}');
  json_put_close(out, ']');
}

/* Put the members that |item| lacks of those that every item has when it is listed. */
static void put_lacking(struct buf *out, struct json_value item, struct str id) {
  struct json_value type = json_find(item, STR("type"));
  if (json_absent(json_find(item, STR("id"))))
    json_put_member_string(out, STR("id"), id);
  if (json_absent(type))
    json_put_member_string(out, STR("type"), STR("message"));
  if (kind_of(type)->status && json_absent(json_find(item, STR("status"))))
    json_put_member_string(out, STR("status"), STR("completed"));
}

static void put_item(struct buf *out, struct json_value item, struct str id) {
  bool answer = json_is(json_find(item, STR("role")), STR("assistant"));
  json_put_open(out, '{');
  put_lacking(out, item, id);
  for (struct json_value v = json_first(item); json_exists(v); v = json_next(v)) {
    bool content = json_key_is(v, STR("content"));
    if (json_type(v) == JSON_NULL)
      continue;
    if (content && json_type(v) == JSON_STRING)
      put_content(out, v, answer);
    else if ((content || json_key_is(v, STR("output"))) && json_type(v) == JSON_ARRAY)
      put_parts(out, v);
    else
      json_put_member(out, v);
  }
  json_put_close(out, '}');
}

static void put_text(struct buf *out, struct json_value text, struct str id) {
  json_put_open(out, '{');
  put_lacking(out, JSON_ABSENT, id);
  json_put_member_string(out, STR("role"), STR("user"));
  put_content(out, text, false);
  json_put_close(out, '}');
}

void turn_put_input(struct buf *out, struct json_value input, const struct mint *mint,
                    struct arena *arena) {
  uint32_t index = INPUT_INDEX;
  json_put_open(out, '[');
  if (json_type(input) == JSON_STRING)
    put_text(out, input, mint_take(mint, arena, STR("msg_"), index));
  struct json_items items;
  struct json_value v;
  int more = 0;
  json_items_open(&items, input, arena);
  while (json_type(input) == JSON_ARRAY && (more = json_items_next(&items, &v)) > 0) {
    struct json_value type = json_find(v, STR("type"));
    if (json_is(type, STR("item_reference")))
      json_put_value(out, v);
    else if (!json_is(type, STR("compaction_trigger")) && json_type(v) == JSON_OBJECT)
      put_item(out, v, mint_take(mint, arena, kind_of(type)->prefix, index++));
  }
  if (more < 0)
    out->error = more;
  json_put_close(out, ']');
}

/* A line of the store must not contain line feeds. JSON has them only between values, so they can
 * be replaced. */
static void join_lines(struct buf *out, size_t from) {
  for (size_t i = from; i < out->n; i++) {
    if (out->p[i] == '\n' || out->p[i] == '\r')
      out->p[i] = ' ';
  }
}

void turn_put(struct buf *out, const struct turn *turn, double until, struct str input,
              struct str response) {
  char digits[16], key[16];
  size_t from = out->n;
  buf_put(out, STR("turn "));
  buf_put(out, mint_hex(turn->node, digits));
  buf_put_byte(out, ' ');
  buf_put(out, turn->first ? STR("-") : mint_hex(turn->previous, digits));
  buf_put_byte(out, ' ');
  buf_put_integer(out, (int64_t)until);
  buf_put_byte(out, ' ');
  json_put_open(out, '{');
  json_put_member_string(out, STR("key"), str_from(mint_hex(turn->key, key), 8));
  json_put_key(out, STR("native"));
  json_put_bool(out, turn->native);
  json_put_member_raw(out, STR("input"), input);
  if (response.n > 0)
    json_put_member_raw(out, STR("response"), response);
  if (turn->events)
    json_put_member_raw(out, STR("events"), STR("true"));
  if (turn->upstream_id.n > 0)
    json_put_member_string(out, STR("upstream_id"), turn->upstream_id);
  json_put_close(out, '}');
  if (!buf_error(out))
    join_lines(out, from);
  buf_put_byte(out, '\n');
}
