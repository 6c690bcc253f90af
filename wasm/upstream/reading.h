/* reading.h -- an upstream's answer through its reader: noted, and, where it is translated,
 * mended, checked and handed to the writer.
 *
 *   translated: reader -> think_tags -> code_fence -> constraint -> sink, which redacts -> writer
 *   relayed:    reader -> sink, which only takes note
 */
#ifndef UPSTREAM_READING_H
#define UPSTREAM_READING_H

#include "conform/code_fence.h"
#include "conform/constraint.h"
#include "conform/think_tags.h"
#include "dialect/reader.h"
#include "dialect/writer.h"
#include "upstream/answer.h"
#include "upstream/request.h"

struct reading {
  struct event_sink sink; /* first: the last of the chain */
  struct answer *answer;
  struct dialect_writer *writer; /* NULL: the answer is relayed */
  struct dialect_reader reader;
  struct think_tags think_tags;
  struct code_fence code_fence;
  struct constraint constraint;
  struct redact_stream redact;
  struct event redacted; /* what |redact| is in: its kind, and of a call which */
};

/* Only take note of what comes. */
void reading_open_relay(struct reading *r, const struct call *call, struct answer *answer);

/* Translate what comes for |writer|. */
void reading_open_translation(struct reading *r, const struct call *call, struct answer *answer,
                              struct dialect_writer *writer, struct id_source *ids, double now);

/* The whole answer is in.  It has failed if it has no end, or violates what the client
 * demands. */
void reading_end(struct reading *r);

void reading_close(struct reading *r);

#endif
