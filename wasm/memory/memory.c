/* memory.c -- find what a request refers to (memory_open()), and which keys it can be sent to as
 * it is. */
#include "memory/memory.h"

#include "config/route.h"
#include "limits.h"

struct link *memory_add_link(struct memory *m, enum link_use use, struct str id) {
  struct link *link = arena_take_zero(m->arena, sizeof *link);
  struct minted minted;
  if (link == NULL || m->link_count >= LINKS_MAX)
    return NULL;
  link->use = use;
  link->id = arena_copy(m->arena, id); /* the request's memory is freed before the turn is stored */
  link->native = !mint_looks_minted(id);
  if (mint_read(m->mint, id, &minted)) {
    link->known = use != LINK_PREVIOUS || minted.index == 0;
    link->tree = minted.tree;
    link->node = minted.node;
    link->key = minted.key;
    if (use == LINK_CONVERSATION)
      link->known = minted.node == 0 && str_starts(id, STR(CONVERSATION_ID));
  }
  *m->links_end = link;
  m->links_end = &link->next;
  m->link_count++;
  return link;
}

/* Open the link whose id is |value|, a string, or in it, an object. */
static int open_link(struct memory *m, enum link_use use, struct json_value value, struct str param,
                     struct failure *f) {
  struct str id = STR_NONE;
  struct json_value named = json_type(value) == JSON_OBJECT ? json_find(value, STR("id")) : value;
  if (json_absent(value))
    return 0;
  if (!json_string(named, m->arena, &id))
    return error_refuse(f, json_type(named) == JSON_STRING ? ERR_MEMORY : ERR_TYPE, param,
                        STR_NONE);
  return memory_add_link(m, use, id) != NULL ? 0 : error_refuse(f, ERR_VALUE, param, STR_NONE);
}

static int open_items(struct memory *m, struct json_value input, struct failure *f) {
  if (json_type(input) != JSON_ARRAY ||
      str_find(m->ask->text, STR("item_reference")) == STR_NOWHERE)
    return 0;
  struct json_items items;
  struct json_value v;
  int err = 0, more = 1;
  json_items_open(&items, input, m->arena);
  while (err == 0 && (more = json_items_next(&items, &v)) > 0) {
    if (json_is(json_find(v, STR("type")), STR("item_reference")))
      err = open_link(m, LINK_ITEM, json_find(v, STR("id")), STR("input"), f);
  }
  return err != 0 || more == 0 ? err : error_refuse(f, more, STR("input"), STR_NONE);
}

static void open_mint(struct memory *m, struct str token, struct id_source *ids) {
  uint64_t random = id_number(ids);
  mint_init(&ids->mint, token);
  m->mint = &ids->mint;
  m->mint->tree = random;
  m->mint->node = (uint64_t)m->now << NODE_RANDOM_BITS | (id_number(ids) & NODE_RANDOM);
  m->mint->node = m->keeps ? m->mint->node | NODE_STORED : m->mint->node & ~NODE_STORED;
}

void memory_open_alone(struct memory *m, struct str token, struct id_source *ids,
                       struct arena *arena, double now) {
  *m = (struct memory){.arena = arena, .now = now, .on = true, .stores = true, .keeps = true};
  m->links_end = &m->links;
  open_mint(m, token, ids);
  buf_init(&m->lines, arena, TURN_MAX);
  buf_init(&m->name, arena, NAME_MAX_BYTES);
}

void memory_join(struct memory *m, const struct link *link) {
  if (!link->known || (link->use == LINK_ITEM && m->links->use != LINK_ITEM))
    return;
  m->mint->tree = link->tree;
  if (link->use != LINK_PREVIOUS)
    return;
  m->has_parent = true;
  m->parent = link->node;
}

int memory_open(struct memory *m, struct ask *ask, const struct config *config,
                const struct route *route, struct str token, struct id_source *ids,
                struct arena *arena, double now, struct failure *f) {
  *m = (struct memory){.arena = arena, .ask = ask, .now = now};
  m->links_end = &m->links;
  m->stores = config->memory && route->store_days > 0 && !ask->chat;
  m->here = ask->framed;
  m->on = m->stores || m->here;
  if (!m->on)
    return 0;
  struct json_value previous = json_find(ask->body, STR("previous_response_id"));
  struct json_value conversation = json_find(ask->body, STR("conversation"));
  m->strict = config->client_count > 0;
  m->keeps =
      m->stores && ask->kind == ASK_ANSWER && json_bool(json_find(ask->body, STR("store")), true);
  open_mint(m, token, ids);
  ask->stored = m->keeps;
  buf_init(&m->lines, arena, TURN_MAX);
  buf_init(&m->name, arena, NAME_MAX_BYTES);
  buf_init(&m->removed, arena, ANSWER_MAX);
  if (!json_absent(previous) && !json_absent(conversation))
    return error_refuse(f, ERR_EXCLUSIVE, STR("previous_response_id"), STR_NONE);
  int err = open_link(m, LINK_PREVIOUS, previous, STR("previous_response_id"), f);
  if (err == 0)
    err = open_link(m, LINK_CONVERSATION, conversation, STR("conversation"), f);
  if (err == 0)
    err = open_items(m, json_find(ask->body, STR("input")), f);
  for (const struct link *link = m->links; link != NULL; link = link->next)
    memory_join(m, link);
  return err;
}

bool memory_has_compaction(const struct memory *m) {
  for (const struct tree *tree = m->trees; tree != NULL; tree = tree->next) {
    for (const struct turn *turn = tree->turns; turn != NULL; turn = turn->next) {
      if (str_find(turn->text, STR("\"compaction\"")) != STR_NOWHERE)
        return true;
    }
  }
  return false;
}

/* ---- who made the chain ---- */

uint32_t memory_key(const struct memory *m, const struct choice *choice) {
  struct buf text;
  buf_init(&text, m->arena, ENDPOINT_MAX + VARIABLE_MAX);
  buf_put(&text, choice->target->endpoint);
  buf_put_byte(&text, '\n');
  buf_put(&text, choice->key->secret);
  return mint_number(m->mint, STR("key"), buf_str(&text));
}

bool memory_is_native(const struct memory *m, const struct choice *choice) {
  if (upstream_request_is_translated(choice->target, m->ask) || m->ask->translate ||
      m->native_refused)
    return false;
  uint32_t key = memory_key(m, choice);
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    /* An id that is unknown here may be older than the store: the upstream decides. */
    if ((!link->native && link->upstream_id.n == 0) ||
        (link->known ? link->key != key || !(link->node & NODE_STORED) : m->strict))
      return false;
  }
  return true;
}

bool memory_may_rebuild(const struct memory *m, const struct choice *choice) {
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    if (!link->known)
      return false;
  }
  return m->links != NULL && (m->own_sent || memory_is_native(m, choice));
}

static bool has_key(const struct memory *m, uint32_t key) {
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    if (link->known && link->key == key)
      return true;
  }
  return false;
}

bool memory_prefers(const struct memory *m, const struct route *route, struct choice *out) {
  if (m->links == NULL)
    return false;
  for (uint32_t t = 0; t < route->target_count; t++) {
    for (uint32_t k = 0; k < route->targets[t].key_count; k++) {
      struct choice choice = {&route->targets[t], route->targets[t].keys[k]};
      if (choice.key->secret.n > 0 && has_key(m, memory_key(m, &choice))) {
        *out = choice;
        return true;
      }
    }
  }
  return false;
}
