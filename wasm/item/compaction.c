#include "item/compaction.h"

#include "limits.h"

#define ORDER                                                                                      \
  "Write a hand-over summary of this conversation for a colleague who takes it over and will "     \
  "see nothing else of it but the user's own messages. Write nothing but the summary: do not "     \
  "answer the user and call no tool. Under a heading each, say: what was asked, with every "       \
  "condition and wish; what was decided, and why; what was done, with the exact names of files, "  \
  "functions, commands, identifiers and values, and what tools returned that still matters; what " \
  "failed or was ruled out; how things stand now; what is next, step by step. Quote whatever "     \
  "must not be put in other words."

#define SUMMARY                                                                                    \
  "The conversation up to here was replaced by this summary of it. Go on from where it ends.\n\n"

#define USERS "\n\nThe user's earlier messages, word for word:"

static bool is_user(const struct item *item) {
  return item->kind == ITEM_MESSAGE && item->role == ROLE_USER && !item->compaction;
}

/* Is |item| kept when a summary replaces the conversation around it? */
static bool stays(const struct item *item) {
  return item->kind == ITEM_MESSAGE && item->role != ROLE_ASSISTANT && !item->compaction;
}

static struct item *last_compaction(const struct request *r) {
  struct item *last = NULL;
  for (struct item *i = r->items; i != NULL; i = i->next)
    last = i->compaction ? i : last;
  return last;
}

/* Remove the items that are not kept, up to |end|; NULL: all. */
static void forget_until(struct request *r, const struct item *end) {
  struct item **link = &r->items;
  while (*link != end) {
    if (stays(*link))
      link = &(*link)->next;
    else
      *link = (*link)->next;
  }
  if (end == NULL)
    r->items_end = link;
}

void compaction_forget_before(struct request *r) {
  const struct item *last = last_compaction(r);
  if (last != NULL)
    forget_until(r, last);
}

/* ---- asking for a summary ---- */

static struct item *add_message(struct request *r, struct str text) {
  struct item *item = request_add_item(r, ITEM_MESSAGE);
  if (item == NULL)
    return NULL;
  item->role = ROLE_USER;
  return item_add_part(r, item, PART_TEXT, text) != NULL ? item : NULL;
}

bool compaction_begin(struct request *r) {
  struct compaction *c = &r->compaction;
  c->on = true;
  c->choice = r->tool_choice;
  c->format = r->format;
  c->limit = r->max_output_tokens;
  c->tools = r->tools;
  c->tools_end = r->tools != NULL ? r->tools_end : &c->tools;
  c->tool_count = r->tool_count;
  request_forget_tools(r);
  r->tool_choice = TOOL_CHOICE_AUTO;
  r->format = FORMAT_TEXT;
  r->max_output_tokens = JSON_ABSENT;
  c->order_link = r->items_end;
  return add_message(r, STR(ORDER)) != NULL;
}

/* Is |text| the text of a user's message before |end|? */
static bool is_said(const struct request *r, const struct item *end, struct str text) {
  for (const struct item *i = r->items; i != end; i = i->next) {
    for (struct part *p = i->parts; is_user(i) && p != NULL; p = p->next) {
      if (part_is_text(p) && part_unescape(r, p) && str_equal(p->text, text))
        return true;
    }
  }
  return false;
}

/* Put the user's texts of |item|, a compaction, that are in no message, with |before| in front of
 * each. */
static void put_unsaid(struct buf *out, const struct request *r, const struct item *item,
                       struct str before) {
  struct str rest = item->text, text;
  if (!str_cut(&rest, COMPACTION_SEAM[0], &text))
    return;
  while (str_cut(&rest, COMPACTION_SEAM[0], &text)) {
    if (is_said(r, item, text))
      continue;
    buf_put(out, before);
    buf_put(out, text);
  }
}

void compaction_put_users(struct buf *out, const struct request *r) {
  for (const struct item *i = r->items; i != *r->compaction.order_link; i = i->next) {
    if (i->compaction)
      put_unsaid(out, r, i, STR(COMPACTION_SEAM));
    for (struct part *p = i->parts; is_user(i) && p != NULL; p = p->next) {
      if (!part_is_text(p) || !part_unescape(r, p))
        continue;
      buf_put(out, STR(COMPACTION_SEAM));
      buf_put(out, p->text);
    }
  }
}

bool compaction_go_on(struct request *r, struct str text) {
  struct compaction *c = &r->compaction;
  c->on = c->first = false;
  r->tool_choice = c->choice;
  r->format = c->format;
  r->max_output_tokens = c->limit;
  if (c->tools != NULL) {
    r->tools = c->tools;
    r->tools_end = c->tools_end;
    r->tool_count = c->tool_count;
  }
  *c->order_link = NULL;
  r->items_end = c->order_link;
  forget_until(r, NULL);
  struct item *item = request_add_item(r, ITEM_MESSAGE);
  if (item == NULL)
    return false;
  item->compaction = true;
  return compaction_open(r, item, text);
}

/* ---- reading one ---- */

bool compaction_open(struct request *r, struct item *item, struct str text) {
  struct buf said;
  item->text = text;
  item->role = ROLE_USER;
  item->parts = NULL;
  item->parts_end = &item->parts;
  buf_init(&said, r->arena, OUTPUT_MAX);
  buf_put(&said, STR(SUMMARY));
  buf_put(&said, str_part(text, 0, str_find(text, STR(COMPACTION_SEAM))));
  size_t n = said.n;
  put_unsaid(&said, r, item, STR("\n- "));
  if (said.n > n)
    buf_insert(&said, n, STR(USERS));
  return buf_error(&said) == 0 && item_add_part(r, item, PART_TEXT, buf_str(&said)) != NULL;
}

/* ---- how much there is ---- */

enum { QUARTERS_OF_MEDIA = 4 * 1000 }; /* of a token */

/* In quarters of a token: about four ASCII characters make a token, and so does any other
 * character. */
static int64_t quarters_of(struct str text) {
  int64_t n = 0;
  for (size_t i = 0; i < text.n; i++) {
    unsigned char c = (unsigned char)text.p[i];
    bool escape = c == '\\' && i + 1 < text.n && text.p[i + 1] == 'u'; /* \u4e2d, in JSON */
    n += c >= 0xc0 || escape ? 4 : c < 0x80;
    i += escape ? sizeof "u4e2d" - 1 : 0;
  }
  return n;
}

static int64_t quarters_of_items(const struct item *i) {
  enum { ITEM = 4 * 4 };
  int64_t n = 0;
  for (; i != NULL; i = i->next) {
    n += ITEM + quarters_of(i->name) + (i->compaction ? 0 : quarters_of(i->text));
    for (const struct part *p = i->parts; p != NULL; p = p->next)
      n += part_is_text(p) ? quarters_of(p->text) : QUARTERS_OF_MEDIA;
  }
  return n;
}

int64_t compaction_estimate(const struct request *r) {
  enum { TOOL = 4 * 8 };
  const struct compaction *c = &r->compaction;
  if (c->known > 0)
    return c->known + (c->new_link != NULL ? quarters_of_items(*c->new_link) + 3 : 0) / 4;
  int64_t n = quarters_of(r->instructions) + quarters_of_items(r->items);
  for (const struct tool *t = r->tools; t != NULL; t = t->next)
    n += TOOL + quarters_of(t->name) + quarters_of(t->description) + quarters_of(t->parameters);
  return (n + 3) / 4;
}
