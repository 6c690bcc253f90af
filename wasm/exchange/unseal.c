#include "exchange/unseal.h"

/* The first item from |item| on that holds thoughts of this gateway's sealing. */
static struct item *next_sealed(struct item *item) {
  while (item != NULL && item->encrypted.n == 0)
    item = item->next;
  return item;
}

void exchange_find_sealed(struct exchange *x) {
  struct failure f;
  struct ask *ask = &x->intake.ask;
  if (str_find(ask->text, STR("\"" SEAL_PREFIX)) == STR_NOWHERE || ask->chat)
    return;
  if (failover_read_request(&x->failover, &f) != 0)
    return;
  x->sealed = next_sealed(ask->request->items);
  if (x->sealed != NULL)
    x->place = PLACE_UNSEAL;
}

void exchange_take_unsealed(struct exchange *x, struct str thoughts) {
  struct request *r = x->intake.ask.request;
  struct item *item = x->sealed;
  struct str kept = arena_copy(&x->arena, thoughts);
  item->encrypted = STR_NONE;
  if (kept.n > 0) {
    item->parts = NULL;
    item->parts_end = &item->parts;
  }
  if (kept.n == 0 || item_add_part(r, item, PART_TEXT, kept) == NULL) {
    request_lose(r, STR("reasoning.encrypted_content")); /* tampered with, or another token's */
  }
  x->sealed = next_sealed(item->next);
  if (x->sealed == NULL)
    x->place = PLACE_FAILOVER;
}
