/* reading.h -- the chain of event sinks behind the reader of an upstream's answer.
 *
 *   translated: reader -> think_tags -> code_fence -> constraint -> sink, which redacts -> writer;
 *               those that have nothing to do are left out
 *   relayed:    reader -> sink, which only records facts of the answer
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
  struct event_sink sink; /* must be first; it is the last of the chain */
  struct answer *answer;
  struct dialect_writer *writer; /* NULL: the answer is relayed */
  struct dialect_reader reader;
  struct think_tags think_tags;
  struct code_fence code_fence;
  struct constraint constraint;
  struct redact_stream redact;
  struct event redacted; /* the kind of event that |redact| is working on, and its call */
};

/* Only record facts of the answer. */
void reading_open_relay(struct reading *r, const struct call *call, struct answer *answer);

/* Translate the answer for |writer|. */
void reading_open_translation(struct reading *r, const struct call *call, struct answer *answer,
                              struct dialect_writer *writer, struct id_source *ids, double now);

/* The whole answer has been read. It has failed if its end is missing, or if it violates the
 * format that the client demands. */
void reading_end(struct reading *r);

void reading_close(struct reading *r);

#endif
