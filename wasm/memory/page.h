/* page.h -- a page of a list of items: {"object":"list","data":[...],"first_id":"msg_..",
 * "last_id":"msg_..","has_more":false}. */
#ifndef MEMORY_PAGE_H
#define MEMORY_PAGE_H

#include "base/errors.h"
#include "memory/turn.h"

/* Items in their order. */
struct item_list {
  struct arena *arena;
  struct json_value *items;
  size_t n, cap;
  bool failed; /* there was no memory */
};

/* Add the items of |array|, except for references to others. */
void item_list_add(struct item_list *list, struct json_value array);

/* Put the page of |list| that |query| selects with after, limit and order. 0, or negative with
 * |*f|. */
int page_put(struct buf *out, struct item_list *list, struct str query, struct failure *f)
    __attribute__((warn_unused_result));

#endif
