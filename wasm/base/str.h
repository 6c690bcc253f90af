/* str.h -- borrowed runs of bytes: compare, find, trim, cut.
 *
 * A struct str does not own its bytes.  |p| is not NUL-terminated, and may be NULL when |n| is 0.
 * No function here allocates.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
  const char *p;
  size_t n;
};

/* A string literal as a struct str; STR_INIT where C wants a constant. */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal)                                                                          \
  { "" literal, sizeof(literal) - 1 }
#define STR_NONE ((struct str){NULL, 0})

/* Not found, as an offset. */
#define STR_NOWHERE ((size_t)-1)

struct str str_of(const char *p, size_t n);

/* A string literal from a table with many: its pointer is half as long as a struct str. NULL is
 * empty. */
struct str str_literal(const char *literal);

/* Does |s| equal the literal, which is not NULL? */
bool str_is(struct str s, const char *literal);

/* The first of |n| rows of |size| bytes whose first member, a const char *, is a literal that
 * equals |s|; NULL when there is none. */
const void *str_row(struct str s, const void *rows, size_t size, size_t n);
#define STR_ROW(s, rows) str_row(s, rows, sizeof *(rows), sizeof(rows) / sizeof *(rows))

bool str_equal(struct str a, struct str b);

/* Equal, ignoring the case of ASCII letters. */
bool str_equal_nocase(struct str a, struct str b);

/* As str_equal(), in a time that depends only on the lengths: for secrets. */
bool str_equal_secret(struct str a, struct str b);

bool str_starts(struct str s, struct str with);
bool str_ends(struct str s, struct str with);

/* The offset of the first |what| in |s|, or STR_NOWHERE. */
size_t str_find(struct str s, struct str what);
size_t str_find_byte(struct str s, char c);

/* |s| from |at| on, |n| bytes at most; clipped to |s|. */
struct str str_part(struct str s, size_t at, size_t n);
struct str str_from(struct str s, size_t at);

/* The number of characters (code points) of |s|, which is UTF-8. */
size_t str_characters(struct str s);

/* |s| without spaces, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);

/* Cut |rest| at its first |sep|: |*piece| is what is before it, |*rest| what is behind it; without
 * |sep|, the piece is all of |rest|. False when |rest| was empty. */
bool str_cut(struct str *rest, char sep, struct str *piece);

/* A decimal integer that is all of |s|; false, and |*out| untouched, when it
 * is not one or does not fit. */
bool str_integer(struct str s, int64_t *out);

/* The edit distance of two names (insertions, deletions, substitutions, swaps of neighbours), at
 * most |limit| + 1: for "did you mean". */
unsigned str_distance(struct str a, struct str b, unsigned limit);

#endif
