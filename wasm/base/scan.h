/* scan.h -- look over many bytes at once: ends of lines and strings, UTF-8.
 *
 * Lengths go in and lengths come out: |n| when the whole was looked over.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes stand before the first |a| or |b|. */
size_t scan_until(const char *p, size_t n, char a, char b);

/* How many bytes stand before the first |what|, of |length| bytes. */
size_t scan_find(const char *p, size_t n, const char *what, size_t length);

/* Are the |n| bytes at |p| and at |q| the same? */
bool scan_equal(const char *p, const char *q, size_t n);

/* How many bytes can stand in a JSON string as they are: well-formed UTF-8
 * without control characters, quotes and backslashes. */
size_t scan_text(const char *p, size_t n);

/* How many bytes the inside of a JSON string has as far as it is as scan_text() wants
 * it, or escaped by a backslash and one letter; |*escaped| is set when there is such an
 * escape.  It ends at the closing quote, at \u, or at what is not JSON. */
size_t scan_string(const char *p, size_t n, bool *escaped);

/* As scan_until() and scan_text(), and what is passed over is copied to |to|: cheaper than to copy
 * it afterwards, for ends that are near.  |to| has room for |n| bytes, and each of them may be
 * written to. */
size_t scan_copy_until(char *to, const char *p, size_t n, char a, char b);
size_t scan_copy_text(char *to, const char *p, size_t n);

/* The UTF-8 sequence that |p| begins with (|n| > 0): its length when it is well
 * formed, else minus the length of what one U+FFFD is to stand for. */
int scan_utf8(const char *p, size_t n);

/* Write |code| as UTF-8, at most 4 bytes; a surrogate as U+FFFD.  The length. */
size_t scan_put_utf8(char *to, uint32_t code);

/* The value of |n| hexadecimal digits, 4 at most; -1 when they are none. */
int32_t scan_hex(const char *p, size_t n);

#endif
