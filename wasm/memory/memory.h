/* memory.h -- the stored turns that one request refers to, and the turn that is stored of it.
 *
 * A request can name earlier turns in three ways: previous_response_id,
 * conversation, and item_reference items.  Ids that this gateway minted lead to
 * the object that holds the turn (base/mint.h).  OpenAI's own ids, of answers that were
 * passed through, are looked up in an index first.
 *
 * The API key that made a chain knows it, and gets the request as the client sent it.  Every other
 * target gets the whole context, rebuilt from the stored turns.
 */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "config/tables.h"
#include "memory/turn.h"
#include "upstream/attempt.h"

/* A turn's number: the time in ms, random bits, and whether it was to be stored. */
#define NODE_RANDOM_BITS 22
#define NODE_RANDOM ((UINT64_C(1) << NODE_RANDOM_BITS) - 1)
#define NODE_STORED UINT64_C(1)

#define CONVERSATION_ID "conv_"

/* Where an object keeps what its conversation says of itself. */
#define META_NODE "meta"

enum link_use { LINK_PREVIOUS, LINK_CONVERSATION, LINK_ITEM };

/* An id in the request that names something stored. */
struct link {
  enum link_use use;
  struct str id;
  bool native; /* the id is an upstream's own */
  bool known;  /* the rest is set */
  uint64_t tree, node;
  uint32_t key;            /* mint_number() of the API key that made it */
  struct json_value found; /* ITEM: the item itself */
  struct link *next;
};

/* The stored turns of one conversation, as far as they have been loaded. */
struct tree {
  uint64_t id;
  bool asked, loaded;
  struct str meta; /* JSON of what a conversation says of itself; empty: it is none */
  struct turn *turns, **turns_end;
  struct tree *next;
};

struct memory {
  struct arena *arena;
  struct mint *mint;
  struct ask *ask;
  double now;
  bool on;      /* there is a store, and the route stores; or |here| */
  bool stores;  /* ... the former */
  bool here;    /* the client's WebSocket keeps its turns, too */
  bool strict;  /* there are several tokens: an unknown id may be of another one */
  bool keeps;   /* this turn is to be stored */
  bool failing; /* the store did not answer */
  bool events;  /* this turn's events are kept, too */
  struct link *links, **links_end;
  uint32_t link_count;
  struct tree *trees;
  uint32_t tree_count;
  bool index_asked, index_known;
  bool native_refused; /* the upstream that made the chain does not know it any more */
  bool has_parent;
  uint64_t parent; /* the turn that this one follows */
  struct buf lines, name, lossy, removed;
  struct given given[2]; /* the whole context: for a translation, for a native upstream */
  bool built[2];
  uint32_t built_key; /* whom the latter was built for */
  bool own_sent;      /* ... and it has items with the ids that that key gave them */
  struct str input;   /* as it is stored, once the request's own memory is given back */
};

/* Read what |ask|'s body refers to.  0, or negative with |*f|. */
int memory_open(struct memory *m, struct ask *ask, const struct config *config,
                const struct route *route, struct str token, struct id_source *ids,
                struct arena *arena, double now, struct failure *f)
    __attribute__((warn_unused_result));

/* Open |m| for what is stored, without a request to a model. */
void memory_open_alone(struct memory *m, struct str token, struct id_source *ids,
                       struct arena *arena, double now);

/* A call of an object that has to be made: what OP_LOAD takes. */
struct memory_call {
  struct str object, lines;
};

/* The next call that tells who made the chain; then, |whole|, those that load it.
 * False when there is none. */
bool memory_next_call(struct memory *m, bool whole, struct memory_call *call);

/* The answer to that call; |ok| is false when there was none. */
void memory_take(struct memory *m, bool ok, struct str text);

/* What the client's WebSocket answered to "find": its turns come before the store's. */
void memory_take_here(struct memory *m, struct str text);

/* Is a turn lost that the request refers to, since it was not stored?  Negative, and |*f|; else
 * 0. */
int memory_refuse_lost(struct memory *m, struct failure *f) __attribute__((warn_unused_result));

/* Add what |id| leads to.  NULL when memory is out, or there are LINKS_MAX. */
struct link *memory_add_link(struct memory *m, enum link_use use, struct str id);

/* Put "limit MAX ALL NAME", which follows what is written to the object that m->name names. */
void memory_put_limit(struct memory *m);

/* Make m->name the name of the object that holds |tree|. */
void memory_put_object(struct memory *m, uint64_t tree);

/* Can |choice| be sent the request as it is, since the ids in it are its own? */
bool memory_is_native(const struct memory *m, const struct choice *choice);

/* Could |choice|, which was sent the request as it is, be sent the whole context? */
bool memory_may_rebuild(const struct memory *m, const struct choice *choice);

/* Is there a key in |route| that is to be preferred, since it made the chain?
 * False when there is none; |*out| is then untouched. */
bool memory_prefers(const struct memory *m, const struct route *route, struct choice *out);

enum { MEMORY_WANTS_CALL = 1 };

/* Fill |*f| for a conversation that is not stored. */
int memory_refuse_conversation(struct memory *m, struct str id, struct failure *f);

/* Is there a compaction in what was loaded? */
bool memory_has_compaction(const struct memory *m);

/* Set ask->given for an attempt at |choice|.  0, MEMORY_WANTS_CALL when turns have to be
 * loaded first, or negative with |*f|. */
int memory_prepare(struct memory *m, const struct choice *choice, struct failure *f)
    __attribute__((warn_unused_result));

/* The same, for the neutral form alone. */
int memory_prepare_neutral(struct memory *m, struct failure *f) __attribute__((warn_unused_result));

/* The fingerprint of the key of |choice|. */
uint32_t memory_key(const struct memory *m, const struct choice *choice);

/* ---- what is kept ---- */

/* Keep the input that is to be stored, before the request's body is freed. */
void memory_hold_input(struct memory *m);

/* What the store is told of |response|, the JSON of a response object.  |native|: it
 * is an upstream's own.  False when nothing is to be stored. */
bool memory_put_turn(struct memory *m, struct str response, bool native, uint32_t key, double until,
                     struct memory_call *call);

/* The same for the client's WebSocket: it becomes the latest of |lane|. */
bool memory_put_here(struct memory *m, struct str lane, struct str response, bool native,
                     uint32_t key, struct buf *lines);

/* Can |id| stand in a line of the store's? */
bool memory_is_word(struct str id);

/* ... and what the index is told of its ids. */
bool memory_put_index(struct memory *m, struct str response, double until,
                      struct memory_call *call);

#endif
