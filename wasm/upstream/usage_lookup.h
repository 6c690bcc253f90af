/* usage_lookup.h -- the usage of a relayed stream that was not read to its end: asked of the
 * upstream, which stores the response, once the client has all of it.
 *
 *   GET {endpoint}/responses/{id}     by the key that answered
 *   {"id":"resp_..","usage":{"input_tokens":10,...},...}
 *
 * It is asked once, and its failure says nothing about the key's health.
 */
#ifndef UPSTREAM_USAGE_LOOKUP_H
#define UPSTREAM_USAGE_LOOKUP_H

#include "plan.h"
#include "upstream/attempt.h"

struct usage_lookup {
  bool called;         /* |head| has been handed out */
  bool over;           /* nothing more will be learned */
  uint32_t number;     /* as an attempt's, for the host */
  int status;          /* HTTP, 0 until the head is there */
  double deadline;     /* ms since 1970, once it was called */
  struct buf head;     /* of the request */
  struct buf received; /* the response */
  struct arena *arena; /* not owned */
  struct usage usage;  /* unknown, unless the response tells it */
};

/* Can the usage of |a|, which has ended, be learned in no other way than this? */
bool usage_lookup_may_tell(const struct attempt *a);

/* Make the request for the response of |a|.  It borrows nothing but |arena|. */
void usage_lookup_open(struct usage_lookup *s, struct arena *arena, const struct attempt *a,
                       uint32_t number);

/* It has been called; it is waited for until |deadline|. */
void usage_lookup_called(struct usage_lookup *s, double now);

/* What came of it: a head, a piece of the body, its end, or that it broke.  0,
 * or ERR_STALE. */
int usage_lookup_take(struct usage_lookup *s, enum put_kind kind, struct str text);

#endif
