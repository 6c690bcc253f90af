/* json_tokens.h -- jsmn's tokens as json.c leaves them and json_read.c reads
 * them.  Private to these two.
 *
 * Before the first token stands a place of the same size that holds the text's
 * address.  |size| is no longer a count, but the token after the last one
 * within.  |parent| is no longer a token, but
 *
 *   (the token's own number + 1) << 2 | JSON_TOKEN_MEMBER | JSON_TOKEN_MORE
 *
 * so that from a token alone its text and its neighbours can be reached.
 */
#ifndef TEXT_JSON_TOKENS_H
#define TEXT_JSON_TOKENS_H

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

/* |type|s beside jsmn's own. */
enum {
  JSON_TOKEN_PLAIN = 16,  /* a long string known to hold no escapes, so that it need not be
                             looked over once more */
  JSON_TOKEN_BROKEN = 32, /* a string with broken UTF-8 */
};

enum {
  JSON_TOKEN_MORE = 1,   /* another element, or member, follows */
  JSON_TOKEN_MEMBER = 2, /* the value of a member: its key is the token before */
};

/* The places before the tokens, as many as the address needs. */
union json_token_head {
  const char *text;
  jsmntok_t place;
};

enum { TOKENS_BEFORE = 1 };

static inline bool json_token_is_string(const jsmntok_t *token) {
  return token->type == JSMN_STRING || (int)token->type >= JSON_TOKEN_PLAIN;
}

#endif
