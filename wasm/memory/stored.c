/* {"object":"list","data":[...],"first_id":"msg_..","last_id":"msg_..","has_more":false} */
#include "memory/stored.h"

#include "limits.h"
#include "text/head.h"

void stored_open(struct memory *m, struct str id, struct str token, struct id_source *ids,
                 struct arena *arena, double now) {
  *m = (struct memory){.arena = arena, .mint = &ids->mint, .now = now, .on = true};
  m->links_end = &m->links;
  mint_init(m->mint, token);
  buf_init(&m->lines, arena, STORE_LINES_MAX);
  buf_init(&m->name, arena, NAME_MAX_BYTES);
  memory_add_link(m, LINK_ITEM, id);
}

static struct str id_of(const struct memory *m) {
  return m->links != NULL ? m->links->id : STR_NONE;
}

const struct turn *stored_find(const struct memory *m) {
  const struct link *link = m->links;
  const struct turn *turn = m->trees != NULL ? m->trees->turns : NULL;
  while (link != NULL && turn != NULL && turn->node != link->node)
    turn = turn->next;
  if (turn == NULL || !json_is(json_find(turn->response, STR("id")), id_of(m)))
    return NULL;
  return turn;
}

void stored_put_drop(struct memory *m, const struct turn *turn, struct memory_call *call) {
  char digits[16];
  memory_put_object(m, m->links->tree);
  buf_reset(&m->lines);
  buf_put(&m->lines, STR("drop "));
  buf_put(&m->lines, mint_hex(turn->node, digits));
  *call = (struct memory_call){buf_str(&m->name), buf_str(&m->lines)};
}

int stored_refuse(struct memory *m, struct failure *f) {
  struct buf text;
  buf_init(&text, m->arena, MESSAGE_MAX);
  buf_put(&text, STR("Response with id '"));
  buf_put(&text, str_part(id_of(m), 0, RESPONSE_ID_MAX));
  buf_put(&text, STR("' not found."));
  *f = error_failure(ERR_RESPONSE);
  f->message = buf_str(&text);
  return ERR_RESPONSE;
}

void stored_put_deleted(struct buf *out, const struct memory *m) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), id_of(m));
  json_put_member_string(out, STR("object"), STR("response"));
  json_put_key(out, STR("deleted"));
  json_put_bool(out, true);
  json_put_close(out, '}');
}

/* ---- lists ---- */

/* A window of a list: what a page shows. */
struct page {
  bool ascending;
  int64_t limit;
  struct str after; /* begin behind this item; empty: at the front */
};

static int read_page(struct page *page, struct str query, struct failure *f) {
  struct str order = head_query_text(query, STR("order"));
  page->ascending = str_equal(order, STR("asc"));
  page->limit = head_query_integer(query, STR("limit"), PAGE_ITEMS);
  page->after = head_query_text(query, STR("after"));
  bool known = order.n == 0 || page->ascending || str_equal(order, STR("desc"));
  if (known && page->limit >= 1 && page->limit <= PAGE_ITEMS_MAX)
    return 0;
  *f = error_failure(ERR_VALUE);
  f->param = known ? STR("limit") : STR("order");
  f->message = known ? STR("'limit' is a number from 1 to 100.") : STR("'order' is asc or desc.");
  return ERR_VALUE;
}

/* The items in the page's order; NULL when memory is out. */
static struct json_value *order_items(struct json_value items, size_t n, bool ascending,
                                      struct arena *arena) {
  struct json_value *ordered = arena_take(arena, (n + 1) * sizeof *ordered);
  size_t i = 0;
  if (ordered == NULL)
    return NULL;
  for (struct json_value v = json_first(items); i < n; v = json_next(v), i++)
    ordered[ascending ? i : n - 1 - i] = v;
  return ordered;
}

static struct json_value id_in(struct json_value item) {
  return json_find(item, STR("id"));
}

static void put_list(struct buf *out, const struct json_value *items, size_t n,
                     const struct page *page) {
  size_t from = 0;
  while (page->after.n > 0 && from < n && !json_is(id_in(items[from]), page->after))
    from++;
  if (page->after.n > 0)
    from = from < n ? from + 1 : n;
  size_t to = n - from > (size_t)page->limit ? from + (size_t)page->limit : n;
  json_put_open(out, '{');
  json_put_member_string(out, STR("object"), STR("list"));
  json_put_member_open(out, STR("data"), '[');
  for (size_t i = from; i < to; i++)
    json_put_raw(out, json_raw(items[i]));
  json_put_close(out, ']');
  json_put_member_raw(out, STR("first_id"), from < to ? json_raw(id_in(items[from])) : STR("null"));
  json_put_member_raw(out, STR("last_id"),
                      from < to ? json_raw(id_in(items[to - 1])) : STR("null"));
  json_put_key(out, STR("has_more"));
  json_put_bool(out, to < n);
  json_put_close(out, '}');
}

int stored_put_items(struct buf *out, struct memory *m, const struct turn *turn, struct str query,
                     struct failure *f) {
  struct page page;
  int err = read_page(&page, query, f);
  if (err)
    return err;
  size_t n = json_count(turn->input);
  struct json_value *items = order_items(turn->input, n, page.ascending, m->arena);
  if (items == NULL) {
    *f = error_failure(ERR_MEMORY);
    return ERR_MEMORY;
  }
  put_list(out, items, n, &page);
  return 0;
}
