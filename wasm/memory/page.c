#include "memory/page.h"

#include <string.h>

#include "limits.h"
#include "text/head.h"

void item_list_add(struct item_list *list, struct json_value array) {
  size_t more = json_count(array);
  if (more > list->cap - list->n) {
    size_t cap = 2 * list->cap + more;
    struct json_value *items = arena_take(list->arena, cap * sizeof *items);
    list->failed |= items == NULL;
    if (items == NULL)
      return;
    if (list->n > 0)
      memcpy(items, list->items, list->n * sizeof *items);
    list->items = items;
    list->cap = cap;
  }
  for (struct json_value v = json_first(array); json_exists(v); v = json_next(v)) {
    if (!json_is(json_find(v, STR("type")), STR("item_reference")))
      list->items[list->n++] = v;
  }
}

/* The part of a list that a page shows. */
struct page {
  bool ascending;
  int64_t limit;
  struct str after; /* begin after the item with this id; empty: with the first */
};

static int read_page(struct page *page, struct str query, struct failure *f) {
  struct str order = head_query_text(query, STR("order"));
  page->ascending = str_equal(order, STR("asc"));
  bool limited = head_query_text(query, STR("limit")).n > 0;
  page->limit = head_query_integer(query, STR("limit"), limited ? 0 : PAGE_ITEMS);
  page->after = head_query_text(query, STR("after"));
  bool known = order.n == 0 || page->ascending || str_equal(order, STR("desc"));
  if (known && page->limit >= 1 && page->limit <= PAGE_ITEMS_MAX)
    return 0;
  return error_refuse(f, ERR_VALUE, known ? STR("limit") : STR("order"),
                      known ? STR("'limit' is a number from 1 to 100.")
                            : STR("'order' is asc or desc."));
}

static struct json_value id_at(const struct item_list *list, const struct page *page, size_t i) {
  return json_find(list->items[page->ascending ? i : list->n - 1 - i], STR("id"));
}

static void put_end(struct buf *out, struct str key, const struct item_list *list,
                    const struct page *page, size_t i, bool any) {
  json_put_member_raw(out, key, any ? json_raw(id_at(list, page, i)) : STR("null"));
}

int page_put(struct buf *out, struct item_list *list, struct str query, struct failure *f) {
  struct page page;
  size_t from = 0, n = list->n;
  int err = read_page(&page, query, f);
  if (err == 0 && list->failed)
    err = error_refuse(f, ERR_MEMORY, STR_NONE, STR_NONE);
  if (err)
    return err;
  while (page.after.n > 0 && from < n && !json_is(id_at(list, &page, from), page.after))
    from++;
  if (page.after.n > 0)
    from = from < n ? from + 1 : n;
  size_t to = n - from > (size_t)page.limit ? from + (size_t)page.limit : n;
  json_put_open(out, '{');
  json_put_member_string(out, STR("object"), STR("list"));
  json_put_member_open(out, STR("data"), '[');
  for (size_t i = from; i < to; i++)
    json_put_value(out, list->items[page.ascending ? i : n - 1 - i]);
  json_put_close(out, ']');
  put_end(out, STR("first_id"), list, &page, from, from < to);
  put_end(out, STR("last_id"), list, &page, to - 1, from < to);
  json_put_key(out, STR("has_more"));
  json_put_bool(out, to < n);
  json_put_close(out, '}');
  return 0;
}
