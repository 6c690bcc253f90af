/* custom_input.c -- see custom_input.h.
 *
 * A model's JSON is not always valid: line ends and unknown escapes within the string are taken
 * literally, since a patch or a script with a flaw is better than none.
 */
#include "item/custom_input.h"

#include "base/scan.h"

static void put_held(struct custom_input *c, struct buf *out) {
  buf_put(out, str_of(c->hold, c->held));
  c->held = 0;
}

/* ---- the front ---- */

static struct str skip_spaces(struct str s) {
  while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\n' || s.p[0] == '\r' || s.p[0] == '\t'))
    s = str_from(s, 1);
  return s;
}

/* Is |s| {"input":" or a beginning of it? |*whole| is set when it is complete. */
static bool read_front(struct str s, bool *whole) {
  static const struct str words[] = {STR_INIT("{"), STR_INIT("\"input\""), STR_INIT(":"),
                                     STR_INIT("\"")};
  *whole = false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    s = skip_spaces(s);
    struct str front = str_part(s, 0, words[i].n);
    if (!str_starts(words[i], front))
      return false;
    if (front.n < words[i].n)
      return true;
    s = str_from(s, front.n);
  }
  *whole = true;
  return true;
}

static void feed_front(struct custom_input *c, char byte, struct buf *out) {
  bool whole;
  c->hold[c->held++] = byte;
  if (!read_front(str_of(c->hold, c->held), &whole) || c->held == CUSTOM_INPUT_HELD_MAX) {
    c->place = CUSTOM_INPUT_RAW;
    put_held(c, out);
  } else if (whole) {
    c->place = CUSTOM_INPUT_TEXT;
    c->held = 0;
  }
}

/* ---- escapes ---- */

/* Is |s| \uXXXX or a beginning of it? */
static bool is_unicode(struct str s) {
  return str_starts(STR("\\u"), str_part(s, 0, 2)) && (s.n < 3 || scan_hex(s.p + 2, s.n - 2) >= 0);
}

static void put_code(struct buf *out, uint32_t code) {
  char utf8[4];
  buf_put(out, str_of(utf8, scan_put_utf8(utf8, code)));
}

static size_t put_named(struct buf *out, struct str s) {
  static const char named[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
  for (size_t i = 0; i < sizeof named - 1; i += 2)
    if (s.p[1] == named[i]) {
      buf_put_byte(out, named[i + 1]);
      return 2;
    }
  buf_put(out, s);
  return 2;
}

/* |s| is \uXXXX, and of a surrogate pair as much of the second half as has arrived. */
static size_t put_unicode(struct buf *out, struct str s, bool more) {
  uint32_t code = (uint32_t)scan_hex(s.p + 2, 4);
  struct str second = str_from(s, 6);
  bool pair = (code & ~0x3FFu) == 0xD800 && is_unicode(second);
  if (pair && second.n < 6 && more)
    return 0;
  uint32_t low = pair && second.n == 6 ? (uint32_t)scan_hex(second.p + 2, 4) : 0;
  pair = (low & ~0x3FFu) == 0xDC00;
  put_code(out, pair ? 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF) : code);
  return pair ? 12 : 6;
}

/* Put the character of the escape at the front of |s|. Returns the length of the escape; 0 when it
 * may be incomplete and |more| can follow. */
static size_t put_escape(struct buf *out, struct str s, bool more) {
  if (s.n > 1 && s.p[1] != 'u')
    return put_named(out, s);
  bool good = is_unicode(str_part(s, 0, 6));
  if (good && s.n >= 6)
    return put_unicode(out, s, more);
  if (good && more)
    return 0;
  size_t n = good ? s.n : s.n - 1; /* without the last byte, which may be the closing quote */
  buf_put(out, str_part(s, 0, n));
  return n;
}

/* ---- */

static void feed_byte(struct custom_input *c, char byte, struct buf *out) {
  if (c->held == 0 && byte != '\\') {
    if (byte == '"')
      c->place = CUSTOM_INPUT_OVER;
    else
      buf_put_byte(out, byte);
    return;
  }
  c->hold[c->held++] = byte;
  size_t n = put_escape(out, str_of(c->hold, c->held), true);
  size_t rest = n > 0 ? c->held - n : 0;
  if (n == 0)
    return;
  c->held = 0;
  for (size_t i = 0; i < rest && c->place == CUSTOM_INPUT_TEXT; i++)
    feed_byte(c, c->hold[n + i], out); /* writes before where it reads */
}

/* Put the bytes that need no decoding. Returns their number. */
static size_t feed_run(struct custom_input *c, struct str piece, struct buf *out) {
  size_t n = 0;
  if (c->place == CUSTOM_INPUT_RAW || c->place == CUSTOM_INPUT_OVER)
    n = piece.n;
  else if (c->place == CUSTOM_INPUT_TEXT && c->held == 0)
    n = scan_until(piece.p, piece.n, '"', '\\');
  if (c->place != CUSTOM_INPUT_OVER)
    buf_put(out, str_part(piece, 0, n));
  return n;
}

void custom_input_feed(struct custom_input *c, struct str piece, struct buf *out) {
  while (piece.n > 0) {
    size_t n = feed_run(c, piece, out);
    piece = str_from(piece, n);
    if (piece.n == 0)
      return;
    if (c->place == CUSTOM_INPUT_FRONT)
      feed_front(c, piece.p[0], out);
    else if (c->place == CUSTOM_INPUT_TEXT)
      feed_byte(c, piece.p[0], out);
    else
      continue;
    piece = str_from(piece, 1);
  }
}

void custom_input_end(struct custom_input *c, struct buf *out) {
  struct str held = str_of(c->hold, c->held);
  while (c->place == CUSTOM_INPUT_TEXT && held.n > 0) {
    size_t n = put_escape(out, held, false);
    held = str_from(held, n > 0 ? n : 1);
  }
  buf_put(out, held);
  c->held = 0;
  c->place = CUSTOM_INPUT_OVER;
}
