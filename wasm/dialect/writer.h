/* writer.h -- the reply to a client: neutral events in, bytes of the client's dialect out.
 *
 * It outlives the attempt that began it: another may continue it.  A relay, whose bytes
 * are the upstream's own, uses only |out|.
 */
#ifndef DIALECT_WRITER_H
#define DIALECT_WRITER_H

#include "chat/marks.h"
#include "chat/writer.h"
#include "responses/writer.h"

/* A response whose id was told before anything of it was written. */
struct begun {
  struct str id;
  int64_t created;  /* s */
  int64_t sequence; /* events told so far; 0: response.created is still to come */
  bool background;
};

struct dialect_writer {
  struct event_sink sink;    /* first: events go in here */
  struct arena arena;        /* of this reply alone */
  struct buf out;            /* bytes for the client, not taken yet */
  bool chat;                 /* Chat Completions; else Responses */
  bool translated;           /* |of| is in use */
  bool only_text;            /* no tool call so far: another attempt can continue it */
  struct buf text;           /* the text written so far */
  bool paragraph;            /* more of it begins a message of its own */
  struct chat_marks marks;   /* in it */
  int64_t sequence;          /* relay: sequence_number of an error event of ours */
  const struct begun *begun; /* its id and numbers are given; else NULL */
  struct relayed {           /* relay: what a response.failed of ours repeats */
    struct json_value body;
    struct id_source *ids;
    struct str model;
    double now;
  } relayed;
  struct str response;  /* relay: as the upstream told it at its end, if it was read */
  struct usage earlier; /* of attempts that this one continues */
  bool continued;       /* an attempt after the first one writes now */
  union {
    struct responses_writer responses;
    struct chat_writer chat;
  } of;
};

/* A reply that is not translated yet.  |chat| is the client's dialect; |begun|, which is
 * borrowed, may be NULL. */
void dialect_writer_init(struct dialect_writer *w, bool chat, const struct begun *begun);

/* Translate: events become the reply to |request|, which names |model| until the upstream
 * names its own. */
void dialect_writer_translate(struct dialect_writer *w, const struct request *request,
                              struct id_source *ids, struct str model, double now);

/* Who makes the reasoning that comes from here on: see reasoning.h. */
void dialect_writer_set_origin(struct dialect_writer *w, struct str origin);

/* Relay: the upstream's bytes go into |out| as they are.  |body|, the request, and |model|
 * are for the error event, should it fail. */
void dialect_writer_relay(struct dialect_writer *w, struct json_value body, struct id_source *ids,
                          struct str model, double now);

/* Another attempt takes over: its usage is added to what there is. */
void dialect_writer_continue(struct dialect_writer *w);

/* The summary is written: its text, in |arena|.  What follows is the answer to the rest. */
struct str dialect_writer_end_compaction(struct dialect_writer *w, struct arena *arena);

/* All events are in; or the answer failed. */
void dialect_writer_close(struct dialect_writer *w, double now);
void dialect_writer_fail(struct dialect_writer *w, const struct failure *f);

/* A reply of which nothing is written ends as cancelled; its request's |body| is repeated. */
void dialect_writer_cancel(struct dialect_writer *w);

/* The number of the next event. */
int64_t dialect_writer_sequence(const struct dialect_writer *w);

/* Reasoning that the host has to encrypt before |out| may be sent; empty when there is none.
 * dialect_writer_seal() takes the result; empty when it could not be encrypted. */
struct str dialect_writer_unsealed(const struct dialect_writer *w);
void dialect_writer_seal(struct dialect_writer *w, struct str sealed);

/* The response as it was told, or as an upstream told it; nothing when that is not known. */
void dialect_writer_put_response(struct dialect_writer *w, struct buf *out);

/* The usage, as far as it is known. */
struct usage dialect_writer_usage(const struct dialect_writer *w);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int dialect_writer_error(const struct dialect_writer *w);

/* Free it. */
void dialect_writer_drop(struct dialect_writer *w);

#endif
