/* marks.h -- find the marks in a text, such as "[ref_1]", at which a source is cited.
 *
 * The growing text is read only once, for any number of sources.
 */
#ifndef CHAT_MARKS_H
#define CHAT_MARKS_H

#include <stdint.h>

#include "base/map.h"

enum { MARK_MAX = 64 }; /* bytes between the brackets */

struct chat_marks {
  struct map places;
  size_t read;        /* bytes read so far */
  int64_t characters; /* characters in these bytes */
};

void chat_marks_init(struct chat_marks *m, struct arena *arena);

/* Read the new end of |text|, whose beginning has been read before. False when memory is out. */
bool chat_marks_read(struct chat_marks *m, struct str text) __attribute__((warn_unused_result));

/* The number of characters before the first "[|name|]"; -1 when there is none. */
int64_t chat_marks_find(const struct chat_marks *m, struct str name);

#endif
