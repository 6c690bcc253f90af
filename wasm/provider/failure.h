/* failure.h -- a failure of an upstream as it came, and what follows from it. */
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

/* Whose health a failure tells of. */
enum blame { BLAME_NOBODY, BLAME_KEY, BLAME_KEY_MODEL };

/* A failure as an upstream reported it. */
struct trouble {
  int status;      /* HTTP, 0 when there was no answer at all */
  struct str code; /* a number is its decimal text; empty when null */
  struct str type;
  struct str param;
  struct str message;
  double retry_after; /* ms that the upstream asked for; negative = it did not */
  bool html;          /* the body was HTML: of something in front of the API, not of the API */
  bool own;           /* the gateway's own, such as want of memory: no upstream is to blame */
};

struct verdict {
  enum action action;
  enum action then; /* after ACTION_SAME was spent; of ACTION_KEY, when there is no
                       other: ACTION_SAME = |wait|, then the same key once more */
  enum blame blame;
  bool disable;           /* the key is no good until someone mends it; probed rarely */
  bool larger_only;       /* the prompt is too long: only a model with a larger window is next */
  bool foreign_reasoning; /* the request holds reasoning that another key made */
  double wait;            /* ms before ACTION_SAME */
  double cooldown;        /* ms; 0 = growing backoff (when there is blame) */
  double jitter;          /* 0..1, for the growing backoff */
  int status;             /* what the client is told when nothing else answers */
  struct str type, code;
  struct str message; /* empty: the upstream's own, which is fit for clients */
  struct str advice;  /* a sentence for the operator; may be empty */
  struct str cause;   /* a code for the operator; literals both, which outlive the upstream */
};

#endif
