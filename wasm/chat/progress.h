/* progress.h -- put what a chat answer says into its sink, in the order that the client needs.
 *
 * reader.c reads the answer, and these functions decide when what was read becomes an event.
 */
#ifndef CHAT_PROGRESS_H
#define CHAT_PROGRESS_H

#include "chat/calls.h"
#include "chat/details.h"
#include "chat/shape.h"

struct chat_reader {
  struct event_sink *sink;
  struct arena scratch; /* of one chunk; dropped after it */
  struct arena *arena;  /* of the whole answer; not owned */
  struct chat_calls calls;
  struct chat_details details;
  struct { /* the first half of a surrogate pair whose second half has not come yet */
    enum event_kind kind;
    struct chat_call *call; /* of ARGUMENTS */
    uint32_t high;          /* 0: none */
  } half;
  struct {                  /* what the current chunk had so far */
    uint32_t count;         /* texts, calls and other content */
    struct json_value text; /* the last text; absent: none */
    enum event_kind kind;   /* the kind of that text */
  } had;
  struct chunk_shape shape; /* of the last chunk with one text and nothing else */
  enum event_kind last;     /* the kind of the last text */
  struct buf blank;         /* spaces at the start of the text, until something follows */
  struct str sources;       /* the results of a search, JSON: the last that came */
  bool sources_put;
  enum finish finish;
  bool begun;
  bool whole;          /* the answer is no stream */
  bool has_content;    /* some reasoning, text, refusal or call came */
  bool finished;       /* a finish_reason came, or an end that means the same */
  bool concluded;      /* EVENT_FINISH was put */
  bool counted;        /* usage came */
  bool usage_is_last;  /* only the last chunk had usage */
  bool done;           /* [DONE] came */
  bool over;           /* [DONE] or the end of the body came */
  bool bare;           /* the last event was a chunk with usage and nothing else */
  bool stray;          /* the events behind the finish_reason were no part of the answer */
  bool ending;         /* the body has ended: the event that is read may be cut off */
  bool failed;         /* EVENT_TROUBLE was put */
  bool refuse_empty;   /* an empty answer is a failure */
  bool passes_garbage; /* an event that is not JSON is ignored, else it is a failure */
};

/* Put |ev|, unless the answer has failed. Spaces before anything else are held back: alone they are
 * an empty answer. */
void chat_progress_put(struct chat_reader *reader, const struct event *ev);

/* Put the spaces that were held back. */
void chat_progress_put_blank(struct chat_reader *reader);

/* The answer has failed. A failure behind the finish_reason does not damage it. */
void chat_progress_put_trouble(struct chat_reader *reader, const struct trouble *trouble);

/* The same for a failure that the gateway itself found, an ERR_. */
void chat_progress_put_error(struct chat_reader *reader, int error);

/* The content of the string |value|, a piece of |kind| (of |call| if that is ARGUMENTS); empty when
 * it is no string. It lives in reader->scratch. */
struct str chat_progress_take_text(struct chat_reader *reader, struct json_value value,
                                   enum event_kind kind, struct chat_call *call);

/* No second half of a surrogate pair will come. */
void chat_progress_end_half(struct chat_reader *reader);

/* Put the details of reasoning that have been collected. */
void chat_progress_put_details(struct chat_reader *reader);

/* Keep the sources of a search, which can come before the text that cites them; and put them. */
void chat_progress_take_sources(struct chat_reader *reader, struct json_value sources);
void chat_progress_put_sources(struct chat_reader *reader);

/* The answer is complete as far as it came: put what is held, and EVENT_FINISH. */
void chat_progress_conclude(struct chat_reader *reader);

#endif
