/* event.h -- the neutral output events, in which the upstreams' dialects meet.
 *
 * A reader of an upstream's answer puts them into a sink, one by one and in order.
 */
#ifndef ITEM_EVENT_H
#define ITEM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "provider/failure.h"
#include "text/json.h"

enum event_kind {
  EVENT_BEGIN,     /* id, model: the upstream's; once, first */
  EVENT_REASONING, /* text: a piece of thought */
  EVENT_TEXT,      /* text: a piece of the answer */
  EVENT_REFUSAL,   /* text: a piece of a refusal */
  EVENT_CALL,      /* call: which; id, name (wire), raw: a tool call begins */
  EVENT_ARGUMENTS, /* call: which; text: a piece of its arguments */
  EVENT_CITATION,  /* text: JSON of an annotation */
  EVENT_SOURCE,    /* text: an annotation whose place is not known, and that is not
                      closed; name: what marks the place, if anything does */
  EVENT_ITEM,      /* id; raw: of reasoning, else of a message; extra: its phase, a JSON string or
                      empty: what comes next of the kind is an item of its own */
  EVENT_SEALED,    /* text: encrypted_content, or empty: the reasoning that began last ends */
  EVENT_USAGE,     /* usage; the last one counts */
  EVENT_FINISH,    /* finish; once */
  EVENT_TROUBLE,   /* trouble: the upstream failed; nothing follows */
};

enum finish { FINISH_STOP, FINISH_CALLS, FINISH_LENGTH, FINISH_FILTER, FINISH_BROKEN };

struct usage {
  bool known;
  int64_t input, cached, cache_write, output, reasoning, total;
};

struct event {
  enum event_kind kind;
  uint32_t call; /* calls of one answer are numbered from 0 as they come */
  bool raw;      /* CALL: of a custom tool, whose plain input comes as ARGUMENTS;
                    else a custom tool's input comes wrapped, {"input":"..."}; ITEM: see there */
  struct str id;
  struct str name;
  struct str extra; /* CALL: members that have to come back with it, a JSON object; may be empty */
  struct str model;
  struct str text;
  enum finish finish;
  struct usage usage;
  struct trouble trouble;
};

/* Where a reader puts its events; the strings hold during the call alone. */
struct event_sink {
  void (*put)(struct event_sink *sink, const struct event *ev);
};

/* Read an upstream's "usage", as either API writes it.  False, and |*out| is
 * untouched, when |object| is none. */
bool usage_read(struct json_value object, struct usage *out);

/* True for the events that are output: the client would see them. */
bool event_is_output(const struct event *ev);

#endif
