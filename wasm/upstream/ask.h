/* ask.h -- a client's request, in the forms that attempts need. */
#ifndef UPSTREAM_ASK_H
#define UPSTREAM_ASK_H

#include "base/errors.h"
#include "item/item.h"

/* A request body that is used instead of the client's. */
struct given {
  struct str text;
  struct json json;
  struct json_value body;
  int64_t known;  /* tokens, as an upstream has counted those before |known_n|; 0: not known */
  size_t known_n; /* bytes of |text| */
};

struct begun;

/* What is asked of the upstream. */
enum ask_kind {
  ASK_ANSWER,
  ASK_WINDOW, /* POST /responses/compact */
  ASK_TOKENS, /* POST /responses/input_tokens: tokens are only counted */
};

struct ask {
  enum ask_kind kind;
  struct json_value body; /* as the client sent it */
  struct str text;        /* the bytes that |body| was parsed from */
  bool chat;              /* a Chat Completions request; else Responses */
  bool stream;
  bool translate;              /* relay no answer: another attempt may have to continue it */
  bool stream_structured;      /* see struct route */
  const struct item *added;    /* messages in |request| that |body| lacks; NULL = none */
  bool stored;                 /* the answer is to be stored */
  bool framed;                 /* for a WebSocket: the client gets each event as a message */
  const struct given *given;   /* sent instead of |text| when relaying; NULL: |text| is */
  const struct given *neutral; /* read instead of |body| when translating; NULL: |body| is */
  struct str hint;             /* requests with the same hint prefer the same key; may be empty */
  struct str removed;        /* JSON of the items that had to be left out of |neutral| or |given| */
  struct request *request;   /* the neutral form; NULL until it is needed */
  const struct begun *begun; /* if the client already has the response's id; else NULL */
  struct arena *arena;       /* holds what |request| points to, and |body| */
};

/* Read the body into |ask->request|, unless that was done before. The struct itself is allocated in
 * |arena|, since it outlives the body; what it points to in |ask->arena|. 0, or negative with
 * |*f|. */
int ask_read_request(struct ask *ask, struct arena *arena, struct failure *f)
    __attribute__((warn_unused_result));

#endif
