/* json.h -- JSON: strict reading into tokens, and writing into a buf.
 *
 * Reading: json_parse() checks a whole text (RFC 8259, plus the limits of
 * limits.h and no lone surrogates) and keeps borrowing it; values are small
 * handles that are passed by value.  An absent value is an ordinary value of
 * type JSON_NONE, so that look-ups chain without checks in between.
 * Numbers keep their text: 0.50 is written back as 0.50.
 *
 * Writing: every json_put_ first puts a comma if the last byte of the buf requires one.
 */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum json_type {
  JSON_NONE, /* there is no such value */
  JSON_NULL,
  JSON_BOOL,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT,
};

struct json {
  struct str text; /* borrowed: must outlive every value */
  void *tokens;    /* private to json.c */
  size_t count;    /* keys and values */
};

/* Only one pointer: WebAssembly then passes and returns it as a number, and not through memory. */
struct json_value {
  const struct json_token *token; /* see json_tokens.h; NULL = absent */
};

#define JSON_ABSENT ((struct json_value){NULL})

/* Check |text| and make |json| of it, with tokens in |arena|.  0, or
 * ERR_JSON_SYNTAX, ERR_JSON_UTF8, ERR_JSON_SURROGATE, ERR_JSON_DEPTH,
 * ERR_JSON_VALUES (keys count too), ERR_MEMORY; then |*where| is the byte offset
 * of the first fault: of the byte that cannot stand there (the text's length when
 * it ends too early), of the first byte of broken UTF-8, of a surrogate's escape.
 * The root may be any value but a bare number, true, false or null. */
int json_parse(struct json *json, struct arena *arena, struct str text, size_t *where)
    __attribute__((warn_unused_result));

/* As json_parse(), for upstreams' texts: lone surrogate escapes and broken UTF-8 within strings are
 * accepted, and json_string() replaces them by U+FFFD. */
int json_parse_lenient(struct json *json, struct arena *arena, struct str text, size_t *where)
    __attribute__((warn_unused_result));

/* 1 when |text| is a JSON object, 0 when it is not, or ERR_MEMORY. */
int json_is_object(struct str text) __attribute__((warn_unused_result));

/* As json_parse(), but of the root's members that have one of |n| |names|, arrays
 * and objects are checked without keeping their children: json_first() finds none,
 * json_items_open() reads an array's one by one.  The items of a conversation then take no memory.
 */
int json_parse_deferred(struct json *json, struct arena *arena, struct str text,
                        const struct str *names, size_t n, size_t *where)
    __attribute__((warn_unused_result));

struct json_value json_root(const struct json *json);
enum json_type json_type(struct json_value v);

/* Is there such a value? */
static inline bool json_exists(struct json_value v) {
  return v.token != NULL;
}

/* True for JSON_NONE and JSON_NULL: most fields of the APIs treat both alike. */
bool json_absent(struct json_value v);

/* The member |key| of an object, the last one if it is there twice; JSON_NONE
 * when there is none or |object| is no object. */
struct json_value json_find(struct json_value object, struct str key);

/* Children in order: elements of an array, or the values of an object's
 * members.  JSON_NONE at the end. */
struct json_value json_first(struct json_value container);
struct json_value json_next(struct json_value child);

/* Is |v| a container whose children were not kept? */
bool json_is_deferred(struct json_value v);

/* The elements of an array in order, whether or not it was deferred. */
struct json_items {
  struct json_value next; /* not deferred: the next one */
  struct arena *arena;    /* deferred: where its tokens are put */
  const char *text;       /* the text that json_where() counts from */
  struct str rest;        /* of the array */
};

void json_items_open(struct json_items *items, struct json_value array, struct arena *arena);

/* 1 and the next element, which lives in the arena if the array was deferred; 0 at the
 * end; ERR_MEMORY or ERR_JSON_VALUES. */
int json_items_next(struct json_items *items, struct json_value *item)
    __attribute__((warn_unused_result));

/* Is a container empty? Works for deferred ones, too. */
bool json_is_empty(struct json_value container);

/* How many children a container has. */
size_t json_count(struct json_value container);

/* The key of an object's member, by its value: source text between the quotes,
 * escapes left as they are.  Compare with json_key_is(). */
struct str json_key(struct json_value member);
bool json_key_is(struct json_value member, struct str key);

/* A string's content, unescaped: borrows the text when there is nothing to
 * unescape, else lives in |arena|.  False when |v| is no string or memory is
 * out; |*out| is then untouched. */
bool json_string(struct json_value v, struct arena *arena, struct str *out)
    __attribute__((warn_unused_result));

/* A string's content as it is in the text, to be put into JSON again: escapes are kept, and
 * |*escaped| is set when there are any. False when |v| is no string, or one that only json_string()
 * can repair. */
bool json_content(struct json_value v, struct str *out, bool *escaped);

/* The result of json_content(), unescaped. */
bool json_unescape(struct str content, struct arena *arena, struct str *out)
    __attribute__((warn_unused_result));

/* As json_string(), for one piece of a text that was cut anywhere: a first half of a surrogate pair
 * at its end is kept in |*half| (0: none) and joined with the second half at the start of the next
 * piece; if that is missing, the next piece begins with U+FFFD. */
bool json_string_piece(struct json_value v, struct arena *arena, uint32_t *half, struct str *out)
    __attribute__((warn_unused_result));

/* True when |v| is a string that equals |s|. */
bool json_is(struct json_value v, struct str s);

/* As str_row(), for the string |v|; and for the key of |member|. */
const void *json_row(struct json_value v, const void *rows, size_t size, size_t n);
const void *json_key_row(struct json_value member, const void *rows, size_t size, size_t n);
#define JSON_ROW(v, rows) json_row(v, rows, sizeof *(rows), sizeof(rows) / sizeof *(rows))
#define JSON_KEY_ROW(member, rows)                                                                 \
  json_key_row(member, rows, sizeof *(rows), sizeof(rows) / sizeof *(rows))

/* A boolean, or |otherwise| when |v| is none. */
bool json_bool(struct json_value v, bool otherwise);

/* A number; false when |v| is none, does not fit or (integer) has a fraction.
 * 1.0 and 1e3 are integers. */
bool json_integer(struct json_value v, int64_t *out);
bool json_number(struct json_value v, double *out);

/* The source text of any value, quotes and brackets included; and its offset
 * in json->text. */
struct str json_raw(struct json_value v);
size_t json_where(struct json_value v);

/* Line and column of an offset in |text|, both from 1; columns as editors count them, in UTF-16. */
void json_position(struct str text, size_t where, uint32_t *line, uint32_t *column);

void json_put_open(struct buf *b, char bracket);  /* '{' or '[' */
void json_put_close(struct buf *b, char bracket); /* '}' or ']' */
void json_put_key(struct buf *b, struct str key);
void json_put_string(struct buf *b, struct str s); /* UTF-8 in, invalid bytes become U+FFFD */
void json_put_integer(struct buf *b, int64_t value);
void json_put_number(struct buf *b, double value); /* up to 6 decimals, no exponent */
void json_put_bool(struct buf *b, bool value);
void json_put_null(struct buf *b);
/* Put |raw|, which is JSON; null when it is empty. Line ends between its tokens are removed. */
void json_put_raw(struct buf *b, struct str raw);
/* A value as it is in its text, as json_put_raw(); and a member of an object with its key. */
void json_put_value(struct buf *b, struct json_value v);
void json_put_member(struct buf *b, struct json_value member);

/* A key and its value. */
void json_put_member_string(struct buf *b, struct str key, struct str value);
void json_put_member_filled(struct buf *b, struct str key, struct str value); /* none if empty */
void json_put_member_integer(struct buf *b, struct str key, int64_t value);
void json_put_member_raw(struct buf *b, struct str key, struct str raw);
void json_put_member_value(struct buf *b, struct str key, struct json_value v);
void json_put_member_open(struct buf *b, struct str key, char bracket);

/* A string in pieces of whole characters: open, any number of json_put_text(),
 * close. */
void json_put_quote(struct buf *b); /* opens: comma when due, then '"' */
void json_put_text(struct buf *b, struct str s);
void json_put_unquote(struct buf *b); /* closes: '"' */

/* Put a result of json_content(). */
void json_put_content(struct buf *b, struct str content, bool escaped);

#endif
