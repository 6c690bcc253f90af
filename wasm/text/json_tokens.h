/* json_tokens.h -- the tokens of a parsed text; private to json.c and json_read.c.
 *
 * There is one token for each value, in the order of the text.  The key of a member has its own
 * token, directly before its value's; a container has a second one behind its last child, for its
 * closing bracket.  The first token of all has the text's address and no span.  In WebAssembly a
 * token has 8 bytes.
 */
#ifndef TEXT_JSON_TOKENS_H
#define TEXT_JSON_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

struct json_token {
  const char *at; /* the value's first byte: its quote, bracket, digit or letter */
  uint32_t span;  /* flags, and below them a length: of a container in tokens, with
                     both of its own; of anything else in bytes of the text */
};

enum {
  JSON_TOKEN_HEAD = 0,           /* the span of the first token of all */
  JSON_TOKEN_END = 1,            /* the span of a container's second token */
  JSON_TOKEN_LENGTH_BITS = 28,   /* 256 MiB; no text is as long as that */
  JSON_TOKEN_MORE = 1 << 28,     /* another element, or member, follows */
  JSON_TOKEN_MEMBER = 1 << 29,   /* the value of a member: its key is the token before */
  JSON_TOKEN_ESCAPED = 1 << 30,  /* a string with escapes in it */
  JSON_TOKEN_DEFERRED = 1 << 30, /* a container whose children were checked but not kept:
                                    one token, its length in bytes */
};
#define JSON_TOKEN_BROKEN (1u << 31) /* a string with broken UTF-8, or half a surrogate pair */

static inline uint32_t json_token_length(const struct json_token *t) {
  return t->span & ((1u << JSON_TOKEN_LENGTH_BITS) - 1);
}

static inline bool json_token_is_container(const struct json_token *t) {
  return *t->at == '{' || *t->at == '[';
}

/* Does the container have tokens of its children? */
static inline bool json_token_is_open(const struct json_token *t) {
  return json_token_is_container(t) && (t->span & JSON_TOKEN_DEFERRED) == 0;
}

/* The token behind |t| and its children; may be the end. */
static inline const struct json_token *json_token_after(const struct json_token *t) {
  return t + (json_token_is_open(t) ? json_token_length(t) : 1);
}

#endif
