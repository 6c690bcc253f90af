/* attempt.h -- one call of an upstream: its request, and its answer up to
 * what the client is to see.
 *
 * An answer either passes as it is (relay) or is translated.  Nothing is for
 * the client before the first output; a failure until then leaves no trace.
 */
#ifndef UPSTREAM_ATTEMPT_H
#define UPSTREAM_ATTEMPT_H

#include "config/config.h"
#include "conform/code_fence.h"
#include "conform/constraint.h"
#include "conform/think_tags.h"
#include "dialect/reader.h"
#include "dialect/writer.h"
#include "item/item.h"
#include "upstream/pace.h"

enum attempt_state {
  ATTEMPT_ASKED,  /* the head is awaited */
  ATTEMPT_ERROR,  /* the body of an error is awaited */
  ATTEMPT_WHOLE,  /* an answer that is not streamed is awaited */
  ATTEMPT_GATE,   /* a stream without output yet */
  ATTEMPT_FLOW,   /* a stream with output: the answer has it */
  ATTEMPT_ENDED,  /* complete: the answer has all */
  ATTEMPT_FAILED, /* |trouble| says why */
};

/* What a client asked for, as far as an attempt needs it. */
struct ask {
  struct json_value body; /* as the client sent it */
  struct str text;        /* of which |body| is a value */
  bool chat;              /* Chat Completions; else Responses */
  bool stream;
  bool translate;          /* no answer is to pass as it is: it may have to be gone on with */
  bool resumed;            /* |request| says more than |body| by now */
  struct request *request; /* the neutral form, once somebody needed it */
};

struct attempt {
  uint32_t number;
  struct choice choice;
  const struct ask *ask;
  enum attempt_state state;
  bool relay;  /* the answer passes as it is */
  bool chat;   /* the upstream speaks Chat Completions */
  bool stream; /* as the client asked */
  bool events; /* what comes is a stream of events */
  bool had_output;
  bool read_all;        /* relay: watched to the end, and told by whole events */
  bool ended;           /* relay: the terminal event has been read */
  bool told;            /* relay: it was a failure, in the upstream's words */
  bool fresh;           /* something was taken since the last touch */
  double asked;         /* ms: when it was called */
  double heard;         /* ms: its silence began then, with the call or its last byte */
  double erred;         /* ms: when its head told of an error; 0 = it did not */
  double first_output;  /* ms; 0 = none yet */
  int status;           /* HTTP, 0 until the head is there */
  double retry_after;   /* ms, by the head; negative = it says nothing */
  struct str why;       /* the host's words for what broke; may be empty */
  struct str answer_id; /* the upstream's, by which its support finds it; may be empty */
  struct arena arena;   /* of this attempt alone */
  struct buf head;      /* of the request */
  struct str body[3];   /* of the request, in parts */
  struct buf written;   /* a request body that had to be written */
  struct str lossy;     /* what of the request is not in it, "a, b" */
  struct buf received;  /* an answer, or error, that is not streamed */
  struct sse sse;
  struct pace pace;  /* of the body */
  uint32_t arrived;  /* bytes of it since the last touch */
  uint32_t preamble; /* bytes of a stream before its first output */
  struct dialect_reader reader;
  struct think_tags think_tags; /* translation: from the reader ... */
  struct code_fence code_fence;
  struct constraint constraint;  /* ... to |watch| */
  struct event_sink watch;       /* sees all events; translation: hands them on */
  struct dialect_writer *writer; /* what is for the client; not owned */
  int64_t sequence;              /* relay: of the last event that was read */
  struct str response_id; /* relay: the id by which the upstream stores the response, if any */
  struct trouble trouble;
  struct usage usage; /* that the upstream told, as far as it was read */
};

/* Is the request for |target| written anew, from the neutral form? */
bool attempt_rewrites(const struct target *target, const struct ask *ask);

/* Does an attempt at |target| need the neutral form at all? */
bool attempt_needs_neutral(const struct target *target, const struct ask *ask);

/* Put the request together: a->head and a->body.  0, or negative with |*f|. */
int attempt_write_request(struct attempt *a, const struct ask *ask, struct failure *f)
    __attribute__((warn_unused_result));

/* Where the request of |a| goes, as the translation sees it. */
struct chat_target attempt_target(const struct attempt *a);

/* Put the headers that say who calls, with |a|'s key, and what is to come: |type|. */
void attempt_put_sender(struct buf *head, const struct attempt *a, struct str type);

/* Make the request of |a|, whose number, choice and answer are set.  0; or
 * negative and |*f| says what the client asked that cannot be had. */
int attempt_open(struct attempt *a, const struct ask *ask, struct id_source *ids, double now,
                 struct failure *f) __attribute__((warn_unused_result));

/* The request's body has been sent: its memory is given back. */
void attempt_sent(struct attempt *a);

/* What came of it: a head, a piece of the body, its end, or that it broke, and
 * why. */
void attempt_take_head(struct attempt *a, struct str head);
void attempt_take_chunk(struct attempt *a, struct str chunk);
void attempt_take_end(struct attempt *a);
void attempt_take_failure(struct attempt *a, struct str why);

/* There was no room for a piece: |error| says why. */
void attempt_refuse(struct attempt *a, int error);

/* It is |now|: what was taken since the last time came just now, and if
 * nothing was, silence may have become a failure. */
void attempt_touch(struct attempt *a, double now);

/* When it will: ms since 1970. */
double attempt_deadline(const struct attempt *a);

/* For |ms| nobody listened, which was no silence of its. */
void attempt_pause_clock(struct attempt *a, double ms);

/* Has the client got output of it, or is to?  One that failed after its first
 * has all the same: how its bytes were cut into pieces must not decide what
 * becomes of them. */
bool attempt_has_output(const struct attempt *a);

/* Forget it, whatever its state. */
void attempt_close(struct attempt *a);

#endif
