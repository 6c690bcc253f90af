/* json.c -- check a text, and have jsmn make tokens of it.
 *
 * jsmn takes much that is not JSON, and bytes one by one.  So the text is checked
 * here first, strings with vectors, and jsmn only ever sees what has passed: it
 * cannot fail, its walks up the parents are bounded by JSON_DEPTH_MAX, and long
 * strings are stepped over.
 */
#include "text/json.h"

#include "base/errors.h"
#include "base/scan.h"
#include "limits.h"
#include "text/json_tokens.h"

/* A string that is longer costs less to step over than to show to jsmn. */
enum { STEP_OVER = 16 };

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

struct check {
  const char *p;
  size_t n;
  size_t at; /* checked up to here; after an error, the fault */
  enum place place;
  bool lenient;
  size_t values; /* tokens that jsmn will need up to |at| */
  uint32_t depth;
  bool in_object[JSON_DEPTH_MAX];

  struct arena *arena;
  jsmn_parser jsmn;
  union json_token_head *head; /* the tokens' memory */
  jsmntok_t *tokens;           /* the tokens themselves, in it */
  size_t cap;
};

static int fault(struct check *c, size_t at, int error) {
  c->at = at;
  return error;
}

/* ---- tokens ---- */

static size_t token_bytes(size_t cap) {
  return cap > 0 ? (cap + TOKENS_BEFORE) * sizeof(jsmntok_t) : 0;
}

static int reserve_tokens(struct check *c) {
  if (c->values <= c->cap)
    return 0;
  size_t cap = c->cap * 2 > c->values ? c->cap * 2 : c->values;
  if (c->cap > 0)
    cap = arena_fit(token_bytes(cap)) / sizeof(jsmntok_t) - TOKENS_BEFORE;
  union json_token_head *head =
      arena_grow(c->arena, c->head, token_bytes(c->cap), token_bytes(cap));
  if (head == NULL)
    return ERR_MEMORY;
  c->head = head;
  c->head->text = c->p;
  c->tokens = &head->place + TOKENS_BEFORE;
  c->cap = cap;
  return 0;
}

/* Make tokens up to |end|.  When that is just past a string's first quote, jsmn
 * stops at the quote with JSMN_ERROR_PART, and at once: at a text's end it would
 * look through all tokens for one that is open. */
static int make_tokens(struct check *c, size_t end) {
  int e = reserve_tokens(c);
  if (e == 0)
    jsmn_parse(&c->jsmn, c->p, end, c->tokens, (unsigned)c->cap);
  return e;
}

/* Insert the token of the string from |first| to |last| (its quotes) by hand, the
 * way jsmn_parse_string() does. */
static int step_over(struct check *c, size_t first, size_t last, int type) {
  int e = make_tokens(c, first + 1);
  if (e < 0)
    return e;
  jsmn_parser *jsmn = &c->jsmn;
  jsmntok_t *token = jsmn_alloc_token(jsmn, c->tokens, c->cap);
  if (token == NULL)
    return ERR_MEMORY;
  jsmn_fill_token(token, (jsmntype_t)type, (int)first + 1, (int)last);
  token->parent = jsmn->toksuper;
  if (jsmn->toksuper != -1)
    c->tokens[jsmn->toksuper].size++;
  jsmn->pos = (unsigned)last + 1;
  return 0;
}

/* Say in every |parent| where its token stands.  Backwards: |parent| of what
 * comes before is still jsmn's when it is asked for. */
static void number_tokens(jsmntok_t *tokens, size_t count) {
  for (size_t i = count; i-- > 0;) {
    int parent = tokens[i].parent;
    bool member = parent >= 0 && json_token_is_string(&tokens[parent]);
    if (member)
      parent = tokens[parent].parent;
    size_t next = (size_t)tokens[i].size;
    bool more = next < count && tokens[next].start < (parent >= 0 ? tokens[parent].end : 0);
    tokens[i].parent =
        (int)(i + 1) << 2 | (member ? JSON_TOKEN_MEMBER : 0) | (more ? JSON_TOKEN_MORE : 0);
  }
}

/* Turn every |size| into the token after the subtree.  Backwards, so that the
 * first child to report to its parent is the last one. */
static void link_tokens(jsmntok_t *tokens, size_t count) {
  for (size_t i = 0; i < count; i++)
    tokens[i].size = 0;
  for (size_t i = count; i-- > 0;) {
    jsmntok_t *token = &tokens[i];
    if (token->size == 0)
      token->size = (int)i + 1;
    if (token->parent >= 0 && tokens[token->parent].size == 0)
      tokens[token->parent].size = token->size;
  }
  number_tokens(tokens, count);
}

/* ---- the check ---- */

static int count_value(struct check *c) {
  if (c->values == JSON_VALUES_MAX)
    return ERR_JSON_VALUES;
  c->values++;
  return 0;
}

/* A \u escape at |*at|, and the one after it when they are a pair. */
static int check_unicode(struct check *c, size_t *at) {
  size_t first = *at;
  for (size_t i = first + 2; i < first + 6; i++)
    if (i == c->n || scan_hex(c->p + i, 1) < 0)
      return fault(c, i, ERR_JSON_SYNTAX);
  int32_t code = scan_hex(c->p + first + 2, 4);
  *at = first + 6;
  if (code < 0xD800 || code > 0xDFFF)
    return 0;
  const char *next = c->p + *at;
  if (code < 0xDC00 && c->n - *at >= 6 && next[0] == '\\' && next[1] == 'u' &&
      (scan_hex(next + 2, 4) & ~0x3FF) == 0xDC00) {
    *at += 6;
    return 0;
  }
  return c->lenient ? 0 : fault(c, first, ERR_JSON_SURROGATE);
}

static int check_escape(struct check *c, size_t *at) {
  switch (*at + 1 < c->n ? c->p[*at + 1] : '\0') {
  case 'u':
    return check_unicode(c, at);
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
    return fault(c, *at + 1, ERR_JSON_SYNTAX);
  }
}

static int check_string(struct check *c) {
  size_t first = c->at, at = first + 1;
  int type = JSON_TOKEN_PLAIN;
  for (;;) {
    if (at < c->n && c->p[at] != '\\') /* escapes like company */
      at += scan_text(c->p + at, c->n - at);
    if (at == c->n)
      return fault(c, at, ERR_JSON_SYNTAX);
    if (c->p[at] == '"')
      break;
    if ((signed char)c->p[at] < 0 && c->lenient) {
      at += (size_t)-scan_utf8(c->p + at, c->n - at);
      type = JSON_TOKEN_BROKEN;
      continue;
    }
    if (c->p[at] != '\\')
      return fault(c, at, (signed char)c->p[at] < 0 ? ERR_JSON_UTF8 : ERR_JSON_SYNTAX);
    if (type == JSON_TOKEN_PLAIN)
      type = JSMN_STRING;
    int e = check_escape(c, &at);
    if (e < 0)
      return e;
  }
  int e = count_value(c);
  if (e == 0 && (at - first > STEP_OVER || type == JSON_TOKEN_BROKEN))
    e = step_over(c, first, at, type);
  if (e == 0)
    c->at = at + 1;
  return e;
}

static int check_literal(struct check *c, struct str word) {
  for (size_t i = 1; i < word.n; i++)
    if (c->at + i == c->n || c->p[c->at + i] != word.p[i])
      return fault(c, c->at + i, ERR_JSON_SYNTAX);
  int e = count_value(c);
  if (e == 0)
    c->at += word.n;
  return e;
}

/* Pass digits; false when there is none. */
static bool check_digits(const struct check *c, size_t *at) {
  size_t first = *at;
  while (*at < c->n && c->p[*at] >= '0' && c->p[*at] <= '9')
    ++*at;
  return *at > first;
}

static bool is_at(const struct check *c, size_t at, char one, char other) {
  return at < c->n && (c->p[at] == one || c->p[at] == other);
}

static int check_number(struct check *c) {
  size_t at = c->at;
  at += is_at(c, at, '-', '-');
  if (is_at(c, at, '0', '0'))
    at++;
  else if (!check_digits(c, &at))
    return fault(c, at, ERR_JSON_SYNTAX);
  if (is_at(c, at, '.', '.') && (at++, !check_digits(c, &at)))
    return fault(c, at, ERR_JSON_SYNTAX);
  if (is_at(c, at, 'e', 'E')) {
    at++;
    at += is_at(c, at, '+', '-');
    if (!check_digits(c, &at))
      return fault(c, at, ERR_JSON_SYNTAX);
  }
  int e = count_value(c);
  if (e == 0)
    c->at = at;
  return e;
}

static int open_container(struct check *c, bool object) {
  if (c->depth == JSON_DEPTH_MAX)
    return ERR_JSON_DEPTH;
  int e = count_value(c);
  if (e < 0)
    return e;
  c->in_object[c->depth++] = object;
  c->place = object ? PLACE_MEMBER : PLACE_ELEMENT;
  c->at++;
  return 0;
}

static void close_container(struct check *c) {
  c->depth--;
  c->place = c->depth > 0 ? PLACE_AFTER : PLACE_END;
  c->at++;
}

static int check_scalar(struct check *c) {
  switch (c->p[c->at]) {
  case 't':
    return check_literal(c, STR("true"));
  case 'f':
    return check_literal(c, STR("false"));
  case 'n':
    return check_literal(c, STR("null"));
  default:
    return check_number(c);
  }
}

static int check_value(struct check *c) {
  char first = c->p[c->at];
  if (first == '{' || first == '[')
    return open_container(c, first == '{');
  if (first != '"' && c->depth == 0)
    return ERR_JSON_SYNTAX;
  int e = first == '"' ? check_string(c) : check_scalar(c);
  c->place = c->depth > 0 ? PLACE_AFTER : PLACE_END;
  return e;
}

static int check_element(struct check *c) {
  if (c->p[c->at] != ']')
    return check_value(c);
  close_container(c);
  return 0;
}

static int check_key(struct check *c) {
  if (c->p[c->at] != '"')
    return ERR_JSON_SYNTAX;
  c->place = PLACE_COLON;
  return check_string(c);
}

static int check_member(struct check *c) {
  if (c->p[c->at] != '}')
    return check_key(c);
  close_container(c);
  return 0;
}

static int check_colon(struct check *c) {
  if (c->p[c->at] != ':')
    return ERR_JSON_SYNTAX;
  c->place = PLACE_VALUE;
  c->at++;
  return 0;
}

static int check_after(struct check *c) {
  bool object = c->in_object[c->depth - 1];
  if (c->p[c->at] == (object ? '}' : ']')) {
    close_container(c);
    return 0;
  }
  if (c->p[c->at] != ',')
    return ERR_JSON_SYNTAX;
  c->place = object ? PLACE_KEY : PLACE_VALUE;
  c->at++;
  return 0;
}

static int check_next(struct check *c) {
  switch (c->place) {
  case PLACE_VALUE:
    return check_value(c);
  case PLACE_ELEMENT:
    return check_element(c);
  case PLACE_MEMBER:
    return check_member(c);
  case PLACE_KEY:
    return check_key(c);
  case PLACE_COLON:
    return check_colon(c);
  case PLACE_AFTER:
    return check_after(c);
  case PLACE_END:
    break;
  }
  return ERR_JSON_SYNTAX;
}

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int check_text(struct check *c) {
  for (;;) {
    while (c->at < c->n && is_space(c->p[c->at]))
      c->at++;
    if (c->at == c->n)
      return c->place == PLACE_END ? 0 : ERR_JSON_SYNTAX;
    int e = check_next(c);
    if (e < 0)
      return e;
  }
}

/* ---- */

static int parse(struct json *json, struct check *c, size_t *where) {
  jsmn_init(&c->jsmn);
  int e = c->n > INT32_MAX ? ERR_MEMORY : check_text(c); /* jsmn counts in int */
  if (e == 0)
    e = make_tokens(c, c->n);
  if (e < 0) {
    arena_give(c->arena, c->head, token_bytes(c->cap));
    *where = c->at;
    return e;
  }
  link_tokens(c->tokens, c->values);
  *json = (struct json){str_of(c->p, c->n), c->tokens, c->values};
  return 0;
}

int json_parse(struct json *json, struct arena *arena, struct str text, size_t *where) {
  struct check c = {.p = text.p, .n = text.n, .arena = arena};
  return parse(json, &c, where);
}

int json_parse_lenient(struct json *json, struct arena *arena, struct str text, size_t *where) {
  struct check c = {.p = text.p, .n = text.n, .arena = arena, .lenient = true};
  return parse(json, &c, where);
}

int json_is_object(struct str text) {
  struct arena scratch;
  struct json json;
  size_t where;
  arena_init(&scratch);
  int err = json_parse(&json, &scratch, text, &where);
  bool object = err == 0 && json_type(json_root(&json)) == JSON_OBJECT;
  arena_drop(&scratch);
  return err == ERR_MEMORY ? err : object;
}
