/* plans.h -- make an exchange's plans, one function for each op. */
#ifndef EXCHANGE_PLANS_H
#define EXCHANGE_PLANS_H

#include "exchange/state.h"

/* The next plan, all zero but for |op|; to be filled. */
struct plan *exchange_plan_new(struct exchange *x, enum op op);

/* Whole milliseconds from now until |then|, at least one. */
uint32_t exchange_ms_until(const struct exchange *x, double then);

/* WANT what the attempts under way send, or WAIT when there are none; |until|, ms
 * since 1970, at the latest. */
struct plan *exchange_plan_want(struct exchange *x, double until);

/* FETCH |a|'s request. */
void exchange_plan_fetch(struct exchange *x, const struct attempt *a);

/* START the streamed reply; EMIT its next frames, after SEAL if needed; PIPE the rest of the
 * winner. */
void exchange_plan_start(struct exchange *x);
void exchange_plan_emit(struct exchange *x);
void exchange_plan_pipe(struct exchange *x);

/* REPLY, or PAGE: the last but DONE, unless something has to be sealed before. */
void exchange_plan_reply(struct exchange *x);

/* LOAD what a report needs. */
void exchange_plan_store(struct exchange *x);

/* DONE, with the line for the log; usage is counted, once. */
void exchange_plan_done(struct exchange *x);

/* Have an object carry out |call|, and wait for its answer, |ms| at most. */
void exchange_plan_call(struct exchange *x, const struct memory_call *call, uint32_t ms);

#endif
