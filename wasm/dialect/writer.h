/* writer.h -- the answer to a client: neutral events in, bytes of its dialect
 * out.
 *
 * It outlives the attempt that began it: another may continue it.  A relay
 * uses only |out|.
 */
#ifndef DIALECT_WRITER_H
#define DIALECT_WRITER_H

#include "chat/writer.h"
#include "responses/writer.h"

struct dialect_writer {
  struct event_sink sink; /* first: events go in here */
  struct arena arena;     /* of this answer alone */
  struct buf out;         /* bytes for the client, not taken yet */
  bool chat;              /* Chat Completions; else Responses */
  bool translated;        /* the writer is in use */
  bool only_text;         /* no tool call so far: it can be continued */
  struct buf text;        /* what of the text has been written */
  int64_t sequence;       /* relay: of an event that says how it broke */
  struct relayed {        /* relay: what the response that says so repeats */
    struct json_value body;
    struct id_source *ids;
    struct str model;
    double now;
  } relayed;
  struct usage earlier; /* of attempts that this one continues */
  bool continued;       /* by another attempt than the first */
  union {
    struct responses_writer responses;
    struct chat_writer chat;
  } of;
};

/* An answer without a writer: bytes are put into |out|.  |chat| is the
 * client's dialect. */
void dialect_writer_init(struct dialect_writer *w, bool chat);

/* Give it a writer for what |request| asked; it names |model| until the
 * upstream names its own. */
void dialect_writer_translate(struct dialect_writer *w, const struct request *request,
                              struct id_source *ids, struct str model, double now);

/* Its bytes are an upstream's own.  |body| is what the client asked, |model|
 * who answers: for the event that says that it broke. */
void dialect_writer_relay(struct dialect_writer *w, struct json_value body, struct id_source *ids,
                          struct str model, double now);

/* Another attempt takes over: its usage is added to what there is. */
void dialect_writer_continue(struct dialect_writer *w);

/* All events are in; or it broke. */
void dialect_writer_close(struct dialect_writer *w, double now);
void dialect_writer_fail(struct dialect_writer *w, const struct failure *f);

/* Thoughts to be sealed before |out| may be taken: empty when there are none.
 * dialect_writer_seal() gives what became of them; empty when it could not be done. */
struct str dialect_writer_unsealed(const struct dialect_writer *w);
void dialect_writer_seal(struct dialect_writer *w, struct str sealed);

/* What was used, as far as it is known. */
struct usage dialect_writer_usage(const struct dialect_writer *w);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int dialect_writer_error(const struct dialect_writer *w);

/* Forget it. */
void dialect_writer_drop(struct dialect_writer *w);

#endif
