/* turn.h -- one stored turn: the client's input and the response.
 *
 *   {"key":"0a1b2c3d","native":true,"input":[...],"response":{...},"events":true,
 *    "upstream_id":"resp_1"}
 *
 * In the store's answers a turn is one line, "NODE PREVIOUS TEXT". A turn that only adds items to a
 * conversation has no response.
 */
#ifndef MEMORY_TURN_H
#define MEMORY_TURN_H

#include "base/buf.h"
#include "base/mint.h"
#include "text/json.h"

struct turn {
  uint64_t node;
  uint64_t previous;
  bool first; /* it has no previous turn */
  uint32_t key;
  bool native;
  struct str upstream_id; /* of the response, where the client has another; else empty */
  bool events;            /* the store has the events of its stream */
  bool on_chain;          /* used while a chain is followed */
  struct str text;
  struct json json;
  struct json_value input, response;
  struct turn *next;
};

/* Read one line. NULL if it is invalid, or there is no memory. */
struct turn *turn_read(struct arena *arena, struct str line);

/* The item of |t| whose id is |id|, or JSON_ABSENT. */
struct json_value turn_find_item(const struct turn *t, struct str id);

/* Put |input|, the string or array of a request, as items that all have an id and a type. */
void turn_put_input(struct buf *out, struct json_value input, const struct mint *mint,
                    struct arena *arena);

/* Put "turn NODE PREVIOUS UNTIL TEXT"; |input| is JSON of items, |response| may be empty. */
void turn_put(struct buf *out, const struct turn *turn, double until, struct str input,
              struct str response);

#endif
