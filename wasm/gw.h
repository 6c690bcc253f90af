/* gw.h -- the functions that the module exports; plan.h describes how a host uses them. */
#ifndef GW_H
#define GW_H

#include <stdint.h>

#include "plan.h"

/* Natively the addresses are pointers; in WebAssembly they are 32 bits. */
uint32_t gw_abi(void);

/* Give one piece of the configuration: see enum config_kind. |at| is what gw_room(0, n) returned.
 * CONFIG_ROUTES starts a new configuration and ends all exchanges. Returns NULL, but for
 * CONFIG_READY a plan whose head is to be logged unless it is empty. */
const struct plan *gw_config(uint32_t kind, char *at, uint32_t n);

/* Open an exchange for a client's request. Returns its handle; 0 when there are EXCHANGES_MAX, or
 * the configuration is not ready. |now| in ms since 1970; |seed| is random. */
uint32_t gw_open(double now, uint32_t seed);

/* Where to write |n| bytes before gw_put() or, with |h| 0, gw_config(). NULL when there are too
 * many, or memory is out. */
char *gw_room(uint32_t h, uint32_t n);

/* |n| bytes have been written to gw_room()'s address: they are |kind| of |attempt|. Returns 0, or a
 * negative error when nothing waits for them. */
int32_t gw_put(uint32_t h, uint32_t attempt, uint32_t kind, uint32_t n);

/* The next plan; valid until the next call of any export. */
const struct plan *gw_next(uint32_t h, double now);

/* Close the exchange. Idempotent, and harmless with a stale handle. */
void gw_close(uint32_t h);

/* A plan that writes the usage since the last flush to the store: OP_SAVE, or OP_DONE when there is
 * none. */
const struct plan *gw_flush(double now);

/* 1 when no exchange is open and the memory is larger than HIGH_WATER_BYTES: the host should make a
 * new instance, since WebAssembly memory never shrinks. */
uint32_t gw_over_high_water(void);

#endif
