/* responses_tally.h -- what an upstream has told so far, so that what it tells
 * again (as .done, in its item, in the last response) is put no further than it
 * is new.
 *
 * All of it works on the reader's fields; responses_reader.c says what comes,
 * and here is decided what of it becomes an event.
 */
#ifndef RESPONSES_TALLY_H
#define RESPONSES_TALLY_H

#include "responses_reader.h"

enum piece_kind { PIECE_THOUGHTS, PIECE_TEXT, PIECE_REFUSAL, PIECE_SUMMARY, PIECE_CALL };

/* Put |ev|, unless trouble was put before. */
void tally_put(struct responses_reader *reader, const struct event *ev);

/* Put the upstream's trouble, or one of our own finding: nothing follows. */
void tally_put_trouble(struct responses_reader *reader, const struct trouble *trouble);
void tally_put_error(struct responses_reader *reader, int error);

/* A string's content, in the reader's scratch; empty when it is none. */
struct str tally_take_string(struct responses_reader *reader, struct json_value value);

/* As that, of a delta: half a character at its end is kept for the next of the same
 * place.  One that stays alone comes with what is done. */
struct str tally_take_delta(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                            struct json_value value);

/* The piece of that place, or NULL. */
struct responses_piece *tally_find_piece(struct responses_reader *reader, int kind, int64_t item,
                                         int64_t part);

/* The piece for a text, made when it is the first of it; NULL when it is not
 * to be put. */
struct responses_piece *tally_find_text(struct responses_reader *reader, int kind, int64_t item,
                                        int64_t part);

/* The piece for a call of |item|, begun when it is not yet known and has a
 * name; else NULL. */
struct responses_piece *tally_find_call(struct responses_reader *reader, struct json_value call,
                                        int64_t item, bool raw);

/* |text| is more of a text; or all of it. */
void tally_grow_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                     struct str text);
void tally_take_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                     struct str text);

/* |text| is more of a call's arguments; or all of them.  |piece| may be NULL. */
void tally_grow_call(struct responses_reader *reader, struct responses_piece *piece,
                     struct str text);
void tally_take_call(struct responses_reader *reader, struct responses_piece *piece,
                     struct str text);

/* |note| is one more annotation; or |notes| are all of a text. */
void tally_put_note(struct responses_reader *reader, struct json_value note);
void tally_take_notes(struct responses_reader *reader, struct json_value notes, int64_t item,
                      int64_t part);

#endif
