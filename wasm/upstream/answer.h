/* answer.h -- what an upstream has said in its answer: status, failure, usage, ids.
 *
 * Strings live in |arena|.  What may repeat the key's secret is redacted.
 */
#ifndef UPSTREAM_ANSWER_H
#define UPSTREAM_ANSWER_H

#include "item/item.h"
#include "text/redact.h"

struct answer {
  struct arena *arena;             /* of the attempt; not owned */
  const struct redactor *redactor; /* of the key's secret */
  int status;                      /* HTTP; 0 until the head came */
  double retry_after;              /* ms, by the head; negative = it says nothing */
  double reset;       /* ms, likewise: a guess that counts where nothing else is said */
  struct str id;      /* by which the upstream's support finds it; may be empty */
  struct usage usage; /* as far as it was read */
  bool had_output;
  uint32_t outputs;        /* events read that a client would see */
  bool at_work;            /* it has opened an item, of which nothing has come yet */
  enum event_kind writing; /* of EVENT_TEXT, _REASONING, _ARGUMENTS what came last; or 0 */
  bool complete;           /* its terminal event has been read */
  bool failed;             /* |trouble| says why */
  struct trouble trouble;  /* also of a failure that a relayed stream tells itself */
  struct str host_error;   /* the host's words for a broken connection; may be empty */
};

void answer_init(struct answer *a, struct arena *arena, const struct redactor *redactor);

/* Read the status and the headers; |*type| is the content-type, borrowed from |head|.
 * False when |head| is no head: then the answer has failed. */
bool answer_take_head(struct answer *a, struct str head, double now, struct str *type);

/* Read |body|, an error's: the answer has failed. */
void answer_take_error(struct answer *a, struct str body);

/* It has failed: by one of the gateway's own errors, or by |trouble| as it is set. */
void answer_fail(struct answer *a, int error);
void answer_fail_by_trouble(struct answer *a);

/* Copy the strings of |trouble|, which live no longer than the chunk. */
void answer_keep_trouble(struct answer *a);

/* An event came that a client would see. */
void answer_note_output(struct answer *a);

/* Note the id that the answer itself tells; one in the head counts before it. */
void answer_note_id(struct answer *a, struct str id);

#endif
