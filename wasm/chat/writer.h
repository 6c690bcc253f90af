/* writer.h -- write neutral events as a Chat Completions reply: a stream of chunks, or one object.
 */
#ifndef CHAT_WRITER_H
#define CHAT_WRITER_H

#include "base/errors.h"
#include "item/reply_writer.h"

/* A tool call of the reply. */
struct chat_output_call {
  struct reply_call call;
  struct buf text; /* arguments or input: of a whole reply, or not yet written */
  struct chat_output_call *next;
};

enum { CHAT_TEXTS = EVENT_REFUSAL - EVENT_REASONING + 1 }; /* reasoning, text, refusal */

struct chat_writer {
  struct reply_writer reply;    /* first */
  struct buf head;              /* the beginning of every chunk */
  struct buf texts[CHAT_TEXTS]; /* of a whole reply */
  bool told[CHAT_TEXTS];        /* some of it has been written */
  bool fresh[CHAT_TEXTS];       /* the next piece begins a new item: here a new paragraph */
  struct buf annotations;       /* of a whole reply: JSON, as an array's inside */
  struct chat_output_call *calls, **calls_end;
  uint32_t call_count;
};

/* |request| is borrowed until close.  |model| is used until the upstream names its own. */
void chat_writer_init(struct chat_writer *w, struct buf *out, struct arena *arena,
                      struct id_source *ids, const struct request *request, struct str model,
                      double now);

/* All events are in: write the last chunks, or the object.  This format has no field
 * for |now|. */
void chat_writer_close(struct chat_writer *w, double now);

/* The answer failed: an error as a chunk, or instead of the object. */
void chat_writer_fail(struct chat_writer *w, const struct failure *f);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int chat_writer_error(const struct chat_writer *w);

#endif
