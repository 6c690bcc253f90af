#include "memory/stored.h"

#include "limits.h"
#include "memory/page.h"

void stored_open(struct memory *m, struct str id, struct str token, struct id_source *ids,
                 struct arena *arena, double now) {
  memory_open_alone(m, token, ids, arena, now);
  memory_add_link(m, LINK_ITEM, id);
}

static struct str id_of(const struct memory *m) {
  return m->links != NULL ? m->links->id : STR_NONE;
}

const struct turn *stored_find(const struct memory *m, bool asked) {
  const struct link *link = m->links;
  const struct turn *turn = m->trees != NULL ? m->trees->turns : NULL;
  while (link != NULL && turn != NULL && turn->node != link->node)
    turn = turn->next;
  if (turn == NULL || (asked && json_absent(turn->response)))
    return turn;
  return json_is(json_find(turn->response, STR("id")), id_of(m)) ? turn : NULL;
}

bool stored_next_drop(struct memory *m, const struct turn *turn, struct memory_call *call) {
  struct link *link = m->links;
  char digits[16];
  if (link->native) {
    link->native = false;
    m->mint->tree = link->tree;
    m->mint->node = link->node;
    m->mint->key = 0;
    if (memory_put_index(m, json_raw(turn->response), m->now + STORE_DAYS * 24.0 * HOUR, call))
      return true;
  }
  if (!link->known)
    return false;
  link->known = false;
  memory_put_object(m, link->tree);
  buf_reset(&m->lines);
  buf_put(&m->lines, STR("drop "));
  buf_put(&m->lines, mint_hex(turn->node, digits));
  *call = (struct memory_call){buf_str(&m->name), buf_str(&m->lines)};
  return true;
}

int stored_refuse(struct memory *m, struct failure *f) {
  struct buf text;
  buf_init(&text, m->arena, MESSAGE_MAX);
  buf_put(&text, STR("Response with id '"));
  buf_put(&text, str_part(id_of(m), 0, RESPONSE_ID_MAX));
  buf_put(&text, STR("' not found."));
  return error_refuse(f, ERR_RESPONSE, STR_NONE, buf_str(&text));
}

void stored_put_deleted(struct buf *out, const struct memory *m) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), id_of(m));
  json_put_member_string(out, STR("object"), STR("response"));
  json_put_key(out, STR("deleted"));
  json_put_bool(out, true);
  json_put_close(out, '}');
}

/* A run's request has its input as the client sent it. Make the items of it that will be stored. */
static bool read_asked(struct json *json, struct memory *m, struct json_value *input) {
  struct buf items;
  size_t where;
  buf_init(&items, m->arena, TURN_MAX);
  m->mint->tree = m->links->tree;
  m->mint->node = m->links->node;
  turn_put_input(&items, *input, m->mint, m->arena);
  if (buf_error(&items) || json_parse_lenient(json, m->arena, buf_str(&items), &where) < 0)
    return false;
  *input = json_root(json);
  return true;
}

int stored_put_items(struct buf *out, struct memory *m, const struct turn *turn, struct str query,
                     struct failure *f) {
  struct item_list list = {.arena = m->arena};
  struct json_value input = turn->input;
  struct json json;
  if (json_absent(turn->response) && !read_asked(&json, m, &input))
    return error_refuse(f, ERR_MEMORY, STR_NONE, STR_NONE);
  item_list_add(&list, input);
  return page_put(out, &list, query, f);
}
