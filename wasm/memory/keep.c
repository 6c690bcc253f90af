/* keep.c -- write a turn for the store: memory_put_turn() of memory.h. */
#include "limits.h"
#include "memory/memory.h"

void memory_put_limit(struct memory *m) {
  buf_put(&m->lines, STR("limit "));
  buf_put_integer(&m->lines, CONVERSATION_MAX);
  buf_put_byte(&m->lines, ' ');
  buf_put_integer(&m->lines, CONVERSATIONS_MAX);
  buf_put_byte(&m->lines, ' ');
  buf_put(&m->lines, str_from(buf_str(&m->name), sizeof "conversation " - 1));
}

void memory_hold_input(struct memory *m) {
  struct buf held;
  if (!(m->keeps || m->here) || m->input.n > 0)
    return;
  buf_init(&held, m->arena, TURN_MAX);
  /* A client may have listed a run's items before a key was chosen: then their ids have none. */
  uint32_t key = m->mint->key;
  if (m->ask->begun != NULL)
    m->mint->key = 0;
  turn_put_input(&held, json_find(m->ask->body, STR("input")), m->mint, m->arena);
  m->mint->key = key;
  m->input = buf_str(&held);
  if (buf_error(&held))
    m->keeps = m->here = false;
}

bool memory_lacks_items(const struct memory *m) {
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    if (link->use == LINK_ITEM && link->known && json_absent(link->found))
      return true;
  }
  return false;
}

static struct json_value find_referenced(const struct memory *m, struct json_value item) {
  const struct link *link = m->links;
  if (!json_is(json_find(item, STR("type")), STR("item_reference")))
    return item;
  while (link != NULL &&
         (json_absent(link->found) || !json_is(json_find(item, STR("id")), link->id)))
    link = link->next;
  return link != NULL ? link->found : item;
}

/* Replace references in the held input by their items, so that the turn is whole without other
 * turns. */
static void resolve_input(struct memory *m) {
  struct json json;
  struct buf out;
  size_t where;
  if (str_find(m->input, STR("\"item_reference\"")) == STR_NOWHERE ||
      json_parse_lenient(&json, m->arena, m->input, &where) < 0)
    return;
  buf_init(&out, m->arena, TURN_MAX);
  json_put_open(&out, '[');
  for (struct json_value v = json_first(json_root(&json)); json_exists(v); v = json_next(v))
    json_put_value(&out, find_referenced(m, v));
  json_put_close(&out, ']');
  if (!buf_error(&out))
    m->input = buf_str(&out);
}

static void put_turn(struct memory *m, struct buf *lines, struct str response, bool native,
                     uint32_t key, double until) {
  const struct link *link = m->links;
  /* Whoever needs the turns before this one must not get it for the first. */
  bool follows_unknown = link != NULL && !link->known && link->use != LINK_ITEM;
  struct turn turn = {.node = m->mint->node,
                      .previous = m->parent,
                      .first = !m->has_parent && !follows_unknown,
                      .key = key,
                      .native = native,
                      .upstream_id = m->upstream_id,
                      .events = m->events};
  memory_hold_input(m);
  resolve_input(m);
  turn_put(lines, &turn, until, m->input, response);
}

bool memory_put_turn(struct memory *m, struct str response, bool native, uint32_t key, double until,
                     struct memory_call *call) {
  if (!m->keeps || response.n == 0)
    return false;
  memory_put_object(m, m->mint->tree);
  buf_reset(&m->lines);
  put_turn(m, &m->lines, response, native, key, until);
  memory_put_limit(m);
  *call = (struct memory_call){buf_str(&m->name), buf_str(&m->lines)};
  return buf_error(&m->lines) == 0;
}

bool memory_is_word(struct str id) {
  return id.n > 0 && id.n <= RESPONSE_ID_MAX && str_find_byte(id, ' ') == STR_NOWHERE &&
         str_find_byte(id, '\n') == STR_NOWHERE;
}

/* "TREE NODE KEY" */
static void put_place(struct buf *lines, const struct mint *mint, uint32_t key) {
  char digits[16];
  buf_put(lines, mint_hex(mint->tree, digits));
  buf_put_byte(lines, ' ');
  buf_put(lines, mint_hex(mint->node, digits));
  buf_put_byte(lines, ' ');
  buf_put(lines, str_from(mint_hex(key, digits), 8));
  buf_put_byte(lines, '\n');
}

static void put_id(struct memory *m, struct str id, double until) {
  if (!memory_is_word(id) || mint_looks_minted(id))
    return;
  buf_put(&m->lines, STR("set r/"));
  buf_put(&m->lines, id);
  buf_put_byte(&m->lines, ' ');
  buf_put_integer(&m->lines, (int64_t)until);
  buf_put_byte(&m->lines, ' ');
  put_place(&m->lines, m->mint, m->mint->key);
}

static struct str id_of(struct memory *m, struct json_value object) {
  struct str id = STR_NONE;
  return json_string(json_find(object, STR("id")), m->arena, &id) ? id : STR_NONE;
}

bool memory_put_index(struct memory *m, struct str response, double until,
                      struct memory_call *call) {
  struct json json;
  size_t where;
  if (json_parse_lenient(&json, m->arena, response, &where) < 0)
    return false;
  struct json_value root = json_root(&json), output = json_find(root, STR("output"));
  buf_reset(&m->name);
  buf_put(&m->name, STR("store "));
  buf_put(&m->name, mint_name(m->mint, m->arena, STR("index"), STR_NONE));
  buf_reset(&m->lines);
  put_id(m, id_of(m, root), until);
  for (struct json_value v = json_first(output); json_exists(v); v = json_next(v))
    put_id(m, id_of(m, v), until);
  /* Delete expired rows only now and then, since this reads the whole index. */
  if ((m->mint->node & 63) == 0) {
    buf_put(&m->lines, STR("drop r/ "));
    buf_put_integer(&m->lines, (int64_t)m->now);
  }
  *call = (struct memory_call){buf_str(&m->name), buf_str(&m->lines)};
  return m->lines.n > 0 && buf_error(&m->lines) == 0;
}

bool memory_put_here(struct memory *m, struct str lane, struct str response, bool native,
                     uint32_t key, struct buf *lines) {
  struct json json;
  size_t where;
  /* What follows an unknown turn is left to the store, which may learn of it in the meantime. */
  if (!m->here || (m->keeps && memory_has_unknown(m)) || response.n == 0 ||
      json_parse_lenient(&json, m->arena, response, &where) < 0)
    return false;
  struct str id = id_of(m, json_root(&json));
  put_turn(m, lines, response, native, key, 0);
  buf_put(lines, STR("latest "));
  buf_put(lines, lane);
  buf_put_byte(lines, ' ');
  buf_put(lines, id);
  buf_put_byte(lines, ' ');
  put_place(lines, m->mint, key);
  return memory_is_word(id) && m->here;
}
