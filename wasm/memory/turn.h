/* turn.h -- one stored turn: the client's input and the response.
 *
 *   {"key":"0a1b2c3d","native":true,"input":[...],"response":{...},"events":true}
 *
 * In the store's answers it is a line, "NODE PREVIOUS TEXT".  A turn that only adds
 * items to a conversation has no response.
 */
#ifndef MEMORY_TURN_H
#define MEMORY_TURN_H

#include "base/buf.h"
#include "base/mint.h"
#include "text/json.h"

struct turn {
  uint64_t node;
  uint64_t previous;
  bool first; /* nothing comes before it */
  uint32_t key;
  bool native;
  bool events;   /* the store has the events of its stream */
  bool on_chain; /* for who follows a chain */
  struct str text;
  struct json json;
  struct json_value input, response;
  struct turn *next;
};

/* Read one line.  NULL when it is none, or memory is out. */
struct turn *turn_read(struct arena *arena, struct str line);

/* The item of |t| whose id is |id|, or JSON_ABSENT. */
struct json_value turn_find_item(const struct turn *t, struct str id);

/* Put |input|, a request's (a string or an array), as items that all have an id and
 * a type. */
void turn_put_input(struct buf *out, struct json_value input, const struct mint *mint,
                    struct arena *arena);

/* Put "turn NODE PREVIOUS UNTIL TEXT"; |input| is JSON of items, |response| may be empty. */
void turn_put(struct buf *out, const struct turn *turn, double until, struct str input,
              struct str response);

#endif
