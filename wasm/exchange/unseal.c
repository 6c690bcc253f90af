#include "exchange/unseal.h"

#include "exchange/local_reply.h"
#include "failover/in_flight.h"
#include "item/compaction.h"
#include "item/reasoning.h"

/* The first item from |item| on with content that this gateway encrypted. */
static struct item *next_sealed(struct item *item) {
  while (item != NULL && item->encrypted.n == 0)
    item = item->next;
  return item;
}

void exchange_find_sealed(struct exchange *x) {
  struct failure f;
  struct ask *ask = &x->intake.ask;
  if (ask->chat || (str_find(ask->text, STR("\"" SEAL_PREFIX)) == STR_NOWHERE &&
                    !memory_has_compaction(&x->memory)))
    return;
  if (in_flight_read_request(&x->failover, &f) != 0)
    return;
  x->sealed = next_sealed(ask->request->items);
  if (x->sealed != NULL)
    x->place = PLACE_UNSEAL;
}

/* Refuse the request: a compaction stands for all earlier turns, and cannot be left out. */
static void refuse_compaction(struct exchange *x) {
  struct failure f;
  error_refuse(&f, ERR_VALUE, STR("input"),
               STR("A compaction in the input cannot be opened: it was changed, or made under "
                   "another token. Send the conversation itself."));
  exchange_reply_failure(x, &f);
}

void exchange_take_unsealed(struct exchange *x, struct str thoughts) {
  struct request *r = x->intake.ask.request;
  struct item *item = x->sealed;
  struct str kept = arena_copy(&x->arena, thoughts);
  item->encrypted = STR_NONE;
  x->sealed = next_sealed(item->next);
  if (item->compaction && (kept.n == 0 || !compaction_open(r, item, kept))) {
    refuse_compaction(x);
    return;
  }
  if (x->sealed == NULL)
    x->place = PLACE_FAILOVER;
  if (item->compaction)
    return;
  if (kept.n == 0 || !reasoning_open(r, item, kept)) {
    request_lose(r, STR("reasoning.encrypted_content")); /* tampered with, or another token's */
  }
}
