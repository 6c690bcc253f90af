/* head.h -- request lines and headers as text: read them, write them.
 *
 * A head is a first line and "name: value" lines, LF after each.
 */
#ifndef TEXT_HEAD_H
#define TEXT_HEAD_H

#include "base/buf.h"
#include "base/str.h"

struct head {
  struct str method;
  struct str path;    /* as sent, without the query */
  struct str query;   /* behind the '?' */
  struct str headers; /* the lines after the first */
};

/* Parse a request line "POST /v1/responses?a=b" and the headers behind it; borrows |text|. 0, or
 * ERR_HEAD. */
int head_parse(struct str text, struct head *out) __attribute__((warn_unused_result));

/* The value of the first header of that name, in any case; empty when there
 * is none. */
struct str head_find(struct str headers, struct str name);

/* The value of "name=value" in a query, still with %XX; empty when there is none. */
struct str head_query(struct str query, struct str name);

/* The number of "name=7" in a query; |otherwise| when there is none. */
int64_t head_query_integer(struct str query, struct str name, int64_t otherwise);

/* The text of "name=text" in a query, unchanged; empty when there is none. */
struct str head_query_text(struct str query, struct str name);

/* |s| with every %XX decoded, in |arena|; unchanged when memory is out. */
struct str head_decode(struct str s, struct arena *arena);

/* Put a header line. Puts nothing when the value has a control character such as CR or LF. */
void head_put(struct buf *out, struct str name, struct str value);
void head_put_integer(struct buf *out, struct str name, int64_t value);

#endif
