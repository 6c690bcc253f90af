/* upgrade.h -- the reply to a client that asks for a WebSocket. */
#ifndef EXCHANGE_UPGRADE_H
#define EXCHANGE_UPGRADE_H

#include "exchange/state.h"

/* 101, and what the host has to know of the socket: see OP_UPGRADE. */
void exchange_upgrade(struct exchange *x);

#endif
