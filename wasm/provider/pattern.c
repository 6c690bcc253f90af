/* pattern.c -- see pattern.h. */
#include "provider/pattern.h"

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool starts_with(struct str text, struct str piece) {
  for (size_t i = 0; i < piece.n; i++)
    if (i >= text.n || lower(text.p[i]) != piece.p[i])
      return false;
  return true;
}

/* Move |*text| behind the first |piece| in it; false when there is none. */
static bool skip_past(struct str *text, struct str piece) {
  for (size_t at = 0; at + piece.n <= text->n; at++) {
    if (starts_with(str_from(*text, at), piece)) {
      *text = str_from(*text, at + piece.n);
      return true;
    }
  }
  return false;
}

bool pattern_fits(struct str pattern, struct str text) {
  bool from_start = str_starts(pattern, STR("^")), to_end = str_ends(pattern, STR("$"));
  struct str rest = str_part(pattern, from_start, pattern.n - from_start - to_end), piece;
  text = str_trim(text);
  while (str_cut(&rest, '*', &piece)) {
    if (from_start && !starts_with(text, piece))
      return false;
    from_start = false;
    if (!skip_past(&text, piece))
      return false;
  }
  return !to_end || text.n == 0;
}
