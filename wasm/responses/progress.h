/* progress.h -- what has been put of an upstream's answer, so that repeated texts are put only
 * once.
 *
 * Upstreams repeat a text in its .done event, in its item and in the last response: only what is
 * new in it is put.
 *
 * reader.c reads the answer, and these functions decide what of it becomes an event.
 */
#ifndef RESPONSES_PROGRESS_H
#define RESPONSES_PROGRESS_H

#include "item/item.h"

/* How much of a text has been put, and a hash of it. */
struct text_mark {
  size_t n;
  uint64_t hash;
};

/* A text of an item, or a call. */
struct responses_piece {
  int64_t item; /* output_index */
  int64_t part; /* content_index or summary_index */
  int kind;
  uint32_t call;  /* of a call: its number */
  uint32_t notes; /* annotations put */
  struct text_mark said;
  struct responses_piece *next;
};

enum { RESPONSES_TEXTS = EVENT_REFUSAL - EVENT_REASONING + 1 };

struct responses_reader {
  struct event_sink *sink;
  struct arena scratch;           /* of one event; dropped after it */
  struct arena *arena;            /* of the whole answer; not owned */
  struct responses_piece *pieces; /* newest first */
  uint32_t piece_count, call_count;
  struct { /* the first half of a surrogate pair whose second half has not come yet */
    int kind;
    int64_t item, part;
    uint32_t high; /* 0: none */
  } half;
  int64_t items; /* used in place of a missing output_index */
  struct text_mark said[RESPONSES_TEXTS], walked[RESPONSES_TEXTS];
  uint32_t notes, walked_notes, walked_calls;
  uint32_t item_count, walked_items; /* messages and reasoning */
  bool walking;                      /* the last response is read: |walked| is how far */
  bool begun;
  bool finished;     /* response.completed or .incomplete came */
  bool over;         /* the stream has ended, too */
  bool failed;       /* EVENT_TROUBLE was put */
  bool ending;       /* the body has ended: the event that is read may be cut off */
  bool has_logprobs; /* some came with a delta */
  bool has_content;  /* some output was put */
  bool refuse_empty; /* an empty answer is a failure */
};

enum piece_kind {
  PIECE_THOUGHTS,
  PIECE_TEXT,
  PIECE_REFUSAL,
  PIECE_SUMMARY,
  PIECE_CALL,
  PIECE_ITEM, /* a message or reasoning itself */
};

/* Put |ev|, unless a failure was put before. */
void progress_put(struct responses_reader *reader, const struct event *ev);

/* Put a failure, the upstream's or the gateway's own: nothing follows. */
void progress_put_trouble(struct responses_reader *reader, const struct trouble *trouble);
void progress_put_error(struct responses_reader *reader, int error);

/* A string's content, in the reader's scratch; empty when it is none. */
struct str progress_take_string(struct responses_reader *reader, struct json_value value);

/* The same for a delta: half a surrogate pair at its end is kept for the next delta of the same
 * text. */
struct str progress_take_delta(struct responses_reader *reader, int kind, int64_t item,
                               int64_t part, struct json_value value);

/* The piece at that place, or NULL. */
struct responses_piece *progress_find_piece(struct responses_reader *reader, int kind, int64_t item,
                                            int64_t part);

/* The piece for a text, made if it is new; NULL when the text is not to be put. */
struct responses_piece *progress_find_text(struct responses_reader *reader, int kind, int64_t item,
                                           int64_t part);

/* |value| is the |item|th, a message or reasoning, or absent where only its text came: it begins,
 * unless it has begun.  NULL where nothing is to be done about it any more. */
struct responses_piece *progress_open_item(struct responses_reader *reader, struct json_value value,
                                           int64_t item, bool reasoning);

/* The item is complete. */
void progress_close_item(struct responses_reader *reader, struct json_value value,
                         struct responses_piece *piece);

/* The piece for a call of |item|, begun when it is not yet known and has a
 * name; else NULL. */
struct responses_piece *progress_find_call(struct responses_reader *reader, struct json_value call,
                                           int64_t item, bool raw);

/* |text| is the next part of a text, or all of it. */
void progress_grow_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                        struct str text);
void progress_take_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                        struct str text);

/* |text| is the next part of a call's arguments, or all of them. |piece| may be NULL. */
void progress_grow_call(struct responses_reader *reader, struct responses_piece *piece,
                        struct str text);
void progress_take_call(struct responses_reader *reader, struct responses_piece *piece,
                        struct str text);

/* |note| is the next annotation of a text, or |notes| are all of them. */
void progress_put_note(struct responses_reader *reader, struct json_value note);
void progress_take_notes(struct responses_reader *reader, struct json_value notes, int64_t item,
                         int64_t part);

#endif
