/* gw.h -- the exports: what a host calls.  plan.h says what for. */
#ifndef GW_H
#define GW_H

#include <stdint.h>

#include "plan.h"

/* Natively the addresses are pointers; in WebAssembly they are 32 bits. */
uint32_t gw_abi(void);

/* The configuration: see enum config_kind.  CONFIG_ROUTES begins anew and ends
 * what is under way.  |at| is what
 * gw_room(0, n) gave.  For CONFIG_READY the plan whose head is to be logged,
 * when it is not empty; else NULL. */
const struct plan *gw_config(uint32_t kind, char *at, uint32_t n);

/* An exchange for a client's request; 0 = there are too many, or the
 * configuration is not ready.  |now| in ms since 1970. */
uint32_t gw_open(double now, uint32_t seed);

/* Room for |n| bytes, NULL when it is refused; |h| 0 is the configuration's. */
char *gw_room(uint32_t h, uint32_t n);

/* What was written into the room. 0, or negative: it was not asked for. */
int32_t gw_put(uint32_t h, uint32_t attempt, uint32_t kind, uint32_t n);

/* The next plan; valid until the next call of any export. */
const struct plan *gw_next(uint32_t h, double now);

/* Forget the exchange; idempotent, and harmless with a stale handle. */
void gw_close(uint32_t h);

/* What the store is to be told of usage since the last time: OP_SAVE, or
 * OP_DONE when there is nothing. */
const struct plan *gw_flush(double now);

/* 1 when nothing is under way and the memory has grown large: the host had
 * better make a fresh instance, since WebAssembly memory never shrinks. */
uint32_t gw_over_high_water(void);

#endif
