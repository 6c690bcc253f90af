/* json_prefix.c -- see json_prefix.h. */
#include "conform/json_prefix.h"

/* It cannot be closed within an escape. */
static void read_in_string(struct json_prefix *p, char c) {
  if (p->escape > 0)
    p->escape = c == 'u' ? 4 : p->escape - 1;
  else if (c == '\\')
    p->escape = 1;
  else if (c == '"')
    p->in_string = false;
  if (!p->is_key && p->escape == 0)
    p->n = p->read;
}

static void open_string(struct json_prefix *p) {
  p->in_string = true;
  p->is_key = p->closers[p->depth - 1] == '}' && p->last != ':';
  p->string = p->read;
  if (!p->is_key)
    p->n = p->read;
}

static void open_bracket(struct json_prefix *p, char c) {
  p->ended = p->depth == JSON_DEPTH_MAX;
  p->n = p->ended ? 0 : p->read;
  if (!p->ended)
    p->closers[p->depth++] = c == '{' ? '}' : ']';
}

static void read_outside(struct json_prefix *p, char c) {
  if (c == '"') {
    open_string(p);
    return;
  }
  if (c == '{' || c == '[') {
    open_bracket(p, c);
  } else if (c == '}' || c == ']') {
    p->ended = --p->depth == 0;
    p->n = p->read;
  } else if (c == ',') {
    p->n = p->read - 1;
  } else if (c != ':') {
    return;
  }
  p->last = c;
}

void json_prefix_read(struct json_prefix *p, struct str text) {
  while (p->read < text.n && !p->ended) {
    char c = text.p[p->read++];
    if (p->in_string)
      read_in_string(p, c);
    else
      read_outside(p, c);
  }
}

void json_prefix_put(const struct json_prefix *p, struct str text, struct buf *out) {
  buf_put(out, str_part(text, 0, p->n));
  if (p->in_string && !p->is_key)
    buf_put_byte(out, '"');
  for (uint32_t i = p->depth; i > 0; i--)
    buf_put_byte(out, p->closers[i - 1]);
}
