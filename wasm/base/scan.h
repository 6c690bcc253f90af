/* scan.h -- find the ends of lines and strings, and check UTF-8, many bytes at a time.
 *
 * The functions return how many bytes come before what they look for; |n| when it is not there.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes before the first |a| or |b|. */
size_t scan_until(const char *p, size_t n, char a, char b);

/* The bytes before the first |what|, of |length| bytes. */
size_t scan_find(const char *p, size_t n, const char *what, size_t length);

/* Are the |n| bytes at |p| and at |q| the same? */
bool scan_equal(const char *p, const char *q, size_t n);

/* The bytes that a JSON string may hold unescaped: well-formed UTF-8 without control characters,
 * quotes and backslashes. */
size_t scan_text(const char *p, size_t n);

/* The bytes inside a JSON string up to the closing quote, a \u escape or an error; |*escaped| is
 * set when there is an escape of one letter among them. */
size_t scan_string(const char *p, size_t n, bool *escaped);

/* As scan_until() and scan_text(), but the bytes are also copied to |to|: cheaper than copying them
 * afterwards when they are few. |to| has room for |n| bytes, all of which may be overwritten. */
size_t scan_copy_until(char *to, const char *p, size_t n, char a, char b);
size_t scan_copy_text(char *to, const char *p, size_t n);

/* The length of the UTF-8 sequence that |p| begins with (|n| > 0); when it is not well formed,
 * minus the number of bytes that one U+FFFD replaces. */
int scan_utf8(const char *p, size_t n);

/* Write |code| as UTF-8, at most 4 bytes, a surrogate as U+FFFD. Returns the length. */
size_t scan_put_utf8(char *to, uint32_t code);

/* The value of |n| hexadecimal digits, 4 at most; -1 when they are none. */
int32_t scan_hex(const char *p, size_t n);

#endif
