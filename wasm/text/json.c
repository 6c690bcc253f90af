/* json.c -- check a text and make its tokens, in one pass.
 *
 * Strings are scanned with vector instructions; all else is a few bytes between them.  A container
 * that the caller defers is checked like the rest, but makes only one token.
 */
#include "text/json.h"

#include <string.h>

#include "base/errors.h"
#include "base/scan.h"
#include "limits.h"
#include "text/json_tokens.h"

/* What may come next. */
enum place {
  PLACE_VALUE,   /* a value */
  PLACE_ELEMENT, /* a value, or ']' */
  PLACE_MEMBER,  /* a key, or '}' */
  PLACE_KEY,     /* a key */
  PLACE_COLON,   /* ':' */
  PLACE_AFTER,   /* ',' or the bracket that closes */
  PLACE_END,     /* nothing */
};

/* This file is built for speed; what runs once for a text, for size. */
#define ONCE __attribute__((minsize))

struct parser {
  const char *p; /* checked up to here; after an error, the fault */
  const char *end;
  struct json_token *tokens; /* the first is behind the token with the text's address */
  uint32_t n;                /* tokens made */
  uint32_t limit;            /* at this number more_tokens() is called */
  uint32_t last;             /* the token of the value that ended last */
  uint32_t flags;            /* of the next value: JSON_TOKEN_MEMBER or none */
  uint32_t keep;             /* 0 within a deferred container: the next token overwrites the last */
  uint32_t depth;
  enum place place;
  bool lenient;
  bool part;            /* text may follow the value */
  uint32_t deferred_at; /* the depth at which the deferred container is */
  uint32_t ends;        /* tokens at closing brackets */
  uint32_t cap;         /* tokens there is room for */
  const struct str *deferred;
  size_t deferred_count;
  const char *text;
  struct arena *arena;
  uint32_t open[JSON_DEPTH_MAX]; /* the tokens of the containers that are open */
  bool in_object[JSON_DEPTH_MAX];
};

static int fault(struct parser *s, const char *at, int error) {
  s->p = at;
  return error;
}

/* ---- tokens ---- */

static size_t token_bytes(size_t cap) {
  return cap > 0 ? (cap + 1) * sizeof(struct json_token) : 0;
}

enum { PART_CAP = 63 }; /* tokens of an item, to begin with */

/* A guess: short texts have many tokens for their length, long ones have long strings. */
static size_t first_cap(size_t n) {
  return n < 4 * KIB ? 8 + n / 8 : 512 + n / 128;
}

/* Grows by half only, so that little memory is unused. */
static int grow_tokens(struct parser *s) {
  size_t cap = s->part ? PART_CAP : first_cap((size_t)(s->end - s->p));
  if (s->cap > 0)
    cap = s->cap + s->cap / 2;
  cap = arena_fit(token_bytes(cap)) / sizeof(struct json_token) - 1;
  struct json_token *head = s->cap > 0 ? s->tokens - 1 : NULL;
  head = arena_grow(s->arena, head, token_bytes(s->cap), token_bytes(cap));
  if (head == NULL)
    return ERR_MEMORY;
  *head = (struct json_token){s->text, JSON_TOKEN_HEAD};
  s->tokens = head + 1;
  s->cap = (uint32_t)cap;
  return 0;
}

/* Make room for one more token; or an error, when memory is out or there are too many values.
 * Values are counted only here: |limit| is their largest possible number. */
static int more_tokens(struct parser *s, bool value) {
  if (value && s->n - s->ends >= JSON_VALUES_MAX)
    return ERR_JSON_VALUES;
  int e = s->n == s->cap ? grow_tokens(s) : 0;
  uint32_t most = JSON_VALUES_MAX + s->ends;
  s->limit = s->cap < most ? s->cap : most;
  return e;
}

/* Add the token of a key or a value, which becomes |s->last|. */
static inline int add_token(struct parser *s, const char *at, uint32_t span) {
  if (s->n >= s->limit) {
    int e = more_tokens(s, true);
    if (e < 0)
      return e;
  }
  s->tokens[s->n] = (struct json_token){at, span};
  s->last = s->n;
  s->n += s->keep;
  return 0;
}

/* ---- strings ---- */

/* A \u escape at |*at|, and the one after it when they are a pair. */
static int check_unicode(struct parser *s, const char **at, uint32_t *flags) {
  const char *first = *at;
  for (const char *p = first + 2; p < first + 6; p++)
    if (p == s->end || scan_hex(p, 1) < 0)
      return fault(s, p, ERR_JSON_SYNTAX);
  int32_t code = scan_hex(first + 2, 4);
  const char *next = *at = first + 6;
  if (code < 0xD800 || code > 0xDFFF)
    return 0;
  if (code < 0xDC00 && s->end - next >= 6 && next[0] == '\\' && next[1] == 'u' &&
      (scan_hex(next + 2, 4) & ~0x3FF) == 0xDC00) {
    *at += 6;
    return 0;
  }
  *flags |= JSON_TOKEN_BROKEN;
  return s->lenient ? 0 : fault(s, first, ERR_JSON_SURROGATE);
}

static int check_escape(struct parser *s, const char **at, uint32_t *flags) {
  *flags |= JSON_TOKEN_ESCAPED;
  switch (*at + 1 < s->end ? (*at)[1] : '\0') {
  case 'u':
    return check_unicode(s, at, flags);
  case '"':
  case '\\':
  case '/':
  case 'b':
  case 'f':
  case 'n':
  case 'r':
  case 't':
    *at += 2;
    return 0;
  default:
    return fault(s, *at + 1, ERR_JSON_SYNTAX);
  }
}

/* From |*at|, where scan_string() stopped, to the closing quote. */
static int check_string_rest(struct parser *s, const char **at, uint32_t *flags) {
  for (;;) {
    const char *p = *at;
    if (p == s->end)
      return fault(s, p, ERR_JSON_SYNTAX);
    if (*p == '"')
      return 0;
    if (*p == '\\') {
      int e = check_escape(s, at, flags);
      if (e < 0)
        return e;
    } else if ((signed char)*p < 0 && s->lenient) {
      *flags |= JSON_TOKEN_BROKEN;
      *at += -scan_utf8(p, (size_t)(s->end - p));
    } else {
      return fault(s, p, (signed char)*p < 0 ? ERR_JSON_UTF8 : ERR_JSON_SYNTAX);
    }
    bool escaped = false;
    *at += scan_string(*at, (size_t)(s->end - *at), &escaped);
    *flags |= escaped ? JSON_TOKEN_ESCAPED : 0;
  }
}

/* A string, whose quote is at |s->p|. */
static inline int parse_string(struct parser *s, uint32_t flags) {
  const char *first = s->p, *at = first + 1;
  bool escaped = false;
  at += scan_string(at, (size_t)(s->end - at), &escaped);
  flags |= escaped ? JSON_TOKEN_ESCAPED : 0;
  int e = at < s->end && *at == '"' ? 0 : check_string_rest(s, &at, &flags);
  if (e == 0)
    e = add_token(s, first, flags | (uint32_t)(at + 1 - first));
  if (e == 0)
    s->p = at + 1;
  return e;
}

/* ---- other scalars ---- */

static int parse_literal(struct parser *s, struct str word) {
  for (size_t i = 1; i < word.n; i++)
    if (s->p + i == s->end || s->p[i] != word.p[i])
      return fault(s, s->p + i, ERR_JSON_SYNTAX);
  int e = add_token(s, s->p, s->flags | (uint32_t)word.n);
  if (e == 0)
    s->p += word.n;
  return e;
}

/* Step over digits; false when there is none. */
static bool check_digits(const struct parser *s, const char **at) {
  const char *first = *at;
  while (*at < s->end && **at >= '0' && **at <= '9')
    ++*at;
  return *at > first;
}

static bool is_at(const struct parser *s, const char *at, char one, char other) {
  return at < s->end && (*at == one || *at == other);
}

static int parse_number(struct parser *s) {
  const char *at = s->p;
  at += is_at(s, at, '-', '-');
  if (is_at(s, at, '0', '0'))
    at++;
  else if (!check_digits(s, &at))
    return fault(s, at, ERR_JSON_SYNTAX);
  if (is_at(s, at, '.', '.') && (at++, !check_digits(s, &at)))
    return fault(s, at, ERR_JSON_SYNTAX);
  if (is_at(s, at, 'e', 'E')) {
    at++;
    at += is_at(s, at, '+', '-');
    if (!check_digits(s, &at))
      return fault(s, at, ERR_JSON_SYNTAX);
  }
  int e = add_token(s, s->p, s->flags | (uint32_t)(at - s->p));
  if (e == 0)
    s->p = at;
  return e;
}

static int parse_scalar(struct parser *s) {
  switch (*s->p) {
  case 't':
    return parse_literal(s, STR("true"));
  case 'f':
    return parse_literal(s, STR("false"));
  case 'n':
    return parse_literal(s, STR("null"));
  default:
    return parse_number(s);
  }
}

/* ---- containers ---- */

/* Is the container that opens here the value of a deferred member of the root? */
static bool is_deferred(const struct parser *s) {
  if (s->depth != 1 || s->flags != JSON_TOKEN_MEMBER)
    return false;
  const struct json_token *key = &s->tokens[s->n - 1];
  for (size_t i = 0; i < s->deferred_count; i++) {
    struct str name = s->deferred[i];
    if (json_token_length(key) == name.n + 2 && memcmp(key->at + 1, name.p, name.n) == 0)
      return true;
  }
  return false;
}

static int open_container(struct parser *s) {
  bool object = *s->p == '{';
  if (s->depth == JSON_DEPTH_MAX)
    return ERR_JSON_DEPTH;
  bool deferred = s->deferred_count > 0 && is_deferred(s);
  int e = add_token(s, s->p, s->flags | (deferred ? JSON_TOKEN_DEFERRED : 0));
  if (e < 0)
    return e;
  if (deferred) {
    s->keep = 0;
    s->deferred_at = s->depth;
  }
  s->open[s->depth] = s->last;
  s->in_object[s->depth++] = object;
  s->flags = 0;
  s->place = object ? PLACE_MEMBER : PLACE_ELEMENT;
  s->p++;
  return 0;
}

/* The second token of a container that is kept. */
static int end_tokens(struct parser *s, struct json_token *opened) {
  size_t at = (size_t)(opened - s->tokens);
  if (s->n >= s->limit) {
    int e = more_tokens(s, false);
    if (e < 0)
      return e;
  }
  s->tokens[s->n++] = (struct json_token){s->p, JSON_TOKEN_END};
  s->ends++;
  s->tokens[at].span |= s->n - (uint32_t)at;
  return 0;
}

static int close_container(struct parser *s) {
  int e = 0;
  s->last = s->open[--s->depth];
  struct json_token *opened = &s->tokens[s->last];
  if (s->keep > 0) {
    e = end_tokens(s, opened);
  } else if (s->depth == s->deferred_at) {
    opened->span |= (uint32_t)(s->p + 1 - opened->at);
    s->keep = 1;
  }
  s->place = s->depth > 0 ? PLACE_AFTER : PLACE_END;
  s->p++;
  return e;
}

/* ---- what comes next ---- */

static inline bool is_next(const struct parser *s, char c) {
  return s->p < s->end && *s->p == c;
}

static int parse_after(struct parser *s) {
  bool object = s->in_object[s->depth - 1];
  if (*s->p == (object ? '}' : ']'))
    return close_container(s);
  if (*s->p != ',')
    return ERR_JSON_SYNTAX;
  s->tokens[s->last].span |= JSON_TOKEN_MORE;
  s->place = object ? PLACE_KEY : PLACE_VALUE;
  s->p++;
  return 0;
}

static int parse_value(struct parser *s) {
  char first = *s->p;
  if (first == '{' || first == '[')
    return open_container(s);
  if (first != '"' && s->depth == 0 && !s->part)
    return ERR_JSON_SYNTAX;
  int e = first == '"' ? parse_string(s, s->flags) : parse_scalar(s);
  s->flags = 0;
  s->place = s->depth > 0 ? PLACE_AFTER : PLACE_END;
  return e == 0 && s->depth > 0 && is_next(s, ',') ? parse_after(s) : e;
}

/* Continue at the colon; mostly the value follows directly. */
static int parse_colon(struct parser *s) {
  if (*s->p != ':')
    return ERR_JSON_SYNTAX;
  s->place = PLACE_VALUE;
  s->flags = JSON_TOKEN_MEMBER;
  s->p++;
  return s->p<s->end && * s->p> ' ' ? parse_value(s) : 0;
}

static int parse_key(struct parser *s) {
  if (*s->p != '"')
    return ERR_JSON_SYNTAX;
  s->place = PLACE_COLON;
  int e = parse_string(s, 0);
  return e == 0 && is_next(s, ':') ? parse_colon(s) : e;
}

static int parse_next(struct parser *s) {
  switch (s->place) {
  case PLACE_VALUE:
    return parse_value(s);
  case PLACE_ELEMENT:
    return *s->p == ']' ? close_container(s) : parse_value(s);
  case PLACE_MEMBER:
    return *s->p == '}' ? close_container(s) : parse_key(s);
  case PLACE_KEY:
    return parse_key(s);
  case PLACE_COLON:
    return parse_colon(s);
  case PLACE_AFTER:
    return parse_after(s);
  case PLACE_END:
    break;
  }
  return ERR_JSON_SYNTAX;
}

static inline void skip_space(struct parser *s) {
  while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
    s->p++;
}

static int parse_text(struct parser *s) {
  for (;;) {
    if (s->part && s->place == PLACE_END)
      return 0;
    skip_space(s);
    if (s->p == s->end)
      return s->place == PLACE_END ? 0 : ERR_JSON_SYNTAX;
    int e = parse_next(s);
    if (e < 0)
      return e;
  }
}

static void give_tokens(struct parser *s) {
  if (s->cap > 0)
    arena_give(s->arena, s->tokens - 1, token_bytes(s->cap));
}

/* Give back the memory of unused tokens. */
static ONCE void trim_tokens(struct parser *s) {
  size_t n = arena_trim(s->arena, s->tokens - 1, token_bytes(s->cap), token_bytes(s->n));
  s->cap = (uint32_t)(n / sizeof(struct json_token)) - 1;
}

static ONCE int parse(struct json *json, struct parser *s, struct str text, size_t *where) {
  s->keep = 1;
  s->text = s->p = text.p;
  s->end = text.n > 0 ? text.p + text.n : text.p;
  int e = text.n >> JSON_TOKEN_LENGTH_BITS > 0 ? ERR_MEMORY : parse_text(s);
  if (e < 0) {
    give_tokens(s);
    *where = (size_t)(s->p - text.p);
    return e;
  }
  trim_tokens(s);
  *json = (struct json){text, s->tokens, s->n - s->ends};
  return 0;
}

ONCE int json_parse(struct json *json, struct arena *arena, struct str text, size_t *where) {
  struct parser s = {.arena = arena};
  return parse(json, &s, text, where);
}

ONCE int json_parse_lenient(struct json *json, struct arena *arena, struct str text,
                            size_t *where) {
  struct parser s = {.arena = arena, .lenient = true};
  return parse(json, &s, text, where);
}

ONCE int json_parse_deferred(struct json *json, struct arena *arena, struct str text,
                             const struct str *names, size_t n, size_t *where) {
  struct parser s = {.arena = arena, .deferred = names, .deferred_count = n};
  return parse(json, &s, text, where);
}

/* ---- the elements of an array that was deferred ---- */

void json_items_open(struct json_items *items, struct json_value array, struct arena *arena) {
  *items = (struct json_items){.arena = arena, .next = json_first(array)};
  if (!json_is_deferred(array))
    return;
  struct str raw = json_raw(array);
  items->text = raw.p - json_where(array);
  items->rest = str_part(raw, 1, raw.n - 2);
}

static struct parser parser_of(struct json_items *items) {
  return (struct parser){.arena = items->arena,
                         .part = true,
                         .keep = 1,
                         .text = items->text,
                         .p = items->rest.p,
                         .end = items->rest.p + items->rest.n};
}

/* The text has been checked before, so that no fault can be found in it. */
static ONCE int next_deferred(struct json_items *items, struct parser *s, struct json_value *item) {
  int e = parse_text(s);
  if (e < 0) {
    give_tokens(s);
    return e;
  }
  trim_tokens(s);
  skip_space(s);
  if (s->p < s->end)
    s->p++; /* the comma */
  items->rest = str_of(s->p, (size_t)(s->end - s->p));
  *item = (struct json_value){s->tokens};
  return 1;
}

ONCE int json_items_next(struct json_items *items, struct json_value *item) {
  if (items->text != NULL) {
    struct parser s = parser_of(items);
    skip_space(&s); /* nothing is left of "[ ]" */
    return s.p == s.end ? 0 : next_deferred(items, &s, item);
  }
  *item = items->next;
  items->next = json_next(items->next);
  return item->token != NULL;
}

ONCE int json_is_object(struct str text) {
  struct arena scratch;
  struct json json;
  size_t where;
  arena_init(&scratch);
  int err = json_parse(&json, &scratch, text, &where);
  bool object = err == 0 && json_type(json_root(&json)) == JSON_OBJECT;
  arena_drop(&scratch);
  return err == ERR_MEMORY ? err : object;
}
