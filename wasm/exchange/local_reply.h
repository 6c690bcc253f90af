/* local_reply.h -- replies that the gateway makes without an upstream, and error replies. */
#ifndef EXCHANGE_LOCAL_REPLY_H
#define EXCHANGE_LOCAL_REPLY_H

#include "exchange/state.h"

/* Make x->body the reply. */
void exchange_reply(struct exchange *x, int status, struct str content_type);
void exchange_reply_json(struct exchange *x); /* with status 200 */

/* Make a failure, or the failure of an ERR_, the reply. */
void exchange_reply_failure(struct exchange *x, const struct failure *f);
void exchange_reply_error(struct exchange *x, int error);

/* The head has been read: reply at once to what needs no body, or ask the store or the doctor
 * first; else wait for the body. */
void exchange_answer(struct exchange *x);

/* Make a report the reply, from this isolate's state and what the store has |stored|. */
void exchange_take_report(struct exchange *x, struct str stored);

#endif
