/* calls.h -- assemble the tool calls of an upstream's answer from the entries of its stream.
 *
 * Beside OpenAI's way (id, name and index first, then arguments by index) these were seen: all
 * calls with index 0 or without one; ids that change within a call; names that come late, are empty
 * at first, come in pieces or in every entry; arguments that are repeated from the start in each
 * entry, come behind the finish_reason, or begin with a meaningless "{}"; an empty last entry.
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
  struct buf name;   /* so far */
  struct buf held;   /* arguments not put yet */
  struct call_mark { /* of the arguments so far, held ones included */
    size_t n;
    uint64_t hash;
    uint32_t depth; /* of open brackets */
    bool in_string, after_backslash;
    bool object; /* they begin as JSON does, and are no custom tool's plain input */
  } arguments;
  struct chat_call *next;
};

struct chat_calls {
  struct event_sink *sink;
  struct arena *arena;           /* of the whole answer; not owned */
  const struct request *request; /* says which names are tools; may be NULL */
  struct chat_call *first, **end;
  uint32_t count; /* all */
  uint32_t begun; /* those whose EVENT_CALL was put */
  int error;      /* ERR_MEMORY, ERR_LIMIT, ERR_UPSTREAM: sticky */
};

/* One entry of "tool_calls", what it lacks empty. */
struct chat_call_entry {
  int64_t index;
  struct str id, name;
  struct str extra;
  bool has_arguments; /* not empty */
};

void chat_calls_init(struct chat_calls *calls, struct arena *arena, struct event_sink *sink,
                     const struct request *request);

/* True when |entry| continues a known call, false when it begins another. */
bool chat_calls_knows(const struct chat_calls *calls, const struct chat_call_entry *entry);

/* The call that |entry| belongs to, made if it is new, with the entry's name added. NULL with an
 * error. */
struct chat_call *chat_calls_take(struct chat_calls *calls, const struct chat_call_entry *entry);

/* Add |text|, unescaped, to the arguments. |repeats|: its entry has the name again, so that |text|
 * may repeat all of the arguments. */
void chat_calls_add(struct chat_calls *calls, struct chat_call *call, struct str text,
                    bool repeats);

/* The answer has ended: put what is held. |complete|: the model ended it, so that a call without
 * arguments gets "{}" and a call without a name is an error. */
void chat_calls_end(struct chat_calls *calls, bool complete);

/* Do the arguments of a call end in the middle of their JSON? */
bool chat_calls_cut(const struct chat_calls *calls);

#endif
