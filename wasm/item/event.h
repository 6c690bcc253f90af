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
  EVENT_REASONING, /* text: a piece of reasoning */
  EVENT_TEXT,      /* text: a piece of the answer */
  EVENT_REFUSAL,   /* text: a piece of a refusal */
  EVENT_CALL,      /* call: which; id, name (wire), raw: a tool call begins */
  EVENT_ARGUMENTS, /* call: which; text: a piece of its arguments */
  EVENT_CITATION,  /* text: JSON of an annotation */
  EVENT_SOURCE,    /* text: an annotation without its closing brace, whose place in
                      the text is not known yet; name: the marker there, or empty */
  EVENT_ITEM,      /* a new item begins with the next piece of its kind: reasoning if |raw|,
                      else a message; id; extra: its phase, a JSON string or empty */
  EVENT_SEALED,    /* the last reasoning ends; text: its encrypted_content, or empty */
  EVENT_DETAILS,   /* text: JSON, entries of "reasoning_details" that the upstream needs back;
                      of the last reasoning, or of one without a text */
  EVENT_LOGPROBS,  /* text: JSON, as an array's inside, of tokens of the text that
                      follows: [{"token":"Hi","logprob":-0.1,"bytes":[72,105],
                      "top_logprobs":[...]}], in both APIs */
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
  struct str extra; /* CALL: a JSON object that has to be sent back with the call; may be empty */
  struct str model;
  struct str text;
  enum finish finish;
  struct usage usage;
  struct trouble trouble;
};

/* Receives the events of a reader. Their strings are valid only during the call. */
struct event_sink {
  void (*put)(struct event_sink *sink, const struct event *ev);
};

/* Read an upstream's "usage" object, of either API. False when it is none; |*out| is then
 * unchanged. */
bool usage_read(struct json_value object, struct usage *out);

/* Put |entries|, unless there are none, into |sink| as EVENT_LOGPROBS. */
void event_put_logprobs(struct event_sink *sink, struct json_value entries);

/* Is the event output, that is, visible to the client? */
bool event_is_output(const struct event *ev);

#endif
