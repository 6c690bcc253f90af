/* plans.h -- make an exchange's plans, one function for each op. */
#ifndef EXCHANGE_PLANS_H
#define EXCHANGE_PLANS_H

#include "exchange/state.h"

/* The next plan, all zero except |op|; the caller fills it. */
struct plan *exchange_plan_new(struct exchange *x, enum op op);

/* Whole milliseconds from now until |then|, at least one. */
uint32_t exchange_ms_until(const struct exchange *x, double then);

/* WANT what the attempts under way send, or WAIT if there are none, until |until|, ms since 1970.
 */
struct plan *exchange_plan_want(struct exchange *x, double until);

/* FETCH |a|'s request. */
void exchange_plan_fetch(struct exchange *x, const struct attempt *a);

/* START the streamed reply; EMIT its next frames, after SEAL if needed; PIPE the rest of the
 * winner's answer. */
void exchange_plan_start(struct exchange *x);
void exchange_plan_emit(struct exchange *x);
void exchange_plan_pipe(struct exchange *x);

/* SEAL or UNSEAL |text|. What was sealed under one token cannot be unsealed under another. */
void exchange_plan_seal(struct exchange *x, enum op op, struct str text);

/* REPLY or PAGE, after SEAL if needed; only DONE follows. */
void exchange_plan_reply(struct exchange *x);

/* LOAD what a report needs. */
void exchange_plan_store(struct exchange *x);

/* DONE, with the log line; usage is counted here, once. */
void exchange_plan_done(struct exchange *x);

/* LOAD: have an object carry out |call|, and wait |ms| at most for its answer. */
void exchange_plan_call(struct exchange *x, const struct memory_call *call, uint32_t ms);

#endif
