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

struct pattern {
  struct str text, rest; /* rest: not read yet */
  uint32_t *budget;
  uint32_t groups;
  int n;
  bool strange; /* cannot be read */
  struct op ops[PATTERN_OPS_MAX];
  /* What is below serves the match. */
  uint32_t seen[PATTERN_OPS_MAX + 1]; /* the round in which the op was listed */
  int16_t lists[2][PATTERN_OPS_MAX + 1];
};

enum { NOTHING = -1, REPEAT_MAX = PATTERN_OPS_MAX };

/* ---- characters ---- */

static uint32_t take_char(struct str *s) {
  int n = scan_utf8(s->p, s->n);
  uint32_t code = (unsigned char)s->p[0];
  if (n < 0) {
    n = -n;
    code = 0xFFFD;
  } else if (n > 1) {
    code &= 0x7Fu >> n;
    for (int i = 1; i < n; i++)
      code = code << 6 | (s->p[i] & 0x3F);
  }
  *s = str_from(*s, (size_t)n);
  return code;
}

static int peek(struct str s) {
  return s.n > 0 ? (unsigned char)s.p[0] : NOTHING;
}

static bool take(struct str *s, char c) {
  if (peek(*s) != (unsigned char)c)
    return false;
  *s = str_from(*s, 1);
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
    if (s->n > 1 && s->p[0] == '-' && s->p[1] != ']') {
      *s = str_from(*s, 1);
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
  while (peek(*s) >= '0' && peek(*s) <= '9' && value <= REPEAT_MAX)
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
  p->strange |= peek(*s) == '[' ? !take_set(s, 0, &in) : !take_unit(s, &code, &kind);
  if (kind != 0)
    put_op(p, KIND_SET, 0, at);
  else
    put_op(p, KIND_CHAR, 0, code);
}

static void read_atom(struct pattern *p) {
  switch (peek(p->rest)) {
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
  while (!p->strange && p->rest.n > 0 && peek(p->rest) != '|' && peek(p->rest) != ')') {
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

struct place {
  uint32_t round; /* from 1: also one more than how many characters were read */
  bool last;
  int n;         /* of |list| */
  int16_t *list; /* what the text can have come to */
};

static void list_op(struct pattern *p, struct place *at, int op) {
  if (p->seen[op] == at->round)
    return;
  p->seen[op] = at->round;
  at->list[at->n++] = (int16_t)op;
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
static bool follow(struct pattern *p, struct place *at) {
  for (int i = 0; i < at->n; i++) {
    int pc = at->list[i];
    const struct op *op = &p->ops[pc];
    if (pc == p->n)
      return true;
    if (op->kind == KIND_SPLIT || (op->kind == KIND_FIRST && at->round == 1) ||
        (op->kind == KIND_LAST && at->last))
      list_op(p, at, pc + 1);
    if (op->kind >= KIND_SPLIT)
      list_op(p, at, pc + op->to);
  }
  return false;
}

static int search(struct pattern *p, struct str text) {
  struct place at = {0, false, 0, p->lists[0]}, next;
  for (;;) {
    at.round++;
    at.last = text.n == 0;
    list_op(p, &at, 0); /* a match can begin anywhere */
    if (follow(p, &at) || !spend(p, (size_t)at.n))
      return 1;
    if (at.last)
      return 0;
    uint32_t c = take_char(&text);
    next = (struct place){at.round + 1, false, 0, p->lists[at.round & 1]};
    for (int i = 0; i < at.n; i++)
      if (takes(p, &p->ops[at.list[i]], c))
        list_op(p, &next, at.list[i] + 1);
    next.round = at.round;
    at = next;
  }
}

int pattern_match(struct str pattern, struct str text, struct arena *scratch, uint32_t *budget) {
  struct pattern *p = arena_take(scratch, sizeof *p);
  if (p == NULL)
    return ERR_MEMORY;
  p->text = p->rest = pattern;
  p->budget = budget;
  p->groups = 0;
  p->n = 0;
  p->strange = false;
  memset(p->seen, 0, sizeof p->seen);
  read_choice(p);
  int found = 1;
  if (!p->strange && p->rest.n == 0 && spend(p, (size_t)p->n))
    found = search(p, text);
  arena_give(scratch, p, sizeof *p);
  return found;
}
