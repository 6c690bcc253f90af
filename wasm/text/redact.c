/* redact.c -- see redact.h. */
#include "text/redact.h"

#include <string.h>

#include "base/base64.h"
#include "limits.h"

/* ---- forms ---- */

enum form { FORM_PLAIN, FORM_BASE64, FORM_PERCENT = FORM_BASE64 + 3, FORM_ESCAPED };

/* It is called for each byte; -Oz would not inline it. */
#define INLINE __attribute__((always_inline)) static inline

/* What is the same in some form is the same here. */
INLINE char fold(char c) {
  if (c >= 'A' && c <= 'Z')
    return (char)(c - 'A' + 'a');
  return c == '+' ? '-' : c == '/' ? '_' : c;
}

static bool is_same(size_t form, char a, char b) {
  if (a == b)
    return true;
  bool letters = form >= FORM_PERCENT;
  return form != FORM_PLAIN && fold(a) == fold(b) &&
         (letters || a == '+' || a == '/' || b == '+' || b == '/');
}

/* The last bytes of a gram that is read byte by byte. */
INLINE uint32_t next_gram(uint32_t gram, char c) {
  return gram << 8 | (unsigned char)fold(c);
}

static uint32_t hash_gram(uint32_t gram) {
  return (gram * 0x9e3779b1u) >> 21;
}

static uint32_t hash(const char *p) {
  uint32_t gram = 0;
  for (size_t i = 0; i < REDACT_GRAM; i++)
    gram = next_gram(gram, p[i]);
  return hash_gram(gram);
}

static bool is_gram(const struct redactor *r, const struct gram *g, const char *p) {
  for (size_t i = 0; i < REDACT_GRAM; i++) {
    if (!is_same(g->form, p[i], r->forms[g->form].p[g->at + i]))
      return false;
  }
  return true;
}

/* The first gram from |place| on that is |p|, or NULL. */
static const struct gram *find_gram(const struct redactor *r, uint16_t place, const char *p) {
  for (; place != 0; place = r->grams[place - 1].next) {
    if (is_gram(r, &r->grams[place - 1], p))
      return &r->grams[place - 1];
  }
  return NULL;
}

static bool is_known(const struct redactor *r, uint32_t hashed) {
  return r->known[hashed / 32] >> hashed % 32 & 1;
}

static bool has_gram(const struct redactor *r, const char *p) {
  uint32_t hashed = hash(p);
  return is_known(r, hashed) && find_gram(r, r->heads[hashed], p) != NULL;
}

/* The same for every place of |text|. */
static bool has_any_gram(const struct redactor *r, struct str text) {
  uint32_t gram = 0;
  for (size_t n = 1; n <= text.n; n++) {
    gram = next_gram(gram, text.p[n - 1]);
    uint32_t hashed = hash_gram(gram);
    if (is_known(r, hashed) && n >= REDACT_GRAM &&
        find_gram(r, r->heads[hashed], text.p + n - REDACT_GRAM) != NULL)
      return true;
  }
  return false;
}

/* How many bytes of a form stand for |n| of the secret. */
static size_t form_bytes(size_t form, size_t n) {
  return form == FORM_PLAIN     ? n
         : form < FORM_PERCENT  ? n * 4 / 3
         : form == FORM_PERCENT ? 3 * n
                                : 6 * n;
}

/* In base64 a byte looks in three ways, by where it stands among others. */
static void put_form(struct buf *out, size_t form, struct str secret) {
  static const char hex[] = "0123456789abcdef";
  if (form == FORM_PLAIN) {
    buf_put(out, secret);
    return;
  }
  if (form < FORM_PERCENT) {
    struct str rest = str_from(secret, form - FORM_BASE64);
    base64_put(out, str_part(rest, 0, rest.n / 3 * 3));
    return;
  }
  for (size_t i = 0; i < secret.n; i++) {
    buf_put(out, form == FORM_PERCENT ? STR("%") : STR("\\u00"));
    buf_put_byte(out, hex[(unsigned char)secret.p[i] >> 4]);
    buf_put_byte(out, hex[secret.p[i] & 15]);
  }
}

/* Of "%73%6b" and the like only one run in each letter is looked at: the others are common. */
static bool is_telling(size_t form, size_t at) {
  return form < FORM_PERCENT || (form == FORM_PERCENT ? at % 3 == 1 : at % 6 == 2);
}

static void add_grams(struct redactor *r, size_t form) {
  for (size_t at = 0; at + REDACT_GRAM <= r->forms[form].n; at++) {
    if (!is_telling(form, at) || (at > 0 && !r->random))
      continue;
    uint32_t hashed = hash(r->forms[form].p + at);
    uint16_t *head = &r->heads[hashed];
    r->known[hashed / 32] |= 1u << hashed % 32;
    r->grams[r->gram_count] = (struct gram){*head, (uint16_t)form, (uint16_t)at};
    *head = (uint16_t)++r->gram_count;
  }
}

static bool is_random(struct str secret) {
  bool digits = false;
  for (size_t i = 0; i < secret.n; i++) {
    char c = secret.p[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '-' && c != '_' && c != '.')
      return false;
    digits |= digit;
  }
  return digits;
}

struct redactor *redactor_make(struct arena *arena, struct str secret) {
  struct redactor *r = arena_take_zero(arena, sizeof *r);
  secret = str_part(secret, 0, REDACT_SECRET_MAX);
  if (r == NULL || secret.n < REDACT_MIN)
    return r;
  r->grams = arena_take(arena, 7 * secret.n * sizeof *r->grams);
  if (r->grams == NULL)
    return NULL;
  r->random = is_random(secret);
  for (size_t form = 0; form < (r->random ? REDACT_FORMS : 1); form++) {
    struct buf b;
    buf_init(&b, arena, 6 * REDACT_SECRET_MAX);
    put_form(&b, form, secret);
    if (buf_error(&b))
      return NULL;
    r->forms[form] = buf_str(&b);
    add_grams(r, form);
  }
  return r;
}

/* ---- runs ---- */

/* A part of a form, within a text. */
struct run {
  size_t from, to;
  struct str rest; /* of the form, behind it */
  bool enough;     /* it is long enough to be redacted */
};

/* Extend |g|, which stands at |at| of |text|, to both sides. */
static struct run extend(const struct redactor *r, const struct gram *g, struct str text, size_t at,
                         size_t least) {
  struct str form = r->forms[g->form];
  struct run run = {.from = at, .to = at + REDACT_GRAM};
  size_t begin = g->at, end = g->at + REDACT_GRAM;
  while (run.to < text.n && end < form.n && is_same(g->form, text.p[run.to], form.p[end]))
    run.to++, end++;
  while (run.from > 0 && begin > 0 && is_same(g->form, text.p[run.from - 1], form.p[begin - 1]))
    run.from--, begin--;
  run.rest = str_from(form, end);
  run.enough = run.to - run.from >= form_bytes(g->form, least);
  return run;
}

/* The longest run that has a gram at |at|. */
static struct run find_run(const struct redactor *r, struct str text, size_t at, size_t least) {
  struct run best = {.from = at, .to = at};
  const struct gram *g = find_gram(r, r->heads[hash(text.p + at)], text.p + at);
  for (; g != NULL; g = find_gram(r, g->next, text.p + at)) {
    struct run run = extend(r, g, text, at, least);
    if (run.to - run.from > best.to - best.from)
      best = run;
  }
  return best;
}

/* Put |text| from |*told| on, redacted, and set |*told| to where what may go on begins. */
static struct str put_redacted(const struct redactor *r, struct str text, size_t least,
                               size_t *told, struct buf *out) {
  size_t open = text.n;
  struct str inside = STR_NONE;
  for (size_t at = 0; at + REDACT_GRAM <= text.n;) {
    struct run run = find_run(r, text, at, least);
    if (run.enough) {
      buf_put(out, str_part(text, *told, run.from > *told ? run.from - *told : 0));
      buf_put(out, STR("***"));
      *told = run.to;
      inside = run.to == text.n ? run.rest : STR_NONE;
    } else if (run.to == text.n && run.to > run.from && run.from < open) {
      open = run.from;
    }
    at = run.enough ? run.to : at + 1;
  }
  open = open > *told ? open : *told;
  buf_put(out, str_part(text, *told, open - *told));
  *told = open;
  return inside;
}

/* Might there be a part of a secret, or the beginning of one at the end?  A part that is long
 * enough has a gram in one of SUSPECT_STEP places, whatever its form. */
static bool is_suspect(const struct redactor *r, struct str text) {
  enum { SUSPECT_STEP = 5, LAST = 9 };
  size_t last = r->random && text.n > LAST ? text.n - LAST : 0;
  for (size_t at = 0; at < last; at += SUSPECT_STEP) {
    if (has_gram(r, text.p + at))
      return true;
  }
  return has_any_gram(r, str_from(text, last));
}

struct str redact_text(const struct redactor *r, struct str text, size_t least,
                       struct arena *arena) {
  struct buf out;
  size_t told = 0;
  if (r == NULL || !is_suspect(r, text))
    return text;
  buf_init(&out, arena, 3 * text.n);
  put_redacted(r, text, least, &told, &out);
  buf_put(&out, str_from(text, told));
  return buf_error(&out) ? STR_NONE : buf_str(&out);
}

/* ---- streams ---- */

void redact_stream_init(struct redact_stream *s, const struct redactor *of, struct arena *arena) {
  *s = (struct redact_stream){.of = of};
  buf_init(&s->tail, arena, OUTPUT_MAX + KIB);
  buf_init(&s->out, arena, 3 * OUTPUT_MAX);
}

struct str redact_stream_take(struct redact_stream *s, struct str text) {
  while (text.n > 0 && s->inside.n > 0 && fold(text.p[0]) == fold(s->inside.p[0])) {
    text = str_from(text, 1);
    s->inside = str_from(s->inside, 1);
  }
  if (text.n == 0 || s->of == NULL || !s->of->random)
    return text;
  s->inside = STR_NONE;
  bool held = s->tail.n > s->told;
  buf_put(&s->tail, text);
  buf_reset(&s->out);
  if (held || is_suspect(s->of, buf_str(&s->tail))) {
    s->inside = put_redacted(s->of, buf_str(&s->tail), REDACT_ANSWER_MIN, &s->told, &s->out);
    text = buf_str(&s->out);
  } else {
    s->told = s->tail.n;
  }
  size_t past = s->told > REDACT_GRAM - 1 ? s->told - (REDACT_GRAM - 1) : 0;
  buf_take(&s->tail, s->inside.n > 0 ? s->told : past);
  s->told = s->inside.n > 0 ? 0 : s->told - past;
  return text;
}

struct str redact_stream_end(struct redact_stream *s) {
  buf_reset(&s->out);
  buf_put(&s->out, str_from(buf_str(&s->tail), s->told));
  buf_reset(&s->tail);
  s->told = 0;
  s->inside = STR_NONE;
  return buf_str(&s->out);
}

/* ---- ids of accounts ---- */

static bool is_id_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/* The prefix of an account's id at |at|, or an empty run. */
static struct str id_prefix(struct str text, size_t at) {
  static const struct str prefixes[] = {STR_INIT("org-"),  STR_INIT("org_"), STR_INIT("proj_"),
                                        STR_INIT("proj-"), STR_INIT("ak-"),  STR_INIT("user-"),
                                        STR_INIT("acct_")};
  if (at > 0 && is_id_byte(text.p[at - 1]))
    return STR_NONE;
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t end = at + prefixes[i].n;
    if (str_starts(str_from(text, at), prefixes[i]) && end < text.n && is_id_byte(text.p[end]))
      return prefixes[i];
  }
  return STR_NONE;
}

struct str redact_account_ids(struct str text, struct arena *arena) {
  struct buf out;
  size_t kept = 0;
  buf_init(&out, arena, 2 * text.n + REDACT_MIN);
  for (size_t at = 0; at < text.n; at++) {
    struct str prefix = id_prefix(text, at);
    if (prefix.n == 0)
      continue;
    buf_put(&out, str_part(text, kept, at + prefix.n - kept));
    buf_put(&out, STR("***"));
    for (at += prefix.n; at < text.n && is_id_byte(text.p[at]); at++)
      continue;
    kept = at--;
  }
  if (kept == 0)
    return text;
  buf_put(&out, str_from(text, kept));
  return buf_error(&out) ? STR_NONE : buf_str(&out);
}
