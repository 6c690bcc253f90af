/* json_write.c -- JSON into a buf: see json.h. */
#include "base/scan.h"
#include "text/json.h"

/* A comma is due after what can end a value: a quote, a closing bracket, a digit,
 * the last letters of true, false and null. */
static bool comma_due(const struct buf *b) {
  if (b->n == 0)
    return false;
  char last = b->p[b->n - 1];
  return last == '"' || last == '}' || last == ']' || last == 'e' || last == 'l' ||
         (last >= '0' && last <= '9');
}

static void put_comma(struct buf *b) {
  if (comma_due(b))
    buf_put_byte(b, ',');
}

static void put_word(struct buf *b, struct str word) {
  put_comma(b);
  buf_put(b, word);
}

void json_put_open(struct buf *b, char bracket) {
  put_comma(b);
  buf_put_byte(b, bracket);
}

void json_put_close(struct buf *b, char bracket) {
  buf_put_byte(b, bracket);
}

/* Put |s| in quotes, and |after| behind it unless that is 0, if nothing in it has to be escaped.
 * Else puts nothing and returns false. */
static bool put_plain(struct buf *b, struct str s, char after) {
  enum { AROUND = 4 }; /* a comma, two quotes, |after| */
  if (s.n > SIZE_MAX - AROUND || b->error != 0 || s.n + AROUND > b->cap - b->n)
    return false;
  char *to = b->p + b->n;
  size_t n = 0;
  if (comma_due(b))
    to[n++] = ',';
  to[n++] = '"';
  if (s.n > 0 && scan_copy_text(to + n, s.p, s.n) < s.n)
    return false;
  n += s.n;
  to[n++] = '"';
  to[n] = after;
  b->n += n + (after != 0);
  return true;
}

void json_put_key(struct buf *b, struct str key) {
  if (put_plain(b, key, ':'))
    return;
  json_put_string(b, key);
  buf_put_byte(b, ':');
}

void json_put_string(struct buf *b, struct str s) {
  if (put_plain(b, s, 0))
    return;
  json_put_quote(b);
  json_put_text(b, s);
  json_put_unquote(b);
}

static void put_control(struct buf *b, char c) {
  static const char digits[] = "0123456789abcdef";
  buf_put(b, STR("\\u00"));
  buf_put_byte(b, digits[c >> 4]);
  buf_put_byte(b, digits[c & 15]);
}

/* Put the first character of |s| escaped. Returns how many bytes of |s| it was. */
static size_t put_escaped(struct buf *b, struct str s) {
  static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
  char c = s.p[0];
  if ((signed char)c < 0) {
    buf_put(b, STR("\xEF\xBF\xBD"));
    return (size_t)-scan_utf8(s.p, s.n);
  }
  for (size_t i = 0; i < sizeof named - 1; i += 2)
    if (c == named[i]) {
      buf_put_byte(b, '\\');
      buf_put_byte(b, named[i + 1]);
      return 1;
    }
  put_control(b, c);
  return 1;
}

void json_put_quote(struct buf *b) {
  put_comma(b);
  buf_put_byte(b, '"');
}

void json_put_text(struct buf *b, struct str s) {
  while (s.n > 0) {
    char *to = buf_room(b, s.n); /* with escapes it is at least as long */
    if (to == NULL)
      return;
    size_t run = scan_copy_text(to, s.p, s.n);
    buf_commit(b, run);
    s = str_from(s, run);
    if (s.n > 0)
      s = str_from(s, put_escaped(b, s));
  }
}

void json_put_content(struct buf *b, struct str content, bool escaped) {
  if (escaped)
    buf_put(b, content);
  else
    json_put_text(b, content);
}

void json_put_unquote(struct buf *b) {
  buf_put_byte(b, '"');
}

void json_put_integer(struct buf *b, int64_t value) {
  put_comma(b);
  buf_put_integer(b, value);
}

/* |fraction| is in millionths; trailing zeros are left out. */
static void put_fraction(struct buf *b, uint32_t fraction) {
  if (fraction == 0)
    return;
  char digits[7] = ".";
  size_t n = 0;
  for (size_t i = 6; i > 0; i--, fraction /= 10) {
    digits[i] = (char)('0' + fraction % 10);
    if (n == 0 && digits[i] != '0')
      n = i + 1;
  }
  buf_put(b, str_of(digits, n));
}

void json_put_number(struct buf *b, double value) {
  if (value - value != 0) { /* infinite or NaN: JSON has neither */
    json_put_null(b);
    return;
  }
  double size = value < 0 ? -value : value;
  unsigned zeros = 0;
  for (; size >= 1e18; zeros++)
    size /= 10;
  int64_t whole = (int64_t)size;
  uint32_t millionths = zeros > 0 ? 0 : (uint32_t)((size - (double)whole) * 1e6 + 0.5);
  whole += millionths / 1000000;
  millionths %= 1000000;
  put_comma(b);
  if (value < 0 && (whole > 0 || millionths > 0))
    buf_put_byte(b, '-');
  buf_put_integer(b, whole);
  while (zeros-- > 0)
    buf_put_byte(b, '0');
  put_fraction(b, millionths);
}

void json_put_bool(struct buf *b, bool value) {
  put_word(b, value ? STR("true") : STR("false"));
}

void json_put_null(struct buf *b) {
  put_word(b, STR("null"));
}

static bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || is_line_end(c);
}

/* Put the inside of a string. An upstream's may have line ends, which JSON forbids. */
static void put_string_part(struct buf *b, struct str s) {
  while (s.n > 0) {
    size_t run = scan_until(s.p, s.n, '\n', '\r');
    buf_put(b, str_part(s, 0, run));
    if (run < s.n)
      buf_put(b, s.p[run] == '\n' ? STR("\\n") : STR("\\r"));
    s = str_from(s, run + 1);
  }
}

/* The length of the string that |s| begins with, quotes included. */
static size_t string_length(struct str s) {
  size_t at = 1;
  while (at < s.n) {
    at += scan_until(s.p + at, s.n - at, '"', '\\');
    if (at >= s.n || s.p[at] == '"')
      break;
    at += 2;
  }
  return at < s.n ? at + 1 : s.n;
}

/* Put |raw| without the white space between its tokens. */
static void put_minified(struct buf *b, struct str raw) {
  while (raw.n > 0) {
    bool string = raw.p[0] == '"';
    size_t n = string ? string_length(raw) : 0;
    if (string)
      put_string_part(b, str_part(raw, 0, n));
    while (!string && n < raw.n && raw.p[n] != '"' && !is_space(raw.p[n]))
      n++;
    if (!string)
      buf_put(b, str_part(raw, 0, n));
    while (n < raw.n && is_space(raw.p[n]))
      n++;
    raw = str_from(raw, n);
  }
}

/* All on one line: it can become the data of an SSE frame, which ends at a line end. */
void json_put_raw(struct buf *b, struct str raw) {
  if (scan_until(raw.p, raw.n, '\n', '\r') == raw.n) {
    put_word(b, raw.n > 0 ? raw : STR("null"));
    return;
  }
  put_comma(b);
  put_minified(b, raw);
}

void json_put_value(struct buf *b, struct json_value v) {
  json_put_raw(b, json_raw(v));
}

void json_put_member(struct buf *b, struct json_value member) {
  json_put_quote(b);
  put_string_part(b, json_key(member));
  json_put_unquote(b);
  buf_put_byte(b, ':');
  json_put_value(b, member);
}

void json_put_member_string(struct buf *b, struct str key, struct str value) {
  json_put_key(b, key);
  json_put_string(b, value);
}

void json_put_member_filled(struct buf *b, struct str key, struct str value) {
  if (value.n > 0)
    json_put_member_string(b, key, value);
}

void json_put_member_integer(struct buf *b, struct str key, int64_t value) {
  json_put_key(b, key);
  json_put_integer(b, value);
}

void json_put_member_raw(struct buf *b, struct str key, struct str raw) {
  json_put_key(b, key);
  json_put_raw(b, raw);
}

void json_put_member_value(struct buf *b, struct str key, struct json_value v) {
  json_put_key(b, key);
  json_put_value(b, v);
}

void json_put_member_open(struct buf *b, struct str key, char bracket) {
  json_put_key(b, key);
  buf_put_byte(b, bracket);
}
