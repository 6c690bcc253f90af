/* marks.h -- where a text has its marks: "[ref_1]", by which a source is cited.
 *
 * The text is read once as it grows, however many sources it has.
 */
#ifndef CHAT_MARKS_H
#define CHAT_MARKS_H

#include <stdint.h>

#include "base/map.h"

enum { MARK_MAX = 64 }; /* bytes between the brackets */

struct chat_marks {
  struct map places;
  size_t read;        /* bytes of the text that have been read */
  int64_t characters; /* in them */
};

void chat_marks_init(struct chat_marks *m, struct arena *arena);

/* |text| is what was read before and what has come since.  False when memory is out. */
bool chat_marks_read(struct chat_marks *m, struct str text) __attribute__((warn_unused_result));

/* How many characters of |text| stand before the first "[|name|]"; -1 when there is none. */
int64_t chat_marks_find(const struct chat_marks *m, struct str name);

#endif
