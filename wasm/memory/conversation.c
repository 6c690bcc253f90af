#include "memory/conversation.h"

#include "limits.h"
#include "memory/page.h"

static struct tree *tree_of(const struct conversation *c) {
  const struct link *link = c->m->links;
  struct tree *tree = c->m->trees;
  while (tree != NULL && (link == NULL || tree->id != link->tree))
    tree = tree->next;
  return tree;
}

/* ---- checks of the request ---- */

/* "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but
 * got an object with 17 properties instead."  |words| follow the name, the limit and the size. */
static int refuse_size(struct conversation *c, int error, struct str param,
                       const struct str words[4], size_t max, size_t n, struct failure *f) {
  struct buf text;
  buf_init(&text, c->m->arena, MESSAGE_MAX);
  buf_put(&text, STR("Invalid '"));
  buf_put(&text, param);
  buf_put(&text, words[0]);
  buf_put_integer(&text, (int64_t)max);
  buf_put(&text, words[1]);
  buf_put_integer(&text, (int64_t)n);
  buf_put(&text, words[2]);
  return error_refuse(f, error, param, buf_str(&text));
}

static int check_text(struct conversation *c, struct str text, struct str param, size_t max,
                      struct failure *f) {
  static const struct str words[] = {
      STR_INIT("': string too long. Expected a string with maximum length "),
      STR_INIT(", but got a string with length "), STR_INIT(" instead.")};
  size_t n = str_characters(text);
  return n <= max ? 0 : refuse_size(c, ERR_STRING_LONG, param, words, max, n, f);
}

static int check_pair(struct conversation *c, struct json_value value, struct failure *f) {
  struct str key = json_key(value), text = STR_NONE;
  struct buf param;
  buf_init(&param, c->m->arena, MESSAGE_MAX);
  buf_put(&param, STR("metadata."));
  buf_put(&param, str_part(key, 0, METADATA_KEY_MAX));
  if (!json_string(value, c->m->arena, &text))
    return error_refuse(f, ERR_TYPE, buf_str(&param), STR("A value of 'metadata' is a string."));
  int err = check_text(c, key, STR("metadata"), METADATA_KEY_MAX, f);
  return err ? err : check_text(c, text, buf_str(&param), METADATA_VALUE_MAX, f);
}

static int check_metadata(struct conversation *c, struct failure *f) {
  static const struct str words[] = {
      STR_INIT("': too many properties. Expected an object with at most "),
      STR_INIT(" properties, but got an object with "), STR_INIT(" properties instead.")};
  struct json_value metadata = json_find(c->body, STR("metadata"));
  size_t n = json_count(metadata);
  int err = 0;
  if (c->verb == CONVERSATION_UPDATE && !json_exists(metadata))
    return error_refuse(f, ERR_MISSING, STR("metadata"),
                        STR("Missing required parameter: 'metadata'."));
  if (!json_absent(metadata) && json_type(metadata) != JSON_OBJECT)
    return error_refuse(f, ERR_TYPE, STR("metadata"),
                        STR("Invalid type for 'metadata': expected an object."));
  if (n > METADATA_PAIRS_MAX)
    return refuse_size(c, ERR_TOO_MANY, STR("metadata"), words, METADATA_PAIRS_MAX, n, f);
  for (struct json_value v = json_first(metadata); err == 0 && json_exists(v); v = json_next(v))
    err = check_pair(c, v, f);
  return err;
}

/* Is |v| an item? One without a type is a message, which has a role. A reference could not be
 * resolved later. */
static bool is_item(struct json_value v) {
  struct json_value type = json_find(v, STR("type"));
  bool message = json_absent(type) || json_is(type, STR("message"));
  return json_type(v) == JSON_OBJECT && !json_is(type, STR("item_reference")) &&
         (!message || json_type(json_find(v, STR("role"))) == JSON_STRING);
}

static int check_items(struct conversation *c, struct failure *f) {
  static const struct str words[] = {
      STR_INIT("': array too long. Expected an array with maximum length "),
      STR_INIT(", but got an array with length "), STR_INIT(" instead.")};
  struct json_value items = json_find(c->body, STR("items"));
  size_t n = json_count(items);
  if (c->verb == CONVERSATION_ADD && json_absent(items))
    return error_refuse(f, ERR_MISSING, STR("items"), STR("Missing required parameter: 'items'."));
  if (!json_absent(items) && json_type(items) != JSON_ARRAY)
    return error_refuse(f, ERR_TYPE, STR("items"),
                        STR("Invalid type for 'items': expected an array."));
  if (n > CONVERSATION_ITEMS_MAX)
    return refuse_size(c, ERR_TOO_LONG, STR("items"), words, CONVERSATION_ITEMS_MAX, n, f);
  for (struct json_value v = json_first(items); json_exists(v); v = json_next(v)) {
    if (!is_item(v))
      return error_refuse(
          f, ERR_VALUE, STR("items"),
          STR("An item of 'items' is an object and no reference, and a message has a role."));
  }
  return 0;
}

/* ---- writing to the store ---- */

static void put_until(struct conversation *c) {
  buf_put_integer(&c->m->lines, (int64_t)c->until);
  buf_put_byte(&c->m->lines, ' ');
}

static void put_about(struct buf *out, int64_t created, struct json_value metadata) {
  json_put_member_integer(out, STR("created_at"), created);
  json_put_member_raw(out, STR("metadata"), json_absent(metadata) ? STR("{}") : json_raw(metadata));
}

static void write_meta(struct conversation *c, int64_t created) {
  struct buf *lines = &c->m->lines;
  buf_put(lines, STR("turn " META_NODE " - "));
  put_until(c);
  json_put_open(lines, '{');
  put_about(lines, created, json_find(c->body, STR("metadata")));
  json_put_close(lines, '}');
  buf_put_byte(lines, '\n');
}

/* Write the items of the body as a turn of their own. Returns them as they are stored. */
static struct str write_items(struct conversation *c) {
  struct memory *m = c->m;
  struct turn turn = {.node = m->mint->node, .previous = m->parent, .first = !m->has_parent};
  struct json_value items = json_find(c->body, STR("items"));
  struct buf input;
  buf_init(&input, m->arena, TURN_MAX);
  turn_put_input(&input, items, m->mint, m->arena);
  if (buf_error(&input))
    m->lines.error = buf_error(&input);
  if (json_count(items) > 0)
    turn_put(&m->lines, &turn, c->until, buf_str(&input), STR_NONE);
  return buf_str(&input);
}

/* ---- replies ---- */

/* Put the id and the object's name: the reply to a deletion, and the beginning of the others. */
static void put_id(struct conversation *c, struct str object) {
  json_put_open(c->out, '{');
  json_put_member_string(c->out, STR("id"), c->id);
  json_put_member_string(c->out, STR("object"), object);
}

static int put_conversation(struct conversation *c, struct str meta, struct failure *f) {
  struct json json;
  size_t where;
  int64_t created = 0;
  (void)f;
  if (json_parse_lenient(&json, c->m->arena, meta, &where) < 0)
    return ERR_MEMORY;
  struct json_value root = json_root(&json);
  put_id(c, STR("conversation"));
  json_integer(json_find(root, STR("created_at")), &created);
  put_about(c->out, created, json_find(root, STR("metadata")));
  json_put_close(c->out, '}');
  return 0;
}

static int create(struct conversation *c, struct failure *f) {
  int err = check_metadata(c, f);
  if (err == 0)
    err = check_items(c, f);
  if (err)
    return err;
  int64_t created = (int64_t)(c->m->now / SECOND);
  struct mint mint = *c->m->mint;
  mint.node = mint.key = 0;
  c->id = mint_take(&mint, c->m->arena, STR(CONVERSATION_ID), 0);
  memory_put_object(c->m, mint.tree);
  write_meta(c, created);
  write_items(c);
  put_id(c, STR("conversation"));
  put_about(c->out, created, json_find(c->body, STR("metadata")));
  json_put_close(c->out, '}');
  return 0;
}

static int read(struct conversation *c, struct failure *f) {
  return put_conversation(c, tree_of(c)->meta, f);
}

static int update(struct conversation *c, struct failure *f) {
  struct json json;
  size_t where;
  int64_t created = 0;
  int err = check_metadata(c, f);
  if (err)
    return err;
  if (json_parse_lenient(&json, c->m->arena, tree_of(c)->meta, &where) < 0)
    return ERR_MEMORY;
  json_integer(json_find(json_root(&json), STR("created_at")), &created);
  write_meta(c, created);
  put_id(c, STR("conversation"));
  put_about(c->out, created, json_find(c->body, STR("metadata")));
  json_put_close(c->out, '}');
  return 0;
}

static int delete_all(struct conversation *c, struct failure *f) {
  (void)f;
  buf_put(&c->m->lines, STR("wipe\n"));
  put_id(c, STR("conversation.deleted"));
  json_put_key(c->out, STR("deleted"));
  json_put_bool(c->out, true);
  json_put_close(c->out, '}');
  return 0;
}

static int add(struct conversation *c, struct failure *f) {
  struct json json;
  size_t where;
  struct item_list list = {.arena = c->m->arena};
  int err = check_items(c, f);
  if (err)
    return err;
  struct str kept = write_items(c);
  if (json_parse_lenient(&json, c->m->arena, kept, &where) < 0)
    return ERR_MEMORY;
  item_list_add(&list, json_root(&json));
  return page_put(c->out, &list, STR("order=asc"), f);
}

static int list(struct conversation *c, struct failure *f) {
  struct item_list list = {.arena = c->m->arena};
  for (const struct turn *t = tree_of(c)->turns; t != NULL; t = t->next) {
    item_list_add(&list, t->input);
    item_list_add(&list, json_find(t->response, STR("output")));
  }
  return page_put(c->out, &list, c->query, f);
}

static int find_item(struct conversation *c, const struct turn **turn, struct json_value *item,
                     struct failure *f) {
  struct buf text;
  for (const struct turn *t = tree_of(c)->turns; t != NULL; t = t->next) {
    *item = turn_find_item(t, c->item);
    *turn = t;
    if (!json_absent(*item))
      return 0;
  }
  buf_init(&text, c->m->arena, MESSAGE_MAX);
  buf_put(&text, STR("Item with id '"));
  buf_put(&text, str_part(c->item, 0, RESPONSE_ID_MAX));
  buf_put(&text, STR("' not found in conversation with id '"));
  buf_put(&text, c->id);
  buf_put(&text, STR("'."));
  error_refuse(f, ERR_ITEM, STR_NONE, buf_str(&text));
  f->status = 404;
  return ERR_ITEM;
}

static int read_item(struct conversation *c, struct failure *f) {
  const struct turn *turn;
  struct json_value item;
  int err = find_item(c, &turn, &item, f);
  if (err == 0)
    json_put_value(c->out, item);
  return err;
}

/* Put |array| without |item|. */
static void put_without(struct buf *out, struct json_value array, struct json_value item) {
  json_put_open(out, '[');
  for (struct json_value v = json_first(array); json_exists(v); v = json_next(v)) {
    if (v.token != item.token)
      json_put_value(out, v);
  }
  json_put_close(out, ']');
}

static void put_response_without(struct buf *out, struct json_value response,
                                 struct json_value item) {
  if (json_absent(response))
    return;
  json_put_open(out, '{');
  for (struct json_value v = json_first(response); json_exists(v); v = json_next(v)) {
    if (!json_key_is(v, STR("output"))) {
      json_put_member(out, v);
      continue;
    }
    json_put_key(out, STR("output"));
    put_without(out, v, item);
  }
  json_put_close(out, '}');
}

/* Write the turn again without the item. A turn without items is kept, since others follow it. */
static int delete_item(struct conversation *c, struct failure *f) {
  const struct turn *turn;
  struct json_value item;
  struct buf input, response;
  int err = find_item(c, &turn, &item, f);
  if (err)
    return err;
  buf_init(&input, c->m->arena, TURN_MAX);
  buf_init(&response, c->m->arena, TURN_MAX);
  put_without(&input, turn->input, item);
  put_response_without(&response, turn->response, item);
  if (buf_error(&input) || buf_error(&response))
    return ERR_MEMORY;
  turn_put(&c->m->lines, turn, 0, buf_str(&input), buf_str(&response));
  return put_conversation(c, tree_of(c)->meta, f);
}

/* ---- entry points ---- */

static int (*const answers[])(struct conversation *c, struct failure *f) = {
    [CONVERSATION_CREATE] = create,  [CONVERSATION_READ] = read,
    [CONVERSATION_UPDATE] = update,  [CONVERSATION_DELETE] = delete_all,
    [CONVERSATION_ADD] = add,        [CONVERSATION_LIST] = list,
    [CONVERSATION_ITEM] = read_item, [CONVERSATION_ITEM_DELETE] = delete_item,
};

void conversation_open(struct conversation *c, struct str token, struct id_source *ids,
                       struct arena *arena, double now) {
  struct memory *m = c->m;
  memory_open_alone(m, token, ids, arena, now);
  if (c->verb != CONVERSATION_CREATE)
    memory_add_link(m, LINK_CONVERSATION, c->id);
  if (m->links != NULL && m->links->known)
    m->mint->tree = m->links->tree;
}

int conversation_answer(struct conversation *c, struct memory_call *write, struct failure *f) {
  struct memory *m = c->m;
  const struct tree *tree = tree_of(c);
  if (c->verb != CONVERSATION_CREATE && (tree == NULL || tree->meta.n == 0))
    return memory_refuse_conversation(m, c->id, f);
  buf_reset(&m->lines);
  if (tree != NULL)
    memory_put_object(m, tree->id);
  int err = answers[c->verb](c, f);
  if (err == 0 && m->lines.n > 0 && c->verb != CONVERSATION_DELETE)
    memory_put_limit(m);
  if (err == 0)
    err = buf_error(&m->lines);
  if (err && f->status == 0)
    error_refuse(f, err, STR_NONE, STR_NONE);
  *write = (struct memory_call){buf_str(&m->name), buf_str(&m->lines)};
  return err;
}
