/* advice.h -- what the operator can do about a request that the gateway itself refused. */
#ifndef REPORT_ADVICE_H
#define REPORT_ADVICE_H

#include "base/str.h"

/* The advice for the error code of the reply; empty where the client has to act. */
struct str advice_of(struct str code);

#endif
