/* upgrade.h -- the reply to a client that asks for a WebSocket. */
#ifndef EXCHANGE_UPGRADE_H
#define EXCHANGE_UPGRADE_H

#include "exchange/state.h"

/* Reply 101, with what the host has to know about the socket: see OP_UPGRADE. */
void exchange_upgrade(struct exchange *x);

#endif
