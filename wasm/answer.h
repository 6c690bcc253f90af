/* answer.h -- the answer to a client: neutral events in, bytes of its dialect
 * out.
 *
 * It outlives the attempt that began it: another may continue it.  A relay
 * uses only |out|.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "chat_writer.h"
#include "responses_answer.h"

struct answer {
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
  } writer;
};

/* An answer without a writer: bytes are put into |out|.  |chat| is the
 * client's dialect. */
void answer_init(struct answer *a, bool chat);

/* Give it a writer for what |request| asked; it names |model| until the
 * upstream names its own. */
void answer_translate(struct answer *a, const struct request *request, struct id_source *ids,
                      struct str model, double now);

/* Its bytes are an upstream's own.  |body| is what the client asked, |model|
 * who answers: for the event that says that it broke. */
void answer_relay(struct answer *a, struct json_value body, struct id_source *ids, struct str model,
                  double now);

/* Another attempt takes over: its usage is added to what there is. */
void answer_continue(struct answer *a);

/* All events are in; or it broke. */
void answer_close(struct answer *a, double now);
void answer_fail(struct answer *a, const struct failure *f);

/* Thoughts to be sealed before |out| may be taken: empty when there are none.
 * answer_seal() gives what became of them; empty when it could not be done. */
struct str answer_unsealed(const struct answer *a);
void answer_seal(struct answer *a, struct str sealed);

/* What was used, as far as it is known. */
struct usage answer_usage(const struct answer *a);

/* 0, ERR_MEMORY or ERR_LIMIT. */
int answer_error(const struct answer *a);

/* Forget it. */
void answer_drop(struct answer *a);

#endif
