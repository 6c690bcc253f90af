/* calls.h -- the tool calls of an upstream's answer, put together from entries that come in
 * many ways.
 *
 * Seen beside OpenAI's own (id, name and index first, then arguments by index): all calls
 * with index 0 or without one; ids that change in mid-call; names late, empty at first, in
 * pieces or in every entry; arguments that come whole each time, behind the finish_reason,
 * or begin with a "{}" that means nothing; a last entry with nothing in it.
 */
#ifndef CHAT_CALLS_H
#define CHAT_CALLS_H

#include "item/event.h"
#include "item/request.h"

struct chat_call {
  int64_t index;   /* the upstream's */
  uint32_t order;  /* as it came, from 0 */
  uint32_t number; /* the events' |call|, once it |began| */
  bool began;      /* EVENT_CALL was put */
  struct str id;
  struct str extra;  /* extra_content, JSON; may be empty */
  struct buf name;   /* as far as it has come */
  struct buf held;   /* arguments that were not put yet */
  struct call_mark { /* of the arguments so far, held ones included */
    size_t n;
    uint64_t hash;
    uint32_t depth; /* of open brackets */
    bool in_string, after_backslash;
  } arguments;
  struct chat_call *next;
};

struct chat_calls {
  struct event_sink *sink;
  struct arena *arena;           /* of the whole answer; not owned */
  const struct request *request; /* says which names are tools; may be NULL */
  struct chat_call *first, **end;
  uint32_t count; /* all */
  uint32_t begun; /* of which EVENT_CALL was put */
  int error;      /* ERR_MEMORY, ERR_LIMIT, ERR_UPSTREAM: sticky */
};

/* One entry of "tool_calls", what it lacks empty. */
struct chat_call_entry {
  int64_t index;
  struct str id, name;
  struct str extra;
  bool has_arguments; /* and they are not empty */
};

void chat_calls_init(struct chat_calls *calls, struct arena *arena, struct event_sink *sink,
                     const struct request *request);

/* True when |entry| goes on with a call that is known; else it begins another. */
bool chat_calls_knows(const struct chat_calls *calls, const struct chat_call_entry *entry);

/* The call that |entry| is about, made when it is the first that comes of it, with the
 * entry's name taken in; NULL with an error. */
struct chat_call *chat_calls_take(struct chat_calls *calls, const struct chat_call_entry *entry);

/* |text| is more of the arguments, unescaped; |repeats|: its entry names the call again, so
 * that it may be all of them once more. */
void chat_calls_add(struct chat_calls *calls, struct chat_call *call, struct str text,
                    bool repeats);

/* The answer is over: put what is held.  |complete|: by its model's will, so that a call
 * without arguments has none ("{}") and one without a name is an error. */
void chat_calls_end(struct chat_calls *calls, bool complete);

#endif
