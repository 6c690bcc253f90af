#include "text/head.h"

#include "base/errors.h"

int head_parse(struct str text, struct head *out) {
  struct str line, method, target, rest = text;
  if (!str_cut(&rest, '\n', &line) || !str_cut(&line, ' ', &method))
    return ERR_HEAD;
  target = str_trim(line);
  if (method.n == 0 || target.n == 0 || target.p[0] != '/')
    return ERR_HEAD;
  size_t query = str_find_byte(target, '?');
  out->method = method;
  out->path = query == STR_NOWHERE ? target : str_part(target, 0, query);
  out->query = query == STR_NOWHERE ? STR_NONE : str_from(target, query + 1);
  out->headers = rest;
  return 0;
}

struct str head_find(struct str headers, struct str name) {
  struct str line;
  while (str_cut(&headers, '\n', &line)) {
    size_t colon = str_find_byte(line, ':');
    if (colon == STR_NOWHERE)
      continue;
    if (str_equal_nocase(str_part(line, 0, colon), name)) {
      return str_trim(str_from(line, colon + 1));
    }
  }
  return STR_NONE;
}

struct str head_query(struct str query, struct str name) {
  struct str pair, key, value = STR_NONE;
  while (str_cut(&query, '&', &pair))
    if (str_cut(&pair, '=', &key) && str_equal(key, name))
      value = pair;
  return value;
}

int64_t head_query_integer(struct str query, struct str name, int64_t otherwise) {
  str_integer(head_query(query, name), &otherwise);
  return otherwise;
}

struct str head_query_text(struct str query, struct str name) {
  struct str pair, key;
  while (str_cut(&query, '&', &pair))
    if (str_cut(&pair, '=', &key) && str_equal(key, name))
      return pair;
  return STR_NONE;
}

static int hex_of(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct str head_decode(struct str s, struct arena *arena) {
  char *to = arena_take(arena, s.n);
  size_t n = 0;
  if (to == NULL)
    return s;
  for (size_t i = 0; i < s.n; i++) {
    bool escaped =
        s.p[i] == '%' && s.n - i > 2 && hex_of(s.p[i + 1]) >= 0 && hex_of(s.p[i + 2]) >= 0;
    to[n++] = escaped ? (char)(hex_of(s.p[i + 1]) << 4 | hex_of(s.p[i + 2])) : s.p[i];
    i += escaped ? 2 : 0;
  }
  return str_of(to, n);
}

static bool is_clean(struct str value) {
  for (size_t i = 0; i < value.n; i++) {
    unsigned char c = (unsigned char)value.p[i];
    if (c < 0x20 || c == 0x7f)
      return false;
  }
  return true;
}

void head_put(struct buf *out, struct str name, struct str value) {
  if (!is_clean(name) || !is_clean(value))
    return;
  buf_put(out, name);
  buf_put(out, STR(": "));
  buf_put(out, value);
  buf_put_byte(out, '\n');
}

void head_put_integer(struct buf *out, struct str name, int64_t value) {
  buf_put(out, name);
  buf_put(out, STR(": "));
  buf_put_integer(out, value);
  buf_put_byte(out, '\n');
}
