/* mint.h -- identifiers that lead to what they name, and that only the holder
 * of one token can have got.
 *
 *   resp_gw <key 8> <tree 16> <node 16> <index 4> <mac 12>    (hexadecimal, no spaces)
 *
 * |key| says which API key at which endpoint answered, or in the id of reasoning which
 * host (item/reasoning.h); |tree| says which conversation, |node| which turn of it, |index| which
 * item of the turn (0: the response), |key| which API key at which endpoint answered.  The MAC
 * makes them impossible to guess or change.  With the longest prefix an id has 64 characters,
 * OpenAI's maximum.
 */
#ifndef BASE_MINT_H
#define BASE_MINT_H

#include "base/arena.h"
#include "base/sha256.h"
#include "base/str.h"

enum { MINT_NAME_SIZE = 32 };

struct mint {
  bool on;
  uint8_t secret[SHA256_SIZE]; /* made of the token */
  uint64_t tree, node;
  uint32_t key;
  uint32_t origin; /* stands for |key| in the ids of reasoning */
};

struct minted {
  uint64_t tree, node;
  uint32_t index, key;
};

/* Derive the secret of |token| and switch |m| on. */
void mint_init(struct mint *m, struct str token);

/* An id of |m|'s tree, node and key, in |arena|; p is NULL when memory is out. */
struct str mint_take(const struct mint *m, struct arena *arena, struct str prefix, uint32_t index);

/* What |id| leads to.  False when it was not minted under this token. */
bool mint_read(const struct mint *m, struct str id, struct minted *out);

/* Does |id| look like one that a gateway minted, under whatever token? */
bool mint_looks_minted(struct str id);

/* A name that only this token leads to, for |text| among those of |label|. */
struct str mint_name(const struct mint *m, struct arena *arena, struct str label, struct str text);

/* The same as a number. */
uint32_t mint_number(const struct mint *m, struct str label, struct str text);

/* |value| as 16 hexadecimal digits; and the reverse. */
struct str mint_hex(uint64_t value, char digits[16]);
bool mint_unhex(struct str digits, uint64_t *value);

#endif
