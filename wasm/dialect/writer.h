/* writer.h -- the reply to a client: neutral events in, bytes of the client's dialect out.
 *
 * A writer outlives the attempt that began the reply, since another attempt may continue it. When
 * an answer is relayed unchanged, only |out| is used.
 */
#ifndef DIALECT_WRITER_H
#define DIALECT_WRITER_H

#include "chat/marks.h"
#include "chat/writer.h"
#include "responses/writer.h"

/* A response whose id the client got before any attempt was made. */
struct begun {
  struct str id;
  int64_t created;  /* s */
  int64_t sequence; /* events sent so far; 0: response.created is still to come */
  bool background;
};

struct dialect_writer {
  struct event_sink sink;    /* must be first; events are put here */
  struct arena arena;        /* of this reply alone */
  struct buf out;            /* bytes that were not sent to the client yet */
  bool chat;                 /* Chat Completions; else Responses */
  bool translated;           /* |of| is in use */
  bool only_text;            /* no tool call so far, so another attempt can continue it */
  bool has_text;             /* text has been written, of the summary while it is made */
  bool keeps_text;           /* |text| has it; otherwise |of.responses| alone has it */
  struct buf text;           /* see dialect_writer_text() */
  bool paragraph;            /* text that follows begins a new message */
  struct chat_marks marks;   /* in |text| */
  int64_t sequence;          /* relay: sequence_number of an error event of ours */
  const struct begun *begun; /* if its id and numbers were fixed before; else NULL */
  struct relayed {           /* relay: what our own response.failed repeats */
    struct json_value body;
    struct id_source *ids;
    struct str model;
    double now;
    bool stored;
    struct str id;   /* the upstream's id of the response; may be empty */
    bool error_told; /* ... behind the upstream's own error event */
  } relayed;
  struct str response;  /* relay: the upstream's final response, if it was read */
  struct usage earlier; /* of the attempts that this one continues */
  bool continued;       /* an attempt after the first one writes now */
  union {
    struct responses_writer responses;
    struct chat_writer chat;
  } of;
};

/* Neither dialect_writer_translate() nor _relay() has been called yet. |chat| is the client's
 * dialect; |begun| is borrowed and may be NULL. */
void dialect_writer_init(struct dialect_writer *w, bool chat, const struct begun *begun);

/* Translate: events become the reply to |request|, which names |model| until the upstream
 * names its own. */
void dialect_writer_translate(struct dialect_writer *w, const struct request *request,
                              struct id_source *ids, struct str model, double now);

/* Set whose reasoning follows: see item/reasoning.h. */
void dialect_writer_set_origin(struct dialect_writer *w, struct str origin);

/* Relay: the upstream's bytes go into |out| unchanged. |body|, the request, |model|, and whether
 * the response is to be |stored| are used for the error event if the answer fails. */
void dialect_writer_relay(struct dialect_writer *w, struct json_value body, struct id_source *ids,
                          struct str model, bool stored, double now);

/* Another attempt continues the reply: its usage is added to that of the earlier ones. */
void dialect_writer_continue(struct dialect_writer *w);

/* The summary is complete: return its text, in |arena|. What follows answers the request itself. */
struct str dialect_writer_end_compaction(struct dialect_writer *w, struct arena *arena);

/* The text written so far, until the next event. */
struct str dialect_writer_text(struct dialect_writer *w);

/* All events have been put; or the answer failed. */
void dialect_writer_close(struct dialect_writer *w, double now);
void dialect_writer_fail(struct dialect_writer *w, const struct failure *f);

/* End a reply of which nothing was written as cancelled; it repeats the request's |body|. */
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
