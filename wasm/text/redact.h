/* redact.h -- remove secrets from texts of upstreams.
 *
 * Some upstreams repeat the key that they were sent: whole, cut at either end, in base64, as %XX
 * or as \u00XX.
 */
#ifndef TEXT_REDACT_H
#define TEXT_REDACT_H

#include "base/buf.h"

enum { REDACT_FORMS = 6, REDACT_GRAM = 4, REDACT_HEADS = 2048 };

/* What a secret looks like: its forms, and where in them each run of REDACT_GRAM bytes stands. */
struct redactor {
  struct str forms[REDACT_FORMS];
  bool random; /* it looks like a key: letters with digits, and no other marks than ".-_" */
  struct gram {
    uint16_t next; /* of the same hash: its place + 1; 0 = the last */
    uint16_t form, at;
  } * grams;
  uint16_t heads[REDACT_HEADS];      /* by hash: the place + 1 of the first; 0 = none */
  uint32_t known[REDACT_HEADS / 32]; /* a bit for each that is not 0: few lines of cache */
  uint32_t gram_count;
};

/* |secret| is borrowed, all else in |arena|.  One that is shorter than REDACT_MIN is a placeholder,
 * as services without keys are given, and is never redacted; of one that is not |random| only the
 * beginning is, since the rest may be words of any text.  NULL when memory is out. */
struct redactor *redactor_make(struct arena *arena, struct str secret);

/* |text| with "***" in place of every part of the secret of |least| bytes or more.  A copy in
 * |arena| where there was any, else |text|; empty when memory is out. */
struct str redact_text(const struct redactor *r, struct str text, size_t least,
                       struct arena *arena);

/* The same of a text that comes in pieces.  Of each piece only what may be the beginning of the
 * secret is held back, and what was told of it before is at most REDACT_GRAM - 1 bytes. */
struct redact_stream {
  const struct redactor *of; /* NULL: all may be told */
  struct buf tail;           /* what was told last, then what is held back */
  size_t told;               /* bytes of the former */
  struct str inside;         /* the rest of the secret, whose beginning was redacted; may follow */
  struct buf out;            /* what may be told */
};

void redact_stream_init(struct redact_stream *s, const struct redactor *of, struct arena *arena);

/* What may be told, |text| having come; it holds until the next call.  REDACT_ANSWER_MIN bytes
 * of a secret are not. */
struct str redact_stream_take(struct redact_stream *s, struct str text);

/* Nothing more comes: what was held back.  The stream may begin anew. */
struct str redact_stream_end(struct redact_stream *s);

/* |text| with "***" in place of what follows "org-", "proj_" and the like: ids of the operator's
 * account, which some upstreams put into their messages.  Copied as above. */
struct str redact_account_ids(struct str text, struct arena *arena);

#endif
