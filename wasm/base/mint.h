/* mint.h -- ids that say where the thing that they name is stored, authenticated for one client
 * token.
 *
 *   resp_gw <key 8> <tree 16> <node 16> <index 4> <mac 12>    (hexadecimal, no spaces)
 *
 * |key| is the API key and endpoint that answered, or in an id of reasoning the host
 * (item/reasoning.h); |tree| the conversation, |node| its turn, |index| the item of the turn (0:
 * the response).  The MAC makes ids impossible to guess or change.  With the longest prefix an id
 * has 64 characters, OpenAI's maximum.
 */
#ifndef BASE_MINT_H
#define BASE_MINT_H

#include "base/arena.h"
#include "base/sha256.h"
#include "base/str.h"

enum { MINT_NAME_SIZE = 32 };

struct mint {
  bool on;
  uint8_t secret[SHA256_SIZE]; /* derived from the token */
  uint64_t tree, node;
  uint32_t key;
  uint32_t origin; /* takes the place of |key| in the ids of reasoning */
};

struct minted {
  uint64_t tree, node;
  uint32_t index, key;
};

/* Derive the secret of |token| and switch |m| on. */
void mint_init(struct mint *m, struct str token);

/* An id of |m|'s tree, node and key, in |arena|; p is NULL when memory is out. */
struct str mint_take(const struct mint *m, struct arena *arena, struct str prefix, uint32_t index);

/* Read |id|. False when it was not minted under this token. */
bool mint_read(const struct mint *m, struct str id, struct minted *out);

/* Has |id| the form of a minted one, under any token? */
bool mint_looks_minted(struct str id);

/* A name derived from this token, the namespace |label| and |text|, in |arena|: unknown without the
 * token. */
struct str mint_name(const struct mint *m, struct arena *arena, struct str label, struct str text);

/* The same, as a number. */
uint32_t mint_number(const struct mint *m, struct str label, struct str text);

/* |value| as 16 hexadecimal digits; and the reverse. */
struct str mint_hex(uint64_t value, char digits[16]);
bool mint_unhex(struct str digits, uint64_t *value);

#endif
