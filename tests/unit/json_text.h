/* json_text.h -- JSON in a test's source, with ' where JSON has ". */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <string.h>

#include "base/arena.h"
#include "text/json.h"

/* |text| as JSON, in |arena|. */
static inline struct str json_text(struct arena *arena, const char *text) {
  struct str s = arena_copy(arena, str_of(text, strlen(text)));
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] == '\'')
      ((char *)(uintptr_t)s.p)[i] = '"';
  return s;
}

/* |text|, JSON, parsed into |json|; JSON_ABSENT when it is none. */
static inline struct json_value json_parsed(struct json *json, struct arena *arena,
                                            struct str text) {
  size_t where;
  return json_parse(json, arena, text, &where) == 0 ? json_root(json) : JSON_ABSENT;
}

#endif
