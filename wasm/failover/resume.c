/* resume.c -- see resume.h. */
#include "failover/resume.h"

#include "limits.h"

/* Not every upstream continues an assistant's message without being asked to. */
#define CONTINUE_ORDER                                                                             \
  "Your answer was cut off. Go on with it exactly where it stopped: repeat nothing, "              \
  "and do not mention this."

static bool add_message(struct request *r, enum role role, struct str text) {
  struct item *item = request_add_item(r, ITEM_MESSAGE);
  if (item == NULL)
    return false;
  item->role = role;
  return item_add_part(r, item, PART_TEXT, text) != NULL;
}

static bool resume(struct resume *s, struct request *r, struct str said, struct str order) {
  if (s->end == NULL)
    s->end = r->items_end;
  *s->end = NULL;
  r->items_end = s->end;
  struct str text = arena_copy(r->arena, said);
  return (said.n == 0 || add_message(r, ROLE_ASSISTANT, text)) && add_message(r, ROLE_USER, order);
}

bool resume_cut_off(struct resume *s, struct request *r, struct str said) {
  return resume(s, r, said, STR(CONTINUE_ORDER));
}

bool resume_violated(struct resume *s, struct request *r, const struct constraint *violated) {
  struct buf order;
  buf_init(&order, r->arena, 2 * MESSAGE_MAX);
  buf_put(&order, STR("That was not what was asked for:\n"));
  buf_put(&order, buf_str(&violated->faults));
  buf_put(&order, violated->schema.n > 0 ? STR("Answer again, with nothing but the corrected JSON.")
                                         : STR("Answer again, by calling a tool."));
  return resume(s, r, buf_str(&violated->text), buf_str(&order));
}
