/* failure.h -- a failure as an upstream reported it, and the verdict on it. */
#ifndef PROVIDER_FAILURE_H
#define PROVIDER_FAILURE_H

#include <stdbool.h>

#include "base/str.h"

/* What to do next. */
enum action {
  ACTION_SAME,     /* the same key again, after a wait; once, then |then| */
  ACTION_KEY,      /* another key of this provider, else the next provider */
  ACTION_PROVIDER, /* the next provider */
  ACTION_FAIL,     /* answer the client now */
};

/* What a failure puts into cooldown. */
enum blame { BLAME_NOBODY, BLAME_KEY, BLAME_KEY_MODEL };

/* A failure as an upstream reported it. */
struct trouble {
  int status;      /* HTTP; 0 when there was no answer */
  struct str code; /* a number as decimal text; empty for null */
  struct str type;
  struct str param;
  struct str message;
  double retry_after; /* ms of the upstream's Retry-After; negative = none */
  bool html;          /* the body was HTML: from a firewall or proxy in front of the API */
  bool own;           /* the gateway's own failure, such as no memory: no upstream is to blame */
};

struct verdict {
  enum action action;
  enum action then; /* for ACTION_SAME, what follows when the retry has been used; for ACTION_KEY,
                       when there is no other key: ACTION_SAME = the same key after |wait| */
  enum blame blame;
  bool disable;     /* the key does not work until somebody repairs it; tried again rarely */
  bool larger_only; /* the prompt is too long: continue only with a model with a larger window */
  bool foreign_reasoning; /* the request has encrypted reasoning of another account */
  double wait;            /* ms before ACTION_SAME */
  double cooldown;        /* ms; 0 = exponential backoff */
  double jitter;          /* 0..1, for the backoff */
  int status;             /* for the client, when no other attempt succeeds */
  struct str type, code;
  struct str message; /* for the client; empty: the upstream's own is sent */
  struct str advice;  /* a sentence for the operator; may be empty */
  struct str cause;   /* a code for the operator; this and |advice| are literals */
};

#endif
