/* answer.h -- the facts of an upstream's answer: status, failure, usage, ids.
 *
 * Strings live in |arena|.  Texts that may repeat the key's secret are redacted.
 */
#ifndef UPSTREAM_ANSWER_H
#define UPSTREAM_ANSWER_H

#include "item/item.h"
#include "text/redact.h"

struct answer {
  struct arena *arena;             /* of the attempt; not owned */
  const struct redactor *redactor; /* of the key's secret */
  int status;                      /* of HTTP; 0 until the head has arrived */
  double retry_after;              /* ms, from retry-after headers; negative = none */
  double reset;       /* ms, from other headers; less certain, so used only without |retry_after| */
  struct str id;      /* the upstream's request id; may be empty */
  struct usage usage; /* as read so far */
  bool had_output;
  uint32_t outputs;        /* how many events were read that a client would see */
  bool at_work;            /* it has opened an item that is still empty */
  enum event_kind writing; /* the latest of EVENT_TEXT, _REASONING, _ARGUMENTS; or 0 */
  bool complete;           /* the terminal event has been read */
  bool failed;             /* see |trouble| */
  struct trouble trouble;  /* also set when a relayed stream itself reports a failure */
  struct str host_error;   /* the host's message about a broken connection; may be empty */
};

void answer_init(struct answer *a, struct arena *arena, const struct redactor *redactor);

/* Read the status and the headers; |*type| is the content-type, borrowed from |head|.
 * False when |head| is invalid: the answer has then failed. */
bool answer_take_head(struct answer *a, struct str head, double now, struct str *type);

/* Read |body|, that of an HTTP error: the answer has failed. */
void answer_take_error(struct answer *a, struct str body);

/* Fail with one of the gateway's own errors; or with |trouble|, which the caller has set. */
void answer_fail(struct answer *a, int error);
void answer_fail_by_trouble(struct answer *a);

/* Copy the strings of |trouble|, which until now point into the chunk that was read. */
void answer_keep_trouble(struct answer *a);

/* Note an event that is output. */
void answer_note_output(struct answer *a);

/* Note an id in the body; one in the headers takes precedence. */
void answer_note_id(struct answer *a, struct str id);

#endif
