#include "chat/marks.h"

struct place {
  int64_t characters;
};

void chat_marks_init(struct chat_marks *m, struct arena *arena) {
  *m = (struct chat_marks){0};
  map_init(&m->places, arena);
}

static bool keep(struct chat_marks *m, struct str name) {
  struct map_key key = {STR_NONE, name};
  if (map_find(&m->places, key) != NULL)
    return true;
  struct place *place = arena_take(m->places.arena, sizeof *place);
  key.name = arena_copy(m->places.arena, name); /* copied, since the text may move when it grows */
  if (place == NULL || (key.name.p == NULL && name.n > 0))
    return false;
  place->characters = m->characters;
  return map_put(&m->places, key, place);
}

/* The length of the name behind the bracket at the front of |s|; |s|.n when more text is needed to
 * know it, 0 when it is no mark. */
static size_t name_length(struct str s) {
  for (size_t i = 1; i < s.n && i <= MARK_MAX + 1; i++) {
    if (s.p[i] == ']')
      return i - 1;
    if (s.p[i] == '[')
      return 0;
  }
  return s.n > MARK_MAX + 1 ? 0 : s.n;
}

bool chat_marks_read(struct chat_marks *m, struct str text) {
  while (m->read < text.n) {
    struct str rest = str_from(text, m->read);
    size_t run = str_find_byte(rest, '[');
    run = run == STR_NOWHERE ? rest.n : run;
    m->characters += (int64_t)str_characters(str_part(rest, 0, run));
    m->read += run;
    rest = str_from(rest, run);
    size_t n = rest.n > 0 ? name_length(rest) : 0;
    if (rest.n == 0 || n == rest.n)
      return true;
    if (n > 0 && !keep(m, str_part(rest, 1, n)))
      return false;
    m->read++;
    m->characters++;
  }
  return true;
}

int64_t chat_marks_find(const struct chat_marks *m, struct str name) {
  const struct place *place = map_find(&m->places, (struct map_key){STR_NONE, name});
  return place != NULL && name.n > 0 ? place->characters : -1;
}
