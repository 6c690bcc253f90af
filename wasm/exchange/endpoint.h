/* endpoint.h -- match a method and a path to an endpoint, and check the client's token. */
#ifndef EXCHANGE_ENDPOINT_H
#define EXCHANGE_ENDPOINT_H

#include "config/config.h"
#include "text/head.h"

enum endpoint_kind {
  ENDPOINT_HEALTH,
  ENDPOINT_MODELS,
  ENDPOINT_MODEL, /* |names[0]|: which */
  ENDPOINT_RESPONSES,
  ENDPOINT_COMPACT,
  ENDPOINT_UPGRADE,  /* to a WebSocket */
  ENDPOINT_MESSAGE,  /* of one */
  ENDPOINT_TOKENS,   /* how many a request has */
  ENDPOINT_RESPONSE, /* a stored one: |names[0]| is its id */
  ENDPOINT_RESPONSE_DELETE,
  ENDPOINT_RESPONSE_CANCEL,
  ENDPOINT_INPUT_ITEMS,
  ENDPOINT_CONVERSATION_CREATE, /* the others: |names[0]| is its id, */
  ENDPOINT_CONVERSATION,
  ENDPOINT_CONVERSATION_UPDATE,
  ENDPOINT_CONVERSATION_DELETE,
  ENDPOINT_CONVERSATION_ADD,
  ENDPOINT_CONVERSATION_LIST,
  ENDPOINT_CONVERSATION_ITEM, /* and |names[1]| that of an item */
  ENDPOINT_CONVERSATION_ITEM_DELETE,
  ENDPOINT_CHAT,
  ENDPOINT_CONSOLE, /* the page: "/", for a browser */
  ENDPOINT_CHECKER, /* the module with which its editor checks routes */
  ENDPOINT_STATUS,
  ENDPOINT_USAGE,
  ENDPOINT_REQUESTS,
  ENDPOINT_CONFIG,
  ENDPOINT_DOCTOR,
  ENDPOINT_PREFLIGHT, /* OPTIONS of any path */
};

/* The host's own, which no client can send: a message of a WebSocket. */
#define MESSAGE_METHOD "MESSAGE"

enum {
  ENDPOINT_NAMES = 2, /* at most, in one path */
  METHODS_SIZE = sizeof "GET, HEAD, POST, DELETE, OPTIONS",
};

struct endpoint {
  enum endpoint_kind kind;
  struct str names[ENDPOINT_NAMES]; /* as in the path, not decoded */
  struct str allow;                 /* with ERR_METHOD: the methods that the path takes, */
  char methods[METHODS_SIZE];       /* in here */
};

/* 0, or ERR_PATH, ERR_METHOD, ERR_NOT_STORED. */
int endpoint_find(const struct head *head, struct endpoint *out)
    __attribute__((warn_unused_result));

/* Find the owner of |head|'s token. 0 and |*who|, or ERR_NO_TOKEN, ERR_AUTH.  Tokens are
 * compared in constant time, each of them always.  A message has a ticket instead, in
 * |tickets|; else that is NULL. */
int endpoint_authorize(const struct config *config, const struct head *head, struct arena *tickets,
                       const struct client **who) __attribute__((warn_unused_result));

/* What the messages of |c|'s WebSockets are authorized with, in |arena|: the token itself is
 * not kept beside a socket. */
struct str endpoint_ticket(const struct client *c, struct arena *arena);

/* True when |kind| needs endpoint_authorize(); and when it is for the owner alone. */
bool endpoint_is_private(enum endpoint_kind kind);
bool endpoint_is_owners(enum endpoint_kind kind);

/* Is it one of the calls about conversations? */
bool endpoint_is_conversation(enum endpoint_kind kind);

#endif
