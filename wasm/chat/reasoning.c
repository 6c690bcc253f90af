/* reasoning.c -- see reasoning.h. */
#include "chat/reasoning.h"

#include "provider/parameters.h"

/* Does the target take the reasoning of |item|? |calls|: it is followed by calls. */
static bool takes_reasoning(const struct content_writer *w, const struct item *item, bool calls) {
  switch (w->target->rules->reasoning) {
  case REASONING_REFUSED:
    return false;
  case REASONING_NEEDED:
    return calls;
  case REASONING_ANY:
  case REASONING_TEXT:
    return true;
  case REASONING_OWN:
    break;
  }
  return item->origin.n == 0 || str_equal(item->origin, w->target->origin);
}

/* The members in which chat services send reasoning. */
enum member { IN_CONTENT, IN_TEXT, IN_DETAILS, MEMBERS };

static const struct str members[MEMBERS] = {
    [IN_CONTENT] = STR_INIT("reasoning_content"),
    [IN_TEXT] = STR_INIT("reasoning"),
    [IN_DETAILS] = STR_INIT("reasoning_details"),
};

/* Put a chat client's reasoning unchanged, where it is not known which member the service needs. */
static bool put_reasoning_as_sent(const struct content_writer *w, struct json_value message) {
  enum reasoning_field field = w->target->rules->reasoning;
  bool any = false;
  if (field != REASONING_OWN && field != REASONING_TEXT)
    return false;
  for (size_t i = 0; i < MEMBERS; i++) {
    struct json_value v = json_find(message, members[i]);
    if (json_absent(v) || (w->target->refused & parameter_bit(members[i])) != 0)
      continue;
    json_put_member(w->out, v);
    any = true;
  }
  return any;
}

/* Are the details of |item| sent back? */
static bool takes_details(const struct content_writer *w, const struct item *item) {
  enum reasoning_field field = w->target->rules->reasoning;
  return (field == REASONING_OWN || field == REASONING_TEXT) && item->origin.n > 0 &&
         str_equal(item->origin, w->target->origin);
}

static void put_details(const struct content_writer *w, const struct item *from,
                        const struct item *end) {
  bool any = false;
  for (const struct item *i = from; i != end; i = i->next) {
    if (i->kind != ITEM_REASONING || i->details.n == 0)
      continue;
    if (!takes_details(w, i)) {
      request_lose(w->request, members[IN_DETAILS]);
      continue;
    }
    if (!any)
      json_put_member_open(w->out, members[IN_DETAILS], '[');
    any = true;
    json_put_raw(w->out, i->details);
  }
  if (any)
    json_put_close(w->out, ']');
}

/* Reasoning without text is encrypted by another service. */
static void lose_reasoning(const struct content_writer *w, const struct item *item) {
  bool own = w->target->rules->reasoning == REASONING_OWN || item->parts == NULL;
  if (item->parts != NULL)
    request_lose(w->request, members[IN_CONTENT]);
  request_remove(w->request, item, own ? STR("organization_mismatch") : STR("model_mismatch"));
}

/* Put all reasoning of a turn as one string. |need|: it must not be missing. */
static void put_reasoning_text(const struct content_writer *w, const struct item *from,
                               const struct item *end, bool calls, bool need) {
  bool first = true;
  struct str key = members[w->target->rules->reasoning == REASONING_TEXT ? IN_TEXT : IN_CONTENT];
  bool refused = (w->target->refused & parameter_bit(key)) != 0;
  for (const struct item *i = from; i != end; i = i->next) {
    if (i->kind != ITEM_REASONING || (i->details.n > 0 && i->parts == NULL))
      continue;
    if (i->parts == NULL || refused || !takes_reasoning(w, i, calls)) {
      lose_reasoning(w, i);
      continue;
    }
    if (i->foreign)
      request_remove(w->request, i, STR("organization_mismatch"));
    if (first) {
      json_put_key(w->out, key);
      json_put_quote(w->out);
    }
    first = content_put_texts(w, i, first);
  }
  if (!first)
    json_put_unquote(w->out);
  else if (need) /* another model made the turn; an empty string would count as missing */
    json_put_member_string(w->out, key, STR(" "));
}

void chat_put_reasoning(const struct content_writer *w, const struct item *from,
                        const struct item *end, bool calls) {
  struct json_value details = json_find(from->message, members[IN_DETAILS]);
  if (put_reasoning_as_sent(w, from->message))
    return;
  if (!json_absent(details))
    request_lose(w->request, members[IN_DETAILS]);
  put_details(w, from, end);
  put_reasoning_text(w, from, end, calls, calls && w->target->rules->reasoning == REASONING_NEEDED);
}
