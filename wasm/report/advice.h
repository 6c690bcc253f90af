/* advice.h -- what the operator can do about a request that the gateway itself refused. */
#ifndef REPORT_ADVICE_H
#define REPORT_ADVICE_H

#include "base/str.h"

/* By the code that the client was told; empty where the client is the one to mend it. */
struct str advice_of(struct str code);

#endif
