/* gate.h -- judge whether an upstream's Responses answer has output yet, or has failed. */
#ifndef RESPONSES_GATE_H
#define RESPONSES_GATE_H

#include "item/item.h"
#include "responses/gather.h"
#include "text/sse.h"

enum gate {
  GATE_PREAMBLE, /* no output yet */
  GATE_OUTPUT,
  GATE_END,       /* the terminal event of a stream: it is output too */
  GATE_NOTHING,   /* no part of the answer: a heartbeat */
  GATE_TROUBLE,   /* it failed: |*trouble| is set */
  GATE_ERROR,     /* the same, told by an event that does not end the response */
  GATE_FALSE_END, /* the same, told by the response in an event that should end it well */
  GATE_GARBAGE,   /* the same, since the text cannot be read */
};

/* What is found besides; values that are not found are left unchanged. */
struct gate_finds {
  struct trouble *trouble; /* its strings live in the judge's |arena| */
  struct usage *usage;
  int64_t *sequence;       /* of a stream's event */
  struct str *response_id; /* ... of one without output; lives where |trouble|'s strings do */
  bool *empty;             /* a response that has ended well has no output */
  struct gather *gather;   /* of a stream: its items */
};

/* Judge one event of a stream. */
enum gate responses_gate_event(const struct sse_event *ev, struct arena *arena,
                               struct gate_finds finds);

/* Does the status of |response|, which has ended, say that it ended well?  |last_event|: it is that
 * of a stream, whose type says so already. */
bool responses_ended_well(struct json_value response, bool last_event);

/* Judge a whole answer, JSON. */
enum gate responses_gate_whole(struct str body, struct arena *arena, struct gate_finds finds);

#endif
