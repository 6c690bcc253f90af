/* memory.h -- the stored turns that one request refers to, and the turn that is stored for it.
 *
 * A request can name earlier turns in three ways: previous_response_id,
 * conversation, and item_reference items.  Ids that this gateway minted lead to
 * the object that holds the turn (base/mint.h).  OpenAI's own ids, of answers that were
 * passed through, are looked up in an index first.
 *
 * The upstream of the API key that made a chain has stored it, and gets the request as the client
 * sent it. Every other target gets the whole context, rebuilt from the stored turns.
 */
#ifndef MEMORY_MEMORY_H
#define MEMORY_MEMORY_H

#include "config/tables.h"
#include "memory/turn.h"
#include "upstream/attempt.h"

/* The number of a turn: the time in ms, random bits, and whether it was meant to be stored. */
#define NODE_RANDOM_BITS 22
#define NODE_RANDOM ((UINT64_C(1) << NODE_RANDOM_BITS) - 1)
#define NODE_STORED UINT64_C(1)

#define CONVERSATION_ID "conv_"

/* The name of the row that holds a conversation's metadata. */
#define META_NODE "meta"

enum link_use { LINK_PREVIOUS, LINK_CONVERSATION, LINK_ITEM };

/* An id in the request that names something stored. */
struct link {
  enum link_use use;
  struct str id;
  bool native; /* the id was given by an upstream */
  bool known;  /* the members below are set */
  uint64_t tree, node;
  uint32_t key;            /* mint_number() of the API key that answered */
  struct str upstream_id;  /* PREVIOUS: see struct turn */
  struct json_value found; /* ITEM: the item itself */
  struct link *next;
};

/* The stored turns of one conversation, as far as they have been loaded. */
struct tree {
  uint64_t id;
  bool asked, loaded;
  struct str meta; /* JSON with a conversation's metadata; empty: not a conversation */
  struct turn *turns, **turns_end;
  struct tree *next;
};

struct memory {
  struct arena *arena;
  struct mint *mint;
  struct ask *ask;
  double now;
  bool on;                /* |stores| or |here| */
  bool stores;            /* there is a store, and the route stores */
  bool here;              /* the object of the client's WebSocket keeps its latest turns */
  bool strict;            /* there are several tokens: an unknown id may belong to another one */
  bool keeps;             /* this turn will be stored */
  bool failing;           /* the store did not answer */
  bool events;            /* the events of this turn are stored, too */
  struct str upstream_id; /* see struct turn */
  struct link *links, **links_end;
  uint32_t link_count;
  struct tree *trees;
  uint32_t tree_count;
  bool index_asked, index_known;
  uint32_t index_wait; /* ms, the last wait for it */
  bool native_refused; /* the upstream that made the chain no longer has it */
  bool has_parent;
  uint64_t parent; /* the turn that this one follows */
  struct buf lines, name, lossy, removed;
  struct given given[2]; /* the whole context: for a translation, for a native upstream */
  bool built[2];
  uint32_t built_key; /* the key that the latter was built for */
  bool own_sent;      /* ... and it contains ids that this key's upstream gave */
  struct str input;   /* the input to be stored, copied before the request's memory is freed */
};

/* Read what |ask|'s body refers to.  0, or negative with |*f|. */
int memory_open(struct memory *m, struct ask *ask, const struct config *config,
                const struct route *route, struct str token, struct id_source *ids,
                struct arena *arena, double now, struct failure *f)
    __attribute__((warn_unused_result));

/* Open |m| to read or change stored turns, without a request to a model. */
void memory_open_alone(struct memory *m, struct str token, struct id_source *ids,
                       struct arena *arena, double now);

/* A call of an object that the host has to make: the arguments of OP_LOAD. */
struct memory_call {
  struct str object, lines;
};

/* The next call that is needed to learn which key made the chain; with |whole|, also to load the
 * chain. False when there is none. */
bool memory_next_call(struct memory *m, bool whole, struct memory_call *call);

/* Does the request have the id of a response or an item of an upstream that the index does not
 * have, as far as it was asked? */
bool memory_has_unknown(const struct memory *m);

/* Could the index have that id a moment later? Ids are written to it after the answer, and a client
 * may go on at once. */
bool memory_may_look(const struct memory *m);

/* Have memory_next_call() ask the index again, after so many ms. */
uint32_t memory_look_again(struct memory *m);

/* The answer to that call; |ok| is false when there was none. */
void memory_take(struct memory *m, bool ok, struct str text);

/* Take what the object of the client's WebSocket answered to "find". Its turns take precedence over
 * the store's. */
void memory_take_here(struct memory *m, struct str text);

/* Negative with |*f| if the request refers to a turn that cannot be stored: it was not meant to be,
 * the id was not minted for this token, or it was looked for and is not there; with |native|, also
 * if the index does not have the id of an upstream, because no upstream can be asked about it.
 * Else 0. */
int memory_refuse_lost(struct memory *m, bool native, struct failure *f)
    __attribute__((warn_unused_result));

/* Add a link for |id|. NULL if there is no memory, or LINKS_MAX links exist already. */
struct link *memory_add_link(struct memory *m, enum link_use use, struct str id);

/* The new turn joins the conversation of |link|: the one that the request goes on with, else one
 * that it takes an item from. */
void memory_join(struct memory *m, const struct link *link);

/* Put "need NODE MS" for what the request goes on with, in the object of the new turn. */
void memory_put_need(struct memory *m);

/* Put "limit MAX ALL NAME", which must follow each write to the object with the name m->name. */
void memory_put_limit(struct memory *m);

/* Make m->name the name of the object that holds |tree|. */
void memory_put_object(struct memory *m, uint64_t tree);

/* Can the request be sent to |choice| unchanged, because its upstream gave the ids in it? The id of
 * a response that ran in an object is replaced by the one that the upstream gave it. */
bool memory_is_native(const struct memory *m, const struct choice *choice);

/* Could |choice|, which got the request unchanged, be sent the whole context instead? */
bool memory_may_rebuild(const struct memory *m, const struct choice *choice);

/* Find the key in |route| that made the chain and is therefore preferred. False when there is none;
 * |*out| is then unchanged. */
bool memory_prefers(const struct memory *m, const struct route *route, struct choice *out);

enum { MEMORY_WANTS_CALL = 1 };

/* Fill |*f| for a conversation that is not stored. */
int memory_refuse_conversation(struct memory *m, struct str id, struct failure *f);

/* Do the loaded turns contain a compaction? */
bool memory_has_compaction(const struct memory *m);

/* Set ask->given for an attempt at |choice|.  0, MEMORY_WANTS_CALL when turns have to be
 * loaded first, or negative with |*f|. */
int memory_prepare(struct memory *m, const struct choice *choice, struct failure *f)
    __attribute__((warn_unused_result));

/* The same, for the neutral form alone. */
int memory_prepare_neutral(struct memory *m, struct failure *f) __attribute__((warn_unused_result));

/* The fingerprint of the key of |choice|. */
uint32_t memory_key(const struct memory *m, const struct choice *choice);

/* ---- storing the turn ---- */

/* Are there references to items that were not needed for the answer, and are not loaded? */
bool memory_lacks_items(const struct memory *m);

/* Copy the input that will be stored, before the request's body is freed. */
void memory_hold_input(struct memory *m);

/* Put the lines that store |response|, the JSON of a response object. |native|: an upstream wrote
 * it. False when nothing is to be stored. */
bool memory_put_turn(struct memory *m, struct str response, bool native, uint32_t key, double until,
                     struct memory_call *call);

/* The same for the object of the client's WebSocket, as the latest turn of |lane|. */
bool memory_put_here(struct memory *m, struct str lane, struct str response, bool native,
                     uint32_t key, struct buf *lines);

/* Is |id| safe to be a word in a line of the store? */
bool memory_is_word(struct str id);

/* Put the lines that add the response's ids to the index. */
bool memory_put_index(struct memory *m, struct str response, double until,
                      struct memory_call *call);

#endif
