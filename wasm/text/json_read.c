/* json_read.c -- the values of a parsed text: see json.h. */
#include "base/scan.h"
#include "text/json.h"
#include "text/json_tokens.h"

#include <string.h>

/* The content of a string token, between its quotes. */
static struct str content_of(const struct json_token *token) {
  return str_of(token->at + 1, json_token_length(token) - 2);
}

static bool is_string(const struct json_token *token) {
  return token != NULL && *token->at == '"';
}

struct json_value json_root(const struct json *json) {
  return json->count > 0 ? (struct json_value){json->tokens} : JSON_ABSENT;
}

enum json_type json_type(struct json_value v) {
  if (v.token == NULL)
    return JSON_NONE;
  switch (*v.token->at) {
  case '"':
    return JSON_STRING;
  case '{':
    return JSON_OBJECT;
  case '[':
    return JSON_ARRAY;
  case 'n':
    return JSON_NULL;
  case 't':
  case 'f':
    return JSON_BOOL;
  default:
    return JSON_NUMBER;
  }
}

bool json_absent(struct json_value v) {
  return v.token == NULL || *v.token->at == 'n';
}

struct json_value json_first(struct json_value container) {
  const struct json_token *token = container.token;
  if (token == NULL || !json_token_is_open(token) || json_token_length(token) == 2)
    return JSON_ABSENT;
  return (struct json_value){token + 1 + (*token->at == '{')};
}

bool json_is_deferred(struct json_value v) {
  return v.token != NULL && json_token_is_container(v.token) && !json_token_is_open(v.token);
}

/* The token of the key whose value |token| is, or NULL. */
static const struct json_token *key_of(const struct json_token *token) {
  return token != NULL && (token->span & JSON_TOKEN_MEMBER) != 0 ? token - 1 : NULL;
}

struct json_value json_next(struct json_value child) {
  const struct json_token *token = child.token;
  if (token == NULL || (token->span & JSON_TOKEN_MORE) == 0)
    return JSON_ABSENT;
  return (struct json_value){json_token_after(token) + ((token->span & JSON_TOKEN_MEMBER) != 0)};
}

bool json_is_empty(struct json_value container) {
  struct str raw = json_raw(container);
  if (!json_is_deferred(container))
    return !json_exists(json_first(container));
  size_t at = 1;
  while (raw.p[at] == ' ' || raw.p[at] == '\n' || raw.p[at] == '\t' || raw.p[at] == '\r')
    at++;
  return at == raw.n - 1;
}

size_t json_count(struct json_value container) {
  size_t n = 0;
  for (struct json_value v = json_first(container); v.token != NULL; v = json_next(v))
    n++;
  return n;
}

struct str json_key(struct json_value member) {
  const struct json_token *key = key_of(member.token);
  return key != NULL ? content_of(key) : STR_NONE;
}

/* ---- strings ---- */

enum { ESCAPE = 6, HIGH = 0xD800, LOW = 0xDC00 }; /* \uXXXX; the halves of a pair */

/* The surrogate that |text| begins with, if it is in the range that starts at |first|; else 0. */
static uint32_t half_at(struct str text, uint32_t first) {
  if (text.n < ESCAPE || !str_starts(text, STR("\\u")))
    return 0;
  uint32_t code = (uint32_t)scan_hex(text.p + 2, 4);
  return code >= first && code - first < 0x400 ? code : 0;
}

static uint32_t join(uint32_t high, uint32_t low) {
  return 0x10000 + ((high - HIGH) << 10) + (low - LOW);
}

static uint32_t read_unicode(struct str *rest) {
  uint32_t code = (uint32_t)scan_hex(rest->p + 2, 4);
  uint32_t high = half_at(*rest, HIGH);
  *rest = str_from(*rest, ESCAPE);
  uint32_t low = high > 0 ? half_at(*rest, LOW) : 0;
  if (low == 0)
    return code;
  *rest = str_from(*rest, ESCAPE);
  return join(high, low);
}

/* Decode the escape at the front of |rest|, which json_parse() has checked, into at most 4 bytes.
 * Returns their number. */
static size_t read_escape(struct str *rest, char *to) {
  static const char named[] = "b\bf\fn\nr\rt\t";
  char what = rest->p[1];
  if (what == 'u')
    return scan_put_utf8(to, read_unicode(rest));
  *to = what;
  for (size_t i = 0; i < sizeof named - 1; i += 2)
    if (what == named[i])
      *to = named[i + 1];
  *rest = str_from(*rest, 2);
  return 1;
}

static bool equals_unescaped(struct str raw, struct str s) {
  while (raw.n > 0) {
    char piece[4];
    size_t n;
    int width = scan_utf8(raw.p, raw.n);
    if (raw.p[0] == '\\') {
      n = read_escape(&raw, piece);
    } else if (width < 0) {
      n = scan_put_utf8(piece, 0xFFFD);
      raw = str_from(raw, (size_t)-width);
    } else {
      n = (size_t)width;
      memcpy(piece, raw.p, n);
      raw = str_from(raw, n);
    }
    if (!str_starts(s, str_of(piece, n)))
      return false;
    s = str_from(s, n);
  }
  return s.n == 0;
}

static bool token_equals(const struct json_token *token, struct str s) {
  if ((token->span & (JSON_TOKEN_ESCAPED | JSON_TOKEN_BROKEN)) != 0)
    return equals_unescaped(content_of(token), s);
  return json_token_length(token) == s.n + 2 && (s.n == 0 || memcmp(token->at + 1, s.p, s.n) == 0);
}

bool json_key_is(struct json_value member, struct str key) {
  const struct json_token *token = key_of(member.token);
  return token != NULL && token_equals(token, key);
}

struct json_value json_find(struct json_value object, struct str key) {
  struct json_value found = JSON_ABSENT;
  const struct json_token *token = object.token;
  if (token == NULL || *token->at != '{' || json_first(object).token == NULL)
    return found;
  const uint32_t odd = JSON_TOKEN_ESCAPED | JSON_TOKEN_BROKEN;
  for (token += 2;; token = json_token_after(token) + 1) {
    /* Most other keys differ in length. */
    uint32_t span = token[-1].span;
    if ((span == key.n + 2 || (span & odd) != 0) && token_equals(token - 1, key))
      found.token = token;
    if ((token->span & JSON_TOKEN_MORE) == 0)
      return found;
  }
}

static size_t unescape(char *to, struct str raw) {
  size_t n = 0;
  while (raw.n > 0) {
    size_t run = scan_copy_until(to + n, raw.p, raw.n, '\\', '\\');
    n += run;
    raw = str_from(raw, run);
    while (raw.n > 0 && raw.p[0] == '\\') /* escapes are often in groups */
      n += read_escape(&raw, to + n);
  }
  return n;
}

/* As unescape(), but broken UTF-8 becomes U+FFFD: the result is up to three times as long as |raw|.
 */
static size_t unescape_broken(char *to, struct str raw) {
  size_t n = 0;
  while (raw.n > 0) {
    size_t run = scan_copy_text(to + n, raw.p, raw.n);
    n += run;
    raw = str_from(raw, run);
    if (raw.n > 0 && raw.p[0] == '\\') {
      n += read_escape(&raw, to + n);
    } else if (raw.n > 0) {
      n += scan_put_utf8(to + n, 0xFFFD);
      raw = str_from(raw, (size_t)-scan_utf8(raw.p, raw.n));
    }
  }
  return n;
}

bool json_string(struct json_value v, struct arena *arena, struct str *out) {
  if (!is_string(v.token))
    return false;
  struct str raw = content_of(v.token);
  bool broken = (v.token->span & JSON_TOKEN_BROKEN) != 0;
  if (!broken && (v.token->span & JSON_TOKEN_ESCAPED) == 0) {
    *out = raw;
    return true;
  }
  char *to = arena_take(arena, broken ? 3 * raw.n : raw.n);
  if (to == NULL)
    return false;
  *out = str_of(to, broken ? unescape_broken(to, raw) : unescape(to, raw));
  return true;
}

/* The first half of a pair that |raw| ends with, or 0. */
static uint32_t half_at_end(struct str raw) {
  size_t at = raw.n < ESCAPE ? 0 : raw.n - ESCAPE, slashes = 0;
  while (slashes < at && raw.p[at - 1 - slashes] == '\\')
    slashes++;
  return slashes % 2 == 0 ? half_at(str_from(raw, at), HIGH) : 0;
}

bool json_content(struct json_value v, struct str *out, bool *escaped) {
  if (!is_string(v.token) || (v.token->span & JSON_TOKEN_BROKEN) != 0)
    return false;
  *out = content_of(v.token);
  *escaped = (v.token->span & JSON_TOKEN_ESCAPED) != 0;
  return true;
}

bool json_unescape(struct str content, struct arena *arena, struct str *out) {
  char *to = arena_take(arena, content.n);
  if (to == NULL)
    return false;
  *out = str_of(to, unescape(to, content));
  return true;
}

bool json_string_piece(struct json_value v, struct arena *arena, uint32_t *half, struct str *out) {
  if (!is_string(v.token))
    return false;
  struct str raw = content_of(v.token);
  uint32_t high = half_at_end(raw), low = *half > 0 ? half_at(raw, LOW) : 0;
  if (raw.n == 0 || (*half == 0 && high == 0))
    return json_string(v, arena, out);
  char *to = arena_take(arena, 4 + 3 * raw.n);
  if (to == NULL)
    return false;
  size_t n = 0;
  if (*half > 0)
    n = scan_put_utf8(to, low > 0 ? join(*half, low) : *half);
  raw = str_part(raw, 0, raw.n - (high > 0 ? ESCAPE : 0));
  n += unescape_broken(to + n, str_from(raw, low > 0 ? ESCAPE : 0));
  *half = high;
  *out = str_of(to, n);
  return true;
}

bool json_is(struct json_value v, struct str s) {
  return is_string(v.token) && token_equals(v.token, s);
}

static const void *token_row(const struct json_token *token, const char *rows, size_t size,
                             size_t n) {
  if ((token->span & (JSON_TOKEN_ESCAPED | JSON_TOKEN_BROKEN)) == 0)
    return str_row(content_of(token), rows, size, n);
  for (; n > 0; n--, rows += size)
    if (token_equals(token, str_literal(*(const char *const *)(const void *)rows)))
      return rows;
  return NULL;
}

const void *json_row(struct json_value v, const void *rows, size_t size, size_t n) {
  return is_string(v.token) ? token_row(v.token, rows, size, n) : NULL;
}

const void *json_key_row(struct json_value member, const void *rows, size_t size, size_t n) {
  const struct json_token *key = key_of(member.token);
  return key != NULL ? token_row(key, rows, size, n) : NULL;
}

/* ---- other scalars ---- */

bool json_bool(struct json_value v, bool otherwise) {
  return json_type(v) == JSON_BOOL ? json_raw(v).p[0] == 't' : otherwise;
}

/* mantissa * 10^exponent, the mantissa without zeros at its end. */
struct decimal {
  bool negative;
  bool cut; /* the mantissa has more digits than are kept */
  uint64_t mantissa;
  int64_t exponent;
};

/* |*zeros| counts the digits behind the mantissa's last: zeros, or digits beyond its capacity. */
static void put_digit(struct decimal *d, unsigned digit, int64_t *zeros) {
  uint64_t mantissa = d->mantissa;
  for (int64_t i = 0; digit > 0 && i <= *zeros && !d->cut; i++) {
    d->cut = mantissa > (UINT64_MAX - 9) / 10;
    mantissa *= 10;
  }
  if (digit == 0 || d->cut) {
    *zeros += d->mantissa > 0;
    return;
  }
  d->mantissa = mantissa + digit;
  *zeros = 0;
}

static int64_t read_exponent(struct str digits) {
  enum { EXPONENT_MAX = 1000 * 1000 * 1000 }; /* longer than any text */
  bool negative = digits.p[0] == '-';
  if (negative || digits.p[0] == '+')
    digits = str_from(digits, 1);
  int64_t value = 0;
  for (size_t i = 0; i < digits.n && value < EXPONENT_MAX; i++)
    value = value * 10 + (digits.p[i] - '0');
  return negative ? -value : value;
}

static struct decimal read_decimal(struct str text) {
  struct decimal d = {.negative = text.p[0] == '-'};
  bool fraction = false;
  int64_t zeros = 0;
  for (size_t i = d.negative; i < text.n; i++) {
    char c = text.p[i];
    if (c == 'e' || c == 'E') {
      d.exponent += read_exponent(str_from(text, i + 1));
      break;
    }
    if (c == '.') {
      fraction = true;
      continue;
    }
    d.exponent -= fraction;
    put_digit(&d, (unsigned)(c - '0'), &zeros);
  }
  d.exponent += zeros;
  return d;
}

bool json_integer(struct json_value v, int64_t *out) {
  if (json_type(v) != JSON_NUMBER)
    return false;
  struct decimal d = read_decimal(json_raw(v));
  if (d.cut || (d.mantissa > 0 && (d.exponent < 0 || d.exponent > 18)))
    return false;
  uint64_t limit = (uint64_t)INT64_MAX + d.negative;
  for (; d.mantissa > 0 && d.exponent > 0; d.exponent--) {
    if (d.mantissa > limit / 10)
      return false;
    d.mantissa *= 10;
  }
  if (d.mantissa > limit)
    return false;
  *out = (int64_t)(d.negative ? 0 - d.mantissa : d.mantissa);
  return true;
}

/* Exact up to 10^22, so that short decimals are read to the last bit. */
static double power_of_ten(int64_t n) {
  double power = 1, square = 10;
  for (; n > 0; n /= 2, square *= square)
    if (n % 2 != 0)
      power *= square;
  return power;
}

bool json_number(struct json_value v, double *out) {
  if (json_type(v) != JSON_NUMBER)
    return false;
  struct decimal d = read_decimal(json_raw(v));
  double value = (double)d.mantissa;
  if (d.mantissa == 0 || d.exponent < -400)
    value = 0;
  else if (d.exponent > 400)
    return false;
  else if (d.exponent < -300) /* in two steps: 10^308 is the largest power */
    value = value / power_of_ten(300) / power_of_ten(-d.exponent - 300);
  else if (d.exponent < 0)
    value /= power_of_ten(-d.exponent);
  else
    value *= power_of_ten(d.exponent);
  if (value - value != 0) /* infinite */
    return false;
  *out = d.negative ? -value : value;
  return true;
}

/* ---- source ---- */

struct str json_raw(struct json_value v) {
  const struct json_token *token = v.token;
  if (token == NULL)
    return STR_NONE;
  if (!json_token_is_open(token))
    return str_of(token->at, json_token_length(token));
  const struct json_token *end = json_token_after(token) - 1;
  return str_of(token->at, (size_t)(end->at + 1 - token->at));
}

size_t json_where(struct json_value v) {
  if (v.token == NULL)
    return 0;
  const struct json_token *head = v.token;
  while (head->span != JSON_TOKEN_HEAD)
    head--;
  return (size_t)(v.token->at - head->at);
}

/* Editors count UTF-16: a character beyond 0xFFFF is two. */
static uint32_t columns_of(struct str line) {
  uint32_t n = 0;
  for (size_t i = 0; i < line.n; i++) {
    unsigned char c = (unsigned char)line.p[i];
    n += (c & 0xC0) != 0x80;
    n += c >= 0xF0;
  }
  return n;
}

void json_position(struct str text, size_t where, uint32_t *line, uint32_t *column) {
  struct str rest = str_part(text, 0, where);
  uint32_t lines = 1;
  for (size_t at; (at = str_find_byte(rest, '\n')) != STR_NOWHERE; lines++)
    rest = str_from(rest, at + 1);
  *line = lines;
  *column = columns_of(rest) + 1;
}
