/* problem.c -- see problem.h. */
#include "config/problem.h"

#include "base/errors.h"

enum { STEPS_MAX = 8, SHOWN_MAX = 80 };

struct sentence {
  struct str text;
  bool warning;
};

/* All sentences, a line each; that of a warning begins with '!'. One text takes less room than a
 * table of texts. */
#define MARK_true "!"
#define MARK_false
static const char sentences[] =
#define PROBLEM(name, warning, sentence) MARK_##warning sentence "\n"
#include "config/problem.def"
#undef PROBLEM
    ;

static struct sentence sentence_of(enum config_fault fault) {
  struct str rest = str_of(sentences, sizeof sentences - 1), line = STR_NONE;
  for (int i = 0; i <= (int)fault; i++)
    (void)str_cut(&rest, '\n', &line);
  bool warning = line.p[0] == '!';
  return (struct sentence){str_from(line, warning), warning};
}

const struct str config_shape = STR_INIT("{\"route name\": {\"providers\": [...]}}");

struct config_place config_place_of(const struct config_place *up, struct json_value value,
                                    uint32_t index) {
  return (struct config_place){up, json_key(value), index, json_where(value)};
}

struct str config_shown(struct str text) {
  if (keys_name_secret(text))
    return STR("(not shown)");
  size_t n = text.n < SHOWN_MAX ? text.n : SHOWN_MAX;
  while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
    n--; /* not within a character */
  return str_part(text, 0, n);
}

/* The content of |b|, which is cut when it is too long. */
static struct str keep(struct config_reader *r, const struct buf *b) {
  if (buf_error(b) == ERR_MEMORY)
    r->error = ERR_MEMORY;
  return buf_str(b);
}

/* |text| with the first '%' replaced by |a|, the second by |b|, and |hint| after it. */
static struct str text_of(struct config_reader *r, struct str text, const struct str *a,
                          const struct str *b, struct str hint) {
  struct buf out;
  struct str piece;
  buf_init(&out, &r->config->arena, MESSAGE_MAX);
  while (str_cut(&text, '%', &piece)) {
    buf_put(&out, piece);
    if (a != NULL)
      buf_put(&out, *a);
    a = b;
    b = NULL;
  }
  if (hint.n > 0)
    buf_put_byte(&out, ' ');
  buf_put(&out, hint);
  return keep(r, &out);
}

void config_hint_width(struct config_reader *r, struct str text) {
  static const struct str starts[] = {STR_INIT("\xEF\xBC"), STR_INIT("\xEF\xBD"),
                                      STR_INIT("\xE3\x80")};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
    if (str_find(text, starts[i]) != STR_NOWHERE)
      r->hint = STR("A full-width character is here: type it as on an English keyboard.");
}

struct str config_number(struct config_reader *r, int64_t value) {
  struct buf b;
  buf_init(&b, &r->config->arena, MESSAGE_MAX);
  buf_put_integer(&b, value);
  return keep(r, &b);
}

struct str config_range(struct config_reader *r, int64_t from, int64_t to) {
  struct str a = config_number(r, from), b = config_number(r, to);
  return text_of(r, STR("% to %"), &a, &b, STR_NONE);
}

static bool is_plain(struct str key) {
  for (size_t i = 0; i < key.n; i++) {
    char c = key.p[i], letter = (char)(c | 0x20);
    if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-')
      return false;
  }
  return key.n > 0;
}

static void put_step(struct buf *b, const struct config_place *step) {
  struct str key = config_shown(step->key);
  if (step->key.p == NULL) {
    buf_put_byte(b, '[');
    buf_put_integer(b, step->index);
    buf_put_byte(b, ']');
  } else {
    bool plain = is_plain(key);
    buf_put(b, plain ? STR(".") : STR("[\""));
    buf_put(b, key);
    buf_put(b, plain ? STR_NONE : STR("\"]"));
  }
}

static struct str path_of(struct config_reader *r, const struct config_place *at) {
  const struct config_place *steps[STEPS_MAX];
  struct buf b;
  size_t n = 0;
  for (; at != NULL && at->up != NULL && n < STEPS_MAX; at = at->up)
    steps[n++] = at;
  buf_init(&b, &r->config->arena, MESSAGE_MAX);
  buf_put_byte(&b, '$');
  while (n > 0)
    put_step(&b, steps[--n]);
  return keep(r, &b);
}

/* Room for the next problem, or NULL. When the table is full, an error replaces the last warning.
 */
static struct problem *new_problem(struct config *config, bool warning) {
  config->hidden_errors += !warning;
  if (config->problem_count++ < PROBLEMS_MAX) {
    config->hidden_errors -= !warning;
    return &config->problems[config->problem_count - 1];
  }
  for (uint32_t i = PROBLEMS_MAX; i-- > 0 && !warning;)
    if (config->problems[i].warning) {
      config->hidden_errors--;
      return &config->problems[i];
    }
  return NULL;
}

struct problem *config_say(struct config_reader *r, enum config_fault fault,
                           const struct config_place *at, const struct str *a,
                           const struct str *b) {
  struct config *config = r->config;
  struct sentence s = sentence_of(fault);
  struct str hint = r->hint;
  r->hint = STR_NONE;
  r->bad = r->bad || !s.warning;
  struct problem *p = new_problem(config, s.warning);
  if (p == NULL)
    return NULL;
  *p = (struct problem){.warning = s.warning, .path = path_of(r, at)};
  if (at != NULL && at->where != STR_NOWHERE)
    json_position(config->text, at->where, &p->line, &p->column);
  p->message = text_of(r, s.text, a, b, hint);
  return p;
}

void config_say_rest(struct config_reader *r) {
  struct config *config = r->config;
  if (config->problem_count <= PROBLEMS_MAX)
    return;
  struct str shown = config_number(r, PROBLEMS_MAX);
  struct str rest = config_number(r, config->problem_count - PROBLEMS_MAX);
  config->more = (struct problem){
      .warning = config->hidden_errors == 0,
      .path = STR("$"),
      .message = text_of(r, sentence_of(PROBLEM_MORE).text, &shown, &rest, STR_NONE)};
}

void config_guess_init(struct config_guess *g, struct str name) {
  /* In a short name, two different letters are too many. */
  unsigned limit = name.n <= 4 ? 1 : name.n <= 8 ? 2 : 3;
  *g = (struct config_guess){.name = name, .distance = limit + 1};
}

enum { GUESS_MAX = 64 };

/* |s| in lower case, cut at GUESS_MAX. */
static struct str lower(struct str s, char to[GUESS_MAX]) {
  size_t n = s.n < GUESS_MAX ? s.n : GUESS_MAX;
  for (size_t i = 0; i < n; i++)
    to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + ('a' - 'A')) : s.p[i];
  return str_of(to, n);
}

void config_guess_try(struct config_guess *g, struct str candidate) {
  char a[GUESS_MAX], b[GUESS_MAX];
  unsigned distance = str_distance(lower(g->name, a), lower(candidate, b), g->distance);
  if (distance >= g->distance)
    return;
  g->distance = distance;
  g->best = candidate;
}

void config_guess_hint(struct config_reader *r, const struct config_guess *g) {
  if (g->best.n > 0)
    r->hint = text_of(r, STR("Did you mean `%`?"), &g->best, NULL, STR_NONE);
}
