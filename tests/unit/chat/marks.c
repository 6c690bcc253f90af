/* marks.c -- tests of wasm/chat/marks.c. */
#include "chat/marks.h"

#include <string.h>

#include "unit/unit.h"

static struct arena arena;

static const struct {
  const char *text;
  struct str name;
  int place;
} rows[] = {
    {"", STR_INIT("a"), -1},
    {"one [a] two [b][a]", STR_INIT("a"), 4},
    {"one [a] two [b][a]", STR_INIT("b"), 12},
    {"one [a] two", STR_INIT("c"), -1},
    {"one [a two", STR_INIT("a"), -1},
    {"[x[a]", STR_INIT("a"), 2},
    {"[]", STR_INIT(""), -1},
    {"\xC3\xA4\xE4\xBD\xA0[ref_1]", STR_INIT("ref_1"), 2},
    {"[0123456789012345678901234567890123456789012345678901234567890123456789] [a]", STR_INIT("a"),
     73},
    {"[0123456789012345678901234567890123456789012345678901234567890123456789", STR_INIT("a"), -1},
};

/* The place must not depend on where the text was cut when it was looked at. */
int main(void) {
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct str text = str_of(rows[i].text, strlen(rows[i].text));
    for (size_t cut = 0; cut <= text.n; cut++) {
      struct chat_marks m;
      chat_marks_init(&m, &arena);
      if (cut < text.n && ((unsigned char)text.p[cut] & 0xC0) == 0x80)
        continue; /* within a character */
      CHECK(chat_marks_read(&m, str_part(text, 0, cut)));
      CHECK(chat_marks_read(&m, text));
      CHECK_INT(chat_marks_find(&m, rows[i].name), rows[i].place);
      CHECK_INT(m.characters + (int64_t)str_characters(str_from(text, m.read)),
                (int64_t)str_characters(text));
    }
  }
  arena_drop(&arena);
  return unit_done();
}
