/* load.c -- find the objects that hold what a request refers to, and read their answers:
 * memory_next_call() and memory_take() of memory.h.
 *
 * The ids of upstreams are in an index for each token: "r/ID UNTIL TREE NODE KEY", the numbers in
 * hexadecimal except for the time.
 */
#include "limits.h"
#include "memory/memory.h"

bool memory_has_unknown(const struct memory *m) {
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    if (link->native && !link->known && link->use != LINK_CONVERSATION)
      return true;
  }
  return false;
}

bool memory_may_look(const struct memory *m) {
  return m->stores && !m->failing && m->index_wait < INDEX_WAIT_LAST_MS && memory_has_unknown(m);
}

uint32_t memory_look_again(struct memory *m) {
  m->index_asked = false;
  m->index_wait = m->index_wait > 0 ? 3 * m->index_wait : INDEX_WAIT_MS;
  return m->index_wait;
}

static void ask_index(struct memory *m, struct memory_call *call) {
  m->index_asked = true;
  buf_reset(&m->name);
  buf_put(&m->name, STR("store "));
  buf_put(&m->name, mint_name(m->mint, m->arena, STR("index"), STR_NONE));
  buf_reset(&m->lines);
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    if (!link->native || !memory_is_word(link->id))
      continue;
    buf_put(&m->lines, STR("get r/"));
    buf_put(&m->lines, link->id);
    buf_put_byte(&m->lines, '\n');
  }
  *call = (struct memory_call){buf_str(&m->name), buf_str(&m->lines)};
}

/* ---- trees ---- */

static struct tree *find_tree(struct memory *m, uint64_t id) {
  struct tree *tree = m->trees;
  while (tree != NULL && tree->id != id)
    tree = tree->next;
  if (tree != NULL || m->tree_count == TREES_MAX)
    return tree;
  tree = arena_take_zero(m->arena, sizeof *tree);
  if (tree == NULL)
    return NULL;
  tree->id = id;
  tree->turns_end = &tree->turns;
  tree->next = m->trees;
  m->trees = tree;
  m->tree_count++;
  return tree;
}

static struct turn *find_turn(const struct tree *tree, uint64_t node) {
  struct turn *turn = tree->turns;
  while (turn != NULL && turn->node != node)
    turn = turn->next;
  return turn;
}

void memory_put_object(struct memory *m, uint64_t tree) {
  char digits[16];
  buf_reset(&m->name);
  buf_put(&m->name, STR("conversation "));
  buf_put(&m->name, mint_name(m->mint, m->arena, STR("tree"), mint_hex(tree, digits)));
}

/* The node up to which |link| needs the chain. If its end has been loaded, only the rest. */
static uint64_t wanted_node(const struct tree *tree, const struct link *link) {
  const struct turn *oldest = tree->turns;
  return link->use == LINK_PREVIOUS && oldest != NULL && !oldest->first ? oldest->previous
                                                                        : link->node;
}

/* Put |verb|, |node|, and how long to wait for it. */
static void put_node(struct memory *m, struct str verb, uint64_t node) {
  char digits[16];
  double age = m->now - (double)(node >> NODE_RANDOM_BITS);
  buf_put(&m->lines, verb);
  buf_put(&m->lines, mint_hex(node, digits));
  buf_put_byte(&m->lines, ' ');
  buf_put_integer(&m->lines, age < TURN_FRESH_MS ? TURN_WAIT_MS : 0);
  buf_put_byte(&m->lines, '\n');
}

static void put_link(struct memory *m, const struct link *link, uint64_t node) {
  if (link->use == LINK_CONVERSATION)
    buf_put(&m->lines, STR("read " META_NODE " 0\nall\n"));
  else
    put_node(m, link->use == LINK_PREVIOUS ? STR("chain ") : STR("read "), node);
}

void memory_put_need(struct memory *m) {
  if (m->has_parent)
    put_node(m, STR("need "), m->parent);
  else if (m->links != NULL && m->links->use == LINK_CONVERSATION)
    buf_put(&m->lines, STR("need " META_NODE " 0\n"));
}

static bool asked_before(const struct link *links, const struct link *link) {
  for (const struct link *l = links; l != link; l = l->next) {
    if (l->use == link->use && l->tree == link->tree && l->node == link->node)
      return true;
  }
  return false;
}

static bool ask_tree(struct memory *m, struct tree *tree, struct memory_call *call) {
  buf_reset(&m->lines);
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    uint64_t node = wanted_node(tree, link);
    bool stored = link->use == LINK_CONVERSATION || (node & NODE_STORED);
    bool here = link->known && stored && link->tree == tree->id && json_absent(link->found);
    if (here && !asked_before(m->links, link) &&
        (tree->turns == NULL || find_turn(tree, node) == NULL))
      put_link(m, link, node);
  }
  tree->asked = true;
  tree->loaded = m->lines.n == 0;
  if (tree->loaded)
    return false;
  memory_put_object(m, tree->id);
  *call = (struct memory_call){buf_str(&m->name), buf_str(&m->lines)};
  return true;
}

bool memory_next_call(struct memory *m, bool whole, struct memory_call *call) {
  if (!m->index_asked && memory_has_unknown(m)) {
    ask_index(m, call);
    return true;
  }
  if (!whole || m->failing)
    return false;
  for (const struct link *link = m->links; link != NULL; link = link->next) {
    struct tree *tree = link->known ? find_tree(m, link->tree) : NULL;
    if (tree != NULL && !tree->asked && ask_tree(m, tree, call))
      return true;
  }
  return false;
}

/* ---- answers ---- */

static void take_index_line(struct memory *m, struct str line) {
  struct str key, until, tree, node, made_by = line;
  uint64_t by = 0;
  if (!str_cut(&made_by, ' ', &key) || !str_cut(&made_by, ' ', &until) ||
      !str_cut(&made_by, ' ', &tree) || !str_cut(&made_by, ' ', &node))
    return;
  for (struct link *link = m->links; link != NULL; link = link->next) {
    if (!link->native || link->known || link->use == LINK_CONVERSATION ||
        !str_equal(str_from(key, 2), link->id))
      continue;
    link->known =
        mint_unhex(tree, &link->tree) && mint_unhex(node, &link->node) && mint_unhex(made_by, &by);
    link->key = (uint32_t)by;
    memory_join(m, link);
  }
}

static void take_turn(struct memory *m, struct tree *tree, struct str line) {
  static const struct str meta = STR_INIT(META_NODE " - ");
  if (str_starts(line, meta)) {
    tree->meta = arena_copy(m->arena, str_from(line, meta.n));
    return;
  }
  struct turn *turn = turn_read(m->arena, line);
  if (turn == NULL || find_turn(tree, turn->node) != NULL)
    return;
  *tree->turns_end = turn;
  tree->turns_end = &turn->next;
}

/* The tree of the last call: the one that is not loaded yet. */
static struct tree *find_asked(struct memory *m) {
  struct tree *tree = m->trees;
  while (tree != NULL && (!tree->asked || tree->loaded))
    tree = tree->next;
  return tree;
}

/* Complete the links from the turns that were loaded. */
static void find_linked(struct memory *m) {
  for (struct link *link = m->links; link != NULL; link = link->next) {
    struct tree *tree = link->known ? find_tree(m, link->tree) : NULL;
    struct turn *turn = tree != NULL ? find_turn(tree, link->node) : NULL;
    if (turn != NULL && link->use == LINK_ITEM && json_absent(link->found))
      link->found = turn_find_item(turn, link->id);
    /* The id of a background response was minted before a key was chosen. */
    if (turn != NULL && link->key == 0)
      link->key = turn->key;
    if (turn != NULL && link->use == LINK_PREVIOUS)
      link->upstream_id = turn->upstream_id;
  }
}

/* The new turn of a conversation follows its last one. */
static void follow_conversation(struct memory *m, const struct tree *tree) {
  const struct turn *last = tree->turns;
  if (tree->meta.n == 0 || last == NULL)
    return;
  while (last->next != NULL)
    last = last->next;
  m->has_parent = true;
  m->parent = last->node;
  for (struct link *link = m->links; link != NULL; link = link->next) {
    if (link->use == LINK_CONVERSATION)
      link->key = last->key; /* prefer the key that answered last */
  }
}

void memory_take(struct memory *m, bool ok, struct str text) {
  struct str line;
  struct tree *tree = find_asked(m);
  m->failing |= !ok;
  if (tree == NULL) {
    m->index_known = ok;
    while (str_cut(&text, '\n', &line))
      take_index_line(m, line);
    return;
  }
  struct turn *here = tree->turns;
  tree->turns_end = &tree->turns;
  tree->turns = NULL;
  while (str_cut(&text, '\n', &line))
    take_turn(m, tree, line);
  *tree->turns_end = here;
  tree->loaded = true;
  find_linked(m);
  follow_conversation(m, tree);
}

/* Nothing more needs to be loaded of |tree|. */
static void close_tree(struct tree *tree) {
  if (tree != NULL)
    tree->asked = tree->loaded = true;
}

void memory_take_here(struct memory *m, struct str text) {
  struct str line;
  struct link *link = m->links;
  if (!m->here || link == NULL)
    return;
  if (link->use == LINK_PREVIOUS && str_cut(&text, '\n', &line))
    take_index_line(m, line);
  struct tree *tree = link->known ? find_tree(m, link->tree) : NULL;
  while (tree != NULL && str_cut(&text, '\n', &line))
    take_turn(m, tree, line);
  if (tree != NULL && tree->turns != NULL && tree->turns->first)
    close_tree(tree);
  m->index_asked |= !m->stores;
  for (link = m->links; link != NULL && !m->stores; link = link->next)
    close_tree(link->known ? find_tree(m, link->tree) : NULL);
}
