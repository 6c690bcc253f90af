/* gate.h -- does an upstream's Responses answer carry output yet, or
 * has it failed? */
#ifndef RESPONSES_GATE_H
#define RESPONSES_GATE_H

#include "item/item.h"
#include "text/sse.h"

enum gate {
  GATE_PREAMBLE, /* nothing that a client would miss */
  GATE_OUTPUT,
  GATE_END,     /* the terminal event of a stream: it is output too */
  GATE_TROUBLE, /* |*trouble| says what */
  GATE_GARBAGE, /* so it does; but the upstream did not mean to */
};

/* What a judgement finds besides; each is left alone where nothing says it. */
struct gate_finds {
  struct trouble *trouble; /* its strings live in the judge's |arena| */
  struct usage *usage;
  int64_t *sequence; /* of a stream's event */
  struct str
      *response_id; /* ... the id by which the upstream stores the response; as |trouble|'s */
};

/* Judge one event of a stream. */
enum gate responses_gate_event(const struct sse_event *ev, struct arena *arena,
                               struct gate_finds finds);

/* Judge a whole answer, JSON. */
enum gate responses_gate_whole(struct str body, struct arena *arena, struct gate_finds finds);

#endif
