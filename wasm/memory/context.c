/* context.c -- write a request with its whole context: memory_prepare() of memory.h.
 *
 * The client's body is copied without the members that refer to stored turns; "input" becomes the
 * whole context, oldest first. For a translation, reasoning is kept, since the translation reads
 * it. For a native upstream, reasoning of others and ids of others are left out, since it would
 * refuse them.
 */
#include "item/reasoning.h"
#include "limits.h"
#include "memory/memory.h"

enum { FOR_TRANSLATION, FOR_NATIVE };

struct composer {
  struct memory *m;
  struct buf *out;
  bool native;
  bool own;             /* the items are an answer of the same key, which knows their ids */
  bool counting;        /* put nothing, only count |compactions| */
  uint32_t compactions; /* this gateway's compactions that follow in the stored turns */
  bool of_answer;       /* the items are those of an answer, not of a request */
  struct str renamed;   /* only put this in place of previous_response_id; empty: the context */
  struct str missing;   /* the id of an item that was not found */
};

static const struct tree *tree_of(const struct memory *m, uint64_t id) {
  const struct tree *tree = m->trees;
  while (tree != NULL && tree->id != id)
    tree = tree->next;
  return tree;
}

static struct turn *turn_of(const struct tree *tree, uint64_t node) {
  struct turn *turn = tree != NULL ? tree->turns : NULL;
  while (turn != NULL && turn->node != node)
    turn = turn->next;
  return turn;
}

/* ---- missing turns and items ---- */

static int not_found(struct memory *m, int error, struct str param, struct str before,
                     struct str id, struct str after, struct failure *f) {
  struct buf text;
  buf_init(&text, m->arena, MESSAGE_MAX);
  buf_put(&text, before);
  buf_put(&text, str_part(id, 0, RESPONSE_ID_MAX));
  buf_put(&text, after);
  return error_refuse(f, error, param, buf_str(&text));
}

int memory_refuse_conversation(struct memory *m, struct str id, struct failure *f) {
  return not_found(m, ERR_CONVERSATION, STR("conversation"), STR("Conversation with id '"), id,
                   STR("' not found."), f);
}

static int refuse_link(struct memory *m, const struct link *link, struct failure *f) {
  switch (link->use) {
  case LINK_PREVIOUS:
    return not_found(m, ERR_PREVIOUS, STR("previous_response_id"),
                     STR("Previous response with id '"), link->id, STR("' not found."), f);
  case LINK_CONVERSATION:
    if (m->failing) /* or the client would believe that it was deleted */
      return error_refuse(f, ERR_STORE, STR_NONE, STR_NONE);
    return memory_refuse_conversation(m, link->id, f);
  case LINK_ITEM:
    break;
  }
  return not_found(m, ERR_ITEM, STR("input"), STR("Item with id '"), link->id,
                   STR("' not found. Items are not persisted when `store` is set to false: send "
                       "`store: false` and the items themselves instead of references to them."),
                   f);
}

static bool is_found(const struct memory *m, const struct link *link) {
  const struct tree *tree = link->known ? tree_of(m, link->tree) : NULL;
  if (link->use == LINK_CONVERSATION)
    return tree != NULL && tree->meta.n > 0;
  if (tree == NULL || tree->turns == NULL)
    return false;
  if (link->use == LINK_ITEM)
    return !json_absent(link->found);
  const struct turn *turn = turn_of(tree, link->node);
  return turn != NULL && json_is(json_find(turn->response, STR("id")), link->id);
}

int memory_refuse_lost(struct memory *m, bool native, struct failure *f) {
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    const struct tree *tree = tree_of(m, link->tree);
    bool unstored = link->use == LINK_PREVIOUS && !(link->node & NODE_STORED);
    bool gone = (unstored || (tree != NULL && tree->loaded)) && !is_found(m, link);
    if (link->known ? gone : native || !link->native)
      return refuse_link(m, link, f);
  }
  return 0;
}

/* ---- items ---- */

static bool is_ours(struct json_value sealed) {
  return str_starts(json_raw(sealed), STR("\"" SEAL_PREFIX));
}

/* Copy an item's members without the id that another upstream gave it, and without when it was
 * finished. */
static void put_members(struct composer *c, struct json_value item) {
  json_put_open(c->out, '{');
  for (struct json_value v = json_first(item); json_exists(v); v = json_next(v)) {
    bool mark = !c->native && json_is(json_find(item, STR("type")), STR("reasoning"));
    if ((json_key_is(v, STR("id")) && !mark) || json_key_is(v, STR("encrypted_content")) ||
        (c->native && json_key_is(v, STR("status"))))
      continue;
    json_put_member(c->out, v);
  }
  json_put_close(c->out, '}');
}

static bool is_compaction(struct json_value item) {
  return json_is(json_find(item, STR("type")), STR("compaction"));
}

/* A compaction that an upstream made by itself can be left out: the items that it replaces are in
 * the context as well. */
static void put_compaction(struct composer *c, struct json_value item) {
  if (c->of_answer && !is_ours(json_find(item, STR("encrypted_content"))))
    reasoning_put_removed(&c->m->removed, item);
  else
    json_put_value(c->out, item);
}

/* An upstream that keeps its reasoning to itself may tell a summary of it, which can be sent on. */
static void put_reasoning(struct composer *c, struct json_value item) {
  struct json_value sealed = json_find(item, STR("encrypted_content"));
  bool whole = json_count(json_find(item, STR("content"))) > 0 ||
               json_count(json_find(item, STR("reasoning_details"))) > 0;
  bool readable = whole || json_count(json_find(item, STR("summary"))) > 0;
  bool ours = json_type(sealed) == JSON_STRING
                  ? is_ours(sealed)
                  : whole || (readable && str_starts(json_raw(json_find(item, STR("id"))),
                                                     STR("\"" REASONING_ID)));
  if (c->native || !ours || !readable)
    reasoning_put_removed(&c->m->removed, item);
  if (!c->native && readable)
    put_members(c, item);
}

static void put_item(struct composer *c, struct json_value item) {
  if (c->own)
    json_put_value(c->out, item);
  else if (json_is(json_find(item, STR("type")), STR("reasoning")))
    put_reasoning(c, item);
  else if (is_compaction(item))
    put_compaction(c, item);
  else
    put_members(c, item);
}

static struct json_value find_reference(struct composer *c, struct json_value reference) {
  struct str id = STR_NONE;
  if (!json_string(json_find(reference, STR("id")), c->m->arena, &id))
    return JSON_ABSENT;
  for (const struct link *link = c->m->links; link != NULL; link = link->next) {
    if (link->use == LINK_ITEM && str_equal(link->id, id))
      return link->found;
  }
  for (const struct tree *tree = c->m->trees; tree != NULL; tree = tree->next) {
    for (const struct turn *turn = tree->turns; turn != NULL; turn = turn->next) {
      struct json_value found = turn_find_item(turn, id);
      if (!json_absent(found))
        return found;
    }
  }
  c->missing = id;
  return JSON_ABSENT;
}

/* Is |item| left out because a later compaction of this gateway replaces it? */
static bool is_replaced(struct composer *c, struct json_value item) {
  bool compaction = is_compaction(item) && is_ours(json_find(item, STR("encrypted_content")));
  bool said = json_absent(json_find(item, STR("type"))) ||
              json_is(json_find(item, STR("type")), STR("message"));
  if (c->counting) {
    c->compactions += compaction;
    return true;
  }
  if (c->compactions == 0 || json_absent(item))
    return json_absent(item);
  c->compactions -= compaction;
  return compaction ? c->compactions > 0
                    : !said || json_is(json_find(item, STR("role")), STR("assistant"));
}

static void put_items(struct composer *c, struct json_value items) {
  struct json_items each;
  struct json_value v;
  int more;
  json_items_open(&each, items, c->m->arena);
  while ((more = json_items_next(&each, &v)) > 0) {
    struct json_value item = v;
    if (json_is(json_find(v, STR("type")), STR("item_reference")))
      item = find_reference(c, v);
    if (!is_replaced(c, item))
      put_item(c, item);
  }
  if (more < 0)
    c->out->error = more;
}

/* ---- the context ---- */

/* A turn's usage counts all items up to its end, unless it has compacted them. Reasoning that an
 * upstream keeps to itself does not go to another one. */
static void note_usage(struct composer *c, const struct turn *turn) {
  struct given *given = &c->m->given[c->native];
  struct json_value output = json_find(turn->response, STR("output"));
  struct usage usage = {0};
  usage_read(json_find(turn->response, STR("usage")), &usage);
  for (struct json_value v = json_first(output); json_exists(v); v = json_next(v)) {
    if (is_compaction(v))
      given->known = usage.input = 0;
  }
  if (usage.input == 0)
    return;
  given->known = usage.input + usage.output - (turn->native ? usage.reasoning : 0);
  given->known_n = c->out->n;
}

static void put_turn(struct composer *c, const struct turn *turn) {
  struct memory *m = c->m;
  bool stored = (turn->node & NODE_STORED) != 0; /* if so, its upstream has it too */
  put_items(c, turn->input);
  c->of_answer = true;
  c->own = c->native && turn->native && stored && turn->key == m->mint->key && !m->native_refused;
  m->own_sent |= c->own;
  put_items(c, json_find(turn->response, STR("output")));
  c->of_answer = c->own = false;
  note_usage(c, turn);
}

/* Mark the turns that lead to |node|.  False when one of them is missing. */
static bool mark_chain(const struct tree *tree, uint64_t node) {
  for (struct turn *t = tree->turns; t != NULL; t = t->next)
    t->on_chain = false;
  for (;;) {
    struct turn *turn = turn_of(tree, node);
    if (turn == NULL || turn->on_chain)
      return false;
    turn->on_chain = true;
    if (turn->first)
      return true;
    node = turn->previous;
  }
}

/* The store returns a chain oldest turn first. */
static void put_turns(struct composer *c, const struct tree *tree, bool chain) {
  for (const struct turn *t = tree->turns; t != NULL; t = t->next) {
    if (!chain || t->on_chain)
      put_turn(c, t);
  }
}

static int put_history(struct composer *c, struct failure *f) {
  for (const struct link *link = c->m->links; link != NULL; link = link->next) {
    const struct tree *tree = link->known ? tree_of(c->m, link->tree) : NULL;
    if (!is_found(c->m, link))
      return refuse_link(c->m, link, f);
    bool chain = link->use == LINK_PREVIOUS;
    if (chain && !mark_chain(tree, link->node))
      return refuse_link(c->m, link, f);
    if (link->use == LINK_ITEM)
      continue;
    c->counting = true;
    put_turns(c, tree, chain);
    c->counting = false;
    put_turns(c, tree, chain);
  }
  return 0;
}

/* Put the client's own input. A plain string becomes a message, since other items precede it. */
static void put_input(struct composer *c, struct json_value input) {
  if (json_type(input) == JSON_ARRAY) {
    put_items(c, input);
  } else if (!json_absent(input)) {
    json_put_open(c->out, '{');
    json_put_member_string(c->out, STR("role"), STR("user"));
    json_put_member_value(c->out, STR("content"), input);
    json_put_close(c->out, '}');
  }
}

static int compose(struct composer *c, struct failure *f) {
  struct json_value body = c->m->ask->body;
  bool whole = c->renamed.n == 0;
  int err = 0;
  json_put_open(c->out, '{');
  for (struct json_value v = json_first(body); json_exists(v); v = json_next(v)) {
    bool previous = json_key_is(v, STR("previous_response_id"));
    if (!whole && previous)
      json_put_member_string(c->out, STR("previous_response_id"), c->renamed);
    else if (!whole ||
             (!previous && !json_key_is(v, STR("input")) && !json_key_is(v, STR("conversation"))))
      json_put_member(c->out, v);
  }
  if (whole) {
    json_put_member_open(c->out, STR("input"), '[');
    err = put_history(c, f);
    put_input(c, json_find(body, STR("input")));
    json_put_close(c->out, ']');
  }
  json_put_close(c->out, '}');
  if (err == 0 && c->missing.n > 0) {
    struct link link = {.use = LINK_ITEM, .id = c->missing};
    err = refuse_link(c->m, &link, f);
  }
  return err ? err : buf_error(c->out);
}

/* Was the context for a native upstream built for the key that is called now, and can it take it?
 */
static bool is_for_key(const struct memory *m) {
  return m->built_key == m->mint->key && !(m->own_sent && m->native_refused);
}

static int build(struct memory *m, int which, struct str renamed, struct failure *f) {
  struct given *given = &m->given[which];
  struct buf out;
  size_t where;
  if (m->built[which] && (which == FOR_TRANSLATION || is_for_key(m)))
    return 0;
  m->own_sent = renamed.n > 0;
  buf_reset(&m->removed);
  buf_init(&out, m->arena, CONTEXT_MAX);
  struct composer c = {.m = m, .out = &out, .native = which == FOR_NATIVE, .renamed = renamed};
  int err = compose(&c, f);
  if (err)
    return err;
  given->text = buf_str(&out);
  err = json_parse_lenient(&given->json, m->arena, given->text, &where);
  given->body = err ? JSON_ABSENT : json_root(&given->json);
  m->built[which] = err == 0;
  m->built_key = which == FOR_NATIVE ? m->mint->key : m->built_key;
  m->ask->removed = arena_copy(m->arena, buf_str(&m->removed));
  return err;
}

static int load_and_build(struct memory *m, int which, struct failure *f) {
  if (memory_may_look(m))
    return MEMORY_WANTS_CALL;
  for (const struct tree *tree = m->trees; tree != NULL; tree = tree->next) {
    if (tree->asked && !tree->loaded)
      return MEMORY_WANTS_CALL;
  }
  for (const struct link *link = m->links; !m->failing && link != NULL; link = link->next) {
    const struct tree *tree = link->known ? tree_of(m, link->tree) : NULL;
    if (link->known && (tree == NULL || !tree->asked) && m->tree_count < TREES_MAX)
      return MEMORY_WANTS_CALL;
  }
  return build(m, which, STR_NONE, f);
}

int memory_prepare_neutral(struct memory *m, struct failure *f) {
  if (m->links == NULL)
    return 0;
  int err = load_and_build(m, FOR_TRANSLATION, f);
  if (err == 0)
    m->ask->neutral = &m->given[FOR_TRANSLATION];
  return err;
}

/* What the upstream calls the response that the client names by another id; may be empty. */
static struct str upstream_id(const struct memory *m) {
  const struct link *link = m->links;
  while (link != NULL && link->upstream_id.n == 0)
    link = link->next;
  return link != NULL ? link->upstream_id : STR_NONE;
}

int memory_prepare(struct memory *m, const struct choice *choice, struct failure *f) {
  m->ask->given = NULL;
  if (m->on) {
    uint64_t origin = 0;
    mint_unhex(reasoning_origin(choice->target->endpoint, m->arena), &origin);
    m->mint->key = memory_key(m, choice);
    m->mint->origin = (uint32_t)origin;
  }
  if (m->links == NULL)
    return 0;
  bool native = memory_is_native(m, choice);
  struct str id = upstream_id(m);
  if (native && id.n == 0)
    return 0;
  if (!native && (upstream_request_is_translated(choice->target, m->ask) || m->ask->translate))
    return memory_prepare_neutral(m, f);
  int err = native ? build(m, FOR_NATIVE, id, f) : load_and_build(m, FOR_NATIVE, f);
  if (err == 0)
    m->ask->given = &m->given[FOR_NATIVE];
  return err;
}
