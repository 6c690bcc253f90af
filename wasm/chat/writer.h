/* writer.h -- neutral events into a client's Chat Completions answer, as
 * a stream of chunks or as one object. */
#ifndef CHAT_WRITER_H
#define CHAT_WRITER_H

#include "base/errors.h"
#include "base/id.h"
#include "item/custom_input.h"
#include "item/item.h"

/* A tool call of the answer, as far as it has come. */
struct chat_output_call {
  uint32_t call;             /* its number */
  bool custom;               /* of a custom tool */
  bool wrapped;              /* whose input comes as {"input":"..."}: */
  struct custom_input input; /* how far it is read */
  struct str id, name;
  struct buf text; /* arguments or input: of a whole answer, or not yet handed out */
  struct chat_output_call *next;
};

enum { CHAT_TEXTS = EVENT_REFUSAL - EVENT_REASONING + 1 }; /* thoughts, text, refusal */

struct chat_writer {
  struct event_sink sink; /* first: readers put their events here */
  struct buf *out;        /* frames, or at the end the object */
  struct arena *arena;
  struct id_source *ids;
  const struct request *request;
  bool stream;
  bool begun;  /* the first chunk was written */
  bool closed; /* the last chunk, or the object, was written */
  struct str id;
  struct str model;
  int64_t created;              /* s */
  struct buf head;              /* with which every chunk begins */
  struct buf texts[CHAT_TEXTS]; /* of a whole answer */
  struct buf notes;             /* of a whole answer: annotations, JSON, as an array's inside */
  struct chat_output_call *calls, **calls_end;
  uint32_t call_count;
  enum finish finish;
  struct usage usage;
  size_t text_bytes; /* kept: at most OUTPUT_MAX */
  int error;         /* memory or a limit: sticky */
};

/* |request| is borrowed until close.  |model| stands in until the upstream
 * names its own. */
void chat_writer_init(struct chat_writer *w, struct buf *out, struct arena *arena,
                      struct id_source *ids, const struct request *request, struct str model,
                      double now);

/* All events are in: write the last chunks, or the object.  |now| is not told
 * in this format. */
void chat_writer_close(struct chat_writer *w, double now);

/* The answer broke: an error as a chunk, or instead of the object. */
void chat_writer_fail(struct chat_writer *w, const struct failure *f);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int chat_writer_error(const struct chat_writer *w);

#endif
