/* responses_gate.h -- does an upstream's Responses answer carry output yet, or
 * has it failed? */
#ifndef RESPONSES_GATE_H
#define RESPONSES_GATE_H

#include "item.h"
#include "sse.h"

enum gate {
  GATE_PREAMBLE, /* nothing that a client would miss */
  GATE_OUTPUT,
  GATE_END,     /* the terminal event of a stream: it is output too */
  GATE_TROUBLE, /* |*trouble| says what */
};

/* Judge one event of a stream.  Strings of |*trouble| live in |arena|;
 * |*sequence| is the event's number when it has one. */
enum gate responses_gate_event(const struct sse_event *ev, struct arena *arena,
                               struct trouble *trouble, int64_t *sequence);

/* Judge a whole answer, JSON. */
enum gate responses_gate_whole(struct str body, struct arena *arena, struct trouble *trouble);

#endif
