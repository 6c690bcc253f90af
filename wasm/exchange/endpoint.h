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
  ENDPOINT_MESSAGE,  /* a message on a WebSocket */
  ENDPOINT_TOKENS,   /* count a request's input tokens */
  ENDPOINT_RESPONSE, /* a stored one: |names[0]| is its id */
  ENDPOINT_RESPONSE_DELETE,
  ENDPOINT_RESPONSE_CANCEL,
  ENDPOINT_INPUT_ITEMS,
  ENDPOINT_CONVERSATION_CREATE, /* the following ones: |names[0]| is its id, */
  ENDPOINT_CONVERSATION,
  ENDPOINT_CONVERSATION_UPDATE,
  ENDPOINT_CONVERSATION_DELETE,
  ENDPOINT_CONVERSATION_ADD,
  ENDPOINT_CONVERSATION_LIST,
  ENDPOINT_CONVERSATION_ITEM, /* and |names[1]| that of an item */
  ENDPOINT_CONVERSATION_ITEM_DELETE,
  ENDPOINT_CHAT,
  ENDPOINT_CONSOLE, /* the page for browsers: "/" */
  ENDPOINT_CHECKER, /* the module by which the page's editor checks routes */
  ENDPOINT_STATUS,
  ENDPOINT_USAGE,
  ENDPOINT_REQUESTS,
  ENDPOINT_CONFIG,
  ENDPOINT_DOCTOR,
  ENDPOINT_PREFLIGHT, /* OPTIONS for any path */
};

/* The method that the host gives a WebSocket's message. Clients cannot send it. */
#define MESSAGE_METHOD "MESSAGE"

enum {
  ENDPOINT_NAMES = 2, /* at most, in one path */
  METHODS_SIZE = sizeof "GET, HEAD, POST, DELETE, OPTIONS",
};

struct endpoint {
  enum endpoint_kind kind;
  struct str names[ENDPOINT_NAMES]; /* as in the path, not decoded */
  struct str allow;                 /* with ERR_METHOD: the methods that the path allows, */
  char methods[METHODS_SIZE];       /* the text of |allow| */
};

/* 0, or ERR_PATH, ERR_METHOD, ERR_NOT_STORED. */
int endpoint_find(const struct head *head, struct endpoint *out)
    __attribute__((warn_unused_result));

/* Find the owner of |head|'s token. 0 and |*who|, or ERR_NO_TOKEN, ERR_AUTH. Each known token is
 * compared, in constant time. For a message, which has a ticket instead of a token, |tickets| is
 * the memory to make tickets in; else it is NULL. */
int endpoint_authorize(const struct config *config, const struct head *head, struct arena *tickets,
                       const struct client **who) __attribute__((warn_unused_result));

/* The ticket that authorizes messages of |c|'s WebSockets, in |arena|. It is stored with a socket
 * instead of the token. */
struct str endpoint_ticket(const struct client *c, struct arena *arena);

/* Does |kind| need endpoint_authorize()? And is it for the gateway's owner alone? */
bool endpoint_is_private(enum endpoint_kind kind);
bool endpoint_is_owners(enum endpoint_kind kind);

/* Is it an endpoint about conversations? */
bool endpoint_is_conversation(enum endpoint_kind kind);

#endif
