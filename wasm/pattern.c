/* The pattern becomes a list of ops whose jumps are relative, so that a repeated
 * part is copied as it is:
 *
 *   x*      SPLIT +n, x, JUMP back
 *   x{2,3}  x, x, SPLIT past x, x
 *   a|b     SPLIT to b, a, JUMP past b, b
 *
 * Matching keeps the list of ops that the text so far can have come to (Ken
 * Thompson, CACM 11:6, 1968).  Nothing is captured, so their order is of no
 * importance, and the list is its own queue. */
#include "pattern.h"

#include <string.h>

#include "errors.h"
#include "scan.h"

enum kind {
  KIND_CHAR, /* value: the character */
  KIND_ANY,
  KIND_SET, /* value: where in the pattern its notation begins */
  KIND_FIRST,
  KIND_LAST,
  KIND_SPLIT, /* to the next op, and |to| further */
  KIND_JUMP,  /* |to| further */
};

struct op {
  int16_t kind, to;
  uint32_t value;
};

/* Where in the ops the text can have come to. */
struct list {
  int n;
  int16_t ops[PATTERN_OPS_MAX + 1];
};

struct pattern {
  struct str text, rest; /* rest: not read yet */
  uint32_t *budget;
  uint32_t groups;
  int n;
  bool strange; /* cannot be read */
  struct op ops[PATTERN_OPS_MAX];
  /* What is below serves the match. */
  uint32_t round;                     /* from 1: a character each */
  uint32_t seen[PATTERN_OPS_MAX + 1]; /* the round in which the op was listed */
  struct list lists[2];               /* by the last bit of the round */
};

enum { NOTHING = -1, REPEAT_MAX = PATTERN_OPS_MAX };

/* ---- characters ---- */

/* The bits of the first byte that only tell the length are shifted out. */
static uint32_t take_char(struct str *s) {
  uint32_t code = (unsigned char)*s->p;
  unsigned bits = 6;
  while (s->p++, --s->n > 0 && bits < 21 && code >= 0xC0 && (*s->p & 0xC0) == 0x80) {
    code = code << 6 | (*s->p & 0x3F);
    bits += 5;
  }
  return bits > 6 ? code & ((1u << bits) - 1) : code;
}

static int peek(const struct str *s) {
  return s->n > 0 ? (unsigned char)*s->p : NOTHING;
}

static bool take(struct str *s, char c) {
  if (peek(s) != c)
    return false;
  s->p++;
  s->n--;
  return true;
}

static bool is_letter(uint32_t c) {
  return (c | 0x20) - 'a' < 26;
}

static bool is_line_end(uint32_t c) {
  return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

static bool is_space(uint32_t c) {
  return c == ' ' || c - '\t' < 5 || c == 0xA0 || c == 0x1680 || c - 0x2000 < 11 || c == 0x202F ||
         c == 0x205F || c == 0x3000 || c == 0xFEFF || is_line_end(c);
}

/* One of d w s D W S. */
static bool in_kind(uint32_t kind, uint32_t c) {
  bool in = c - '0' < 10;
  if ((kind | 0x20) == 's')
    in = is_space(c);
  else if ((kind | 0x20) == 'w')
    in = in || is_letter(c) || c == '_';
  return in == (kind >= 'a');
}

/* ---- reading one character or class ---- */

/* The code of \xHH or \uHHHH.  Of a surrogate pair no half is a character here. */
static bool take_hex(struct str *s, size_t n, uint32_t *code) {
  if (s->n < n)
    return false;
  *code = (uint32_t)scan_hex(s->p, n);
  *s = str_from(*s, n);
  return *code < 0xD800 || (*code > 0xDFFF && *code <= 0xFFFF);
}

/* A character, escaped or not; of \d and its like |*kind| is the letter. */
static bool take_unit(struct str *s, uint32_t *code, uint32_t *kind) {
  static const char named[] = "n\nr\rt\tf\fv\v0";
  *kind = 0;
  if (s->n == 0)
    return false;
  *code = take_char(s);
  if (*code != '\\')
    return true;
  if (s->n == 0)
    return false;
  uint32_t c = *code = take_char(s);
  if (c == 'x' || c == 'u')
    return take_hex(s, c == 'x' ? 2 : 4, code);
  if ((c | 0x20) == 'd' || (c | 0x20) == 'w' || (c | 0x20) == 's') {
    *kind = c;
    return true;
  }
  for (size_t i = 0; i < sizeof named - 1; i += 2)
    if (c == (unsigned char)named[i]) {
      *code = (unsigned char)named[i + 1];
      return true;
    }
  return !is_letter(c) && c - '0' >= 10; /* \b, \1, \p{..}: not here */
}

/* A class, behind its '[', or a single unit; whether |c| is in it.  The notation is
 * read anew for every character: it is short, and has to be kept anyway. */
static bool take_set(struct str *s, uint32_t c, bool *in) {
  uint32_t low, high, kind;
  if (!take(s, '[')) {
    bool good = take_unit(s, &low, &kind);
    *in = good && kind != 0 && in_kind(kind, c);
    return good;
  }
  bool inverse = take(s, '^'), found = false;
  while (!take(s, ']')) {
    if (!take_unit(s, &low, &kind))
      return false;
    high = low;
    if (kind != 0) {
      found |= in_kind(kind, c);
      continue;
    }
    if (s->n > 1 && s->p[1] != ']' && take(s, '-')) {
      if (!take_unit(s, &high, &kind) || kind != 0 || high < low)
        return false;
    }
    found |= c >= low && c <= high;
  }
  *in = found != inverse;
  return true;
}

/* ---- compiling ---- */

static void put_op(struct pattern *p, enum kind kind, int to, uint32_t value) {
  if (p->n == PATTERN_OPS_MAX)
    p->strange = true;
  else
    p->ops[p->n++] = (struct op){(int16_t)kind, (int16_t)to, value};
}

static void insert_split(struct pattern *p, int at, int to) {
  put_op(p, KIND_SPLIT, 0, 0);
  if (p->strange)
    return;
  memmove(&p->ops[at + 1], &p->ops[at], sizeof(struct op) * (size_t)(p->n - 1 - at));
  p->ops[at] = (struct op){KIND_SPLIT, (int16_t)to, 0};
}

static int take_count(struct str *s) {
  int value = NOTHING;
  while (peek(s) >= '0' && peek(s) <= '9' && value <= REPEAT_MAX)
    value = (value < 0 ? 0 : value * 10) + (int)take_char(s) - '0';
  return value;
}

/* |*max| is NOTHING where there is no end; false when there is no quantifier. */
static bool take_quantifier(struct pattern *p, int *min, int *max) {
  struct str *s = &p->rest;
  *min = 0;
  *max = NOTHING;
  if (take(s, '?')) {
    *max = 1;
  } else if (take(s, '+')) {
    *min = 1;
  } else if (take(s, '{')) {
    *min = *max = take_count(s);
    if (take(s, ','))
      *max = take_count(s);
    p->strange |= !take(s, '}') || *min < 0 || *min > REPEAT_MAX || *max > REPEAT_MAX ||
                  (*max >= 0 && *max < *min);
  } else if (!take(s, '*')) {
    return false;
  }
  take(s, '?'); /* as few as possible: whether it matches is the same */
  return true;
}

/* The ops from |at| on become |min| to |max| of themselves. */
static void repeat(struct pattern *p, int at, int min, int max) {
  int n = p->n - at;
  int count = max < 0 ? min + 1 : max;
  if (n == 0)
    return;
  if (count > (PATTERN_OPS_MAX - at - n) / (n + 2)) {
    p->strange = true;
    return;
  }
  /* The original is kept at the end, where the copies do not come. */
  struct op *kept = &p->ops[PATTERN_OPS_MAX - n];
  memcpy(kept, &p->ops[at], sizeof *kept * (size_t)n);
  p->n = at;
  for (int i = 0; i < count; i++) {
    if (i >= min)
      put_op(p, KIND_SPLIT, max < 0 ? n + 2 : n + 1, 0);
    memcpy(&p->ops[p->n], kept, sizeof *kept * (size_t)n);
    p->n += n;
  }
  if (max < 0)
    put_op(p, KIND_JUMP, -n - 1, 0);
}

static void read_choice(struct pattern *p);

static void read_group(struct pattern *p) {
  if (take(&p->rest, '?') && !take(&p->rest, ':'))
    p->strange = true; /* looks around, or is named */
  if (++p->groups > PATTERN_GROUPS_MAX)
    p->strange = true;
  if (!p->strange)
    read_choice(p);
  p->groups--;
  p->strange |= !take(&p->rest, ')');
}

/* A character or a class. */
static void read_unit(struct pattern *p) {
  uint32_t at = (uint32_t)(p->text.n - p->rest.n), code = 0, kind = 1;
  bool in;
  struct str *s = &p->rest;
  p->strange |= peek(s) == '[' ? !take_set(s, 0, &in) : !take_unit(s, &code, &kind);
  if (kind != 0)
    put_op(p, KIND_SET, 0, at);
  else
    put_op(p, KIND_CHAR, 0, code);
}

static void read_atom(struct pattern *p) {
  switch (peek(&p->rest)) {
  case '(':
    take(&p->rest, '(');
    read_group(p);
    break;
  case '.':
    take(&p->rest, '.');
    put_op(p, KIND_ANY, 0, 0);
    break;
  case '^':
    take(&p->rest, '^');
    put_op(p, KIND_FIRST, 0, 0);
    break;
  case '$':
    take(&p->rest, '$');
    put_op(p, KIND_LAST, 0, 0);
    break;
  case '*':
  case '+':
  case '?':
  case '{':
    p->strange = true;
    break;
  default:
    read_unit(p);
  }
}

static void read_row(struct pattern *p) {
  while (!p->strange && p->rest.n > 0 && peek(&p->rest) != '|' && peek(&p->rest) != ')') {
    int at = p->n, min, max;
    read_atom(p);
    if (!p->strange && take_quantifier(p, &min, &max) && !p->strange)
      repeat(p, at, min, max);
  }
}

/* Rows between '|': every one but the last goes on behind them all. */
static void read_choice(struct pattern *p) {
  int at = p->n;
  read_row(p);
  while (!p->strange && take(&p->rest, '|')) {
    insert_split(p, at, p->n - at + 2);
    int jump = p->n;
    put_op(p, KIND_JUMP, 0, 0);
    read_row(p);
    if (!p->strange)
      p->ops[jump].to = (int16_t)(p->n - jump);
  }
}

/* ---- matching ---- */

static void list_op(struct pattern *p, struct list *list, int op) {
  if (p->seen[op] == p->round)
    return;
  p->seen[op] = p->round;
  list->ops[list->n++] = (int16_t)op;
}

static bool spend(struct pattern *p, size_t cost) {
  bool enough = *p->budget > cost;
  *p->budget = enough ? *p->budget - (uint32_t)cost : 0;
  return enough;
}

static bool takes(struct pattern *p, const struct op *op, uint32_t c) {
  if (op->kind != KIND_SET)
    return op->kind == KIND_CHAR ? op->value == c : op->kind == KIND_ANY && !is_line_end(c);
  struct str notation = str_from(p->text, op->value);
  bool in;
  return take_set(&notation, c, &in) && spend(p, p->text.n - op->value - notation.n) && in;
}

/* Follow the jumps from all that is listed; true when the end is among it. */
static bool follow(struct pattern *p, struct list *list, bool last) {
  for (int i = 0; i < list->n; i++) {
    int pc = list->ops[i];
    if (pc == p->n)
      return true;
    const struct op *op = &p->ops[pc];
    if (op->kind == KIND_SPLIT || (op->kind == KIND_FIRST && p->round == 1) ||
        (op->kind == KIND_LAST && last))
      list_op(p, list, pc + 1);
    if (op->kind >= KIND_SPLIT)
      list_op(p, list, pc + op->to);
  }
  return false;
}

static bool search(struct pattern *p, struct str text) {
  for (;;) {
    struct list *now = &p->lists[p->round & 1], *next = &p->lists[~p->round & 1];
    list_op(p, now, 0); /* a match can begin anywhere */
    if (follow(p, now, text.n == 0) || !spend(p, (size_t)now->n))
      return true;
    if (text.n == 0)
      return false;
    uint32_t c = take_char(&text);
    next->n = 0;
    p->round++;
    for (int i = 0; i < now->n; i++)
      if (takes(p, &p->ops[now->ops[i]], c))
        list_op(p, next, now->ops[i] + 1);
  }
}

int pattern_match(struct str pattern, struct str text, struct arena *scratch, uint32_t *budget) {
  struct pattern *p = arena_take_zero(scratch, sizeof *p);
  if (p == NULL)
    return ERR_MEMORY;
  p->text = p->rest = pattern;
  p->budget = budget;
  p->round = 1;
  read_choice(p);
  bool found =
      p->strange || p->rest.n > 0 || !spend(p, sizeof *p / 512 + (size_t)p->n) || search(p, text);
  arena_give(scratch, p, sizeof *p);
  return found;
}
