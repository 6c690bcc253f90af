/* local_reply.h -- replies of the gateway's own: what is answered without an
 * upstream, and failures. */
#ifndef EXCHANGE_LOCAL_REPLY_H
#define EXCHANGE_LOCAL_REPLY_H

#include "exchange/state.h"

/* What is in x->body becomes the reply. */
void exchange_reply(struct exchange *x, int status, struct str content_type);

/* A failure, or the one of an ERR_, becomes the reply. */
void exchange_reply_failure(struct exchange *x, const struct failure *f);
void exchange_reply_error(struct exchange *x, int error);

/* The head is here: what needs no body is answered at once, or asked of the
 * store or the doctor first; else the body is awaited. */
void exchange_answer(struct exchange *x);

/* A report: some of it is known here, the rest the store has |stored|. */
void exchange_take_report(struct exchange *x, struct str stored);

#endif
