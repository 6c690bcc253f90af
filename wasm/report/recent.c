/* recent.c -- see recent.h. */
#include "report/recent.h"

#include <string.h>

#include "text/head.h"
#include "text/json.h"

#define PREFIX "requests/"

/* ---- collecting lines ---- */

void recent_clear(struct recent *r) {
  r->n = r->written = r->refused = r->left_out = 0;
}

/* Drop the oldest lines until |n| more bytes fit. */
static void roll(struct recent *r, size_t n) {
  struct str rest = str_of(r->text, r->n), line;
  while (rest.n + n > RECENT_BYTES && str_cut(&rest, '\t', &line))
    continue;
  memmove(r->text, rest.p, rest.n);
  r->n = (uint32_t)rest.n;
}

static size_t room_for(const struct recent *r, enum recent_worth worth) {
  size_t most = worth == RECENT_FAILED ? RECENT_BYTES : RECENT_BYTES / 2;
  if (worth == RECENT_REFUSED && r->refused >= RECENT_REFUSED_MAX)
    return 0;
  return most > r->n ? most - r->n : 0;
}

void recent_take(struct recent *r, struct str line, enum recent_worth worth, bool rolling) {
  if (line.n == 0 || line.n >= RECENT_LINE_MAX) {
    r->left_out++;
    return;
  }
  if (rolling)
    roll(r, line.n + 1);
  else if (line.n + 1 > room_for(r, worth)) {
    r->left_out++;
    return;
  }
  memcpy(r->text + r->n, line.p, line.n);
  r->n += (uint32_t)line.n;
  r->text[r->n++] = '\t';
  r->refused += worth == RECENT_REFUSED;
}

/* ---- writing to the store ---- */

bool recent_pending(const struct recent *r) {
  return r->n > r->written;
}

static void put_batch(const struct recent *r, struct buf *lines) {
  buf_put(lines, STR("set " PREFIX));
  buf_put_integer(lines, (int64_t)r->begun);
  buf_put_byte(lines, '-');
  buf_put_integer(lines, r->random);
  buf_put_byte(lines, ' ');
  buf_put_integer(lines, r->left_out);
  buf_put_byte(lines, ' ');
  buf_put(lines, str_of(r->text, r->n - 1));
  buf_put_byte(lines, '\n');
}

static void put_keep(struct buf *lines) {
  buf_put(lines, STR("keep " PREFIX " "));
  buf_put_integer(lines, RECENT_ROWS_KEPT);
  buf_put_byte(lines, '\n');
}

/* The next line begins a batch unless this one is young and has room. */
static void end_batch(struct recent *r, double now) {
  if (now >= r->begun + RECENT_BATCH_MS || r->n >= RECENT_BATCH_BYTES)
    recent_clear(r);
}

void recent_put(struct recent *r, struct buf *lines, double now) {
  if (!recent_pending(r) || lines->max - lines->n < r->n + RECENT_KEY_MAX)
    return;
  bool is_new = r->written == 0;
  if (is_new)
    r->begun = now;
  put_batch(r, lines);
  if (is_new)
    put_keep(lines);
  r->written = r->n;
  end_batch(r, now);
}

/* ---- the query ---- */

struct wish {
  struct str route, outcome, id; /* empty: any */
  struct str before;             /* a key without its prefix; empty: the newest */
  int64_t index;                 /* how many lines of that row to show; negative: none */
  int64_t limit;
};

static bool is_key(struct str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '-')
      return false;
  return s.n < RECENT_KEY_MAX;
}

static struct str value_of(struct str query, struct str name, struct arena *arena) {
  return head_decode(head_query(query, name), arena);
}

/* A cursor is "KEY:LINES". Keys sort by time, so a time in ms can stand in place of a key. */
static struct wish read_wish(struct str query, struct arena *arena) {
  struct wish w = {.route = value_of(query, STR("route"), arena),
                   .outcome = value_of(query, STR("outcome"), arena),
                   .id = value_of(query, STR("id"), arena),
                   .index = -1,
                   .limit = head_query_integer(query, STR("limit"), RECENT_SHOWN)};
  struct str rest = value_of(query, STR("before"), arena);
  if (!str_cut(&rest, ':', &w.before) || !is_key(w.before))
    w.before = STR_NONE;
  if (!str_integer(rest, &w.index))
    w.index = -1;
  if (w.limit < 1 || w.limit > RECENT_SHOWN_MAX)
    w.limit = w.limit < 1 ? 1 : RECENT_SHOWN_MAX;
  return w;
}

void recent_put_question(struct buf *lines, struct str query, struct arena *arena) {
  struct wish w = read_wish(query, arena);
  buf_put(lines, STR("last " PREFIX " " PREFIX));
  buf_put(lines, w.before.n > 0 ? w.before : STR("~"));
  buf_put_byte(lines, ' ');
  buf_put_integer(lines, RECENT_READ_MAX);
  buf_put_byte(lines, '\n');
}

static bool is_or_any(struct json_value v, struct str wanted) {
  return wanted.n == 0 || json_is(v, wanted);
}

static bool is_wanted(const struct wish *w, struct str line, struct arena *arena) {
  struct json json;
  size_t where;
  if (w->route.n + w->outcome.n + w->id.n == 0)
    return true;
  if (str_find(line, w->id) == STR_NOWHERE || json_parse(&json, arena, line, &where) != 0)
    return false;
  struct json_value root = json_root(&json);
  return is_or_any(json_find(root, STR("route")), w->route) &&
         is_or_any(json_find(root, STR("outcome")), w->outcome) &&
         is_or_any(json_find(root, STR("id")), w->id);
}

/* ---- the report ---- */

/* The report that is being written: rows newest first, and the lines of each row as well. */
struct report {
  struct buf *out;
  struct wish wish;
  struct arena *arena;
  int64_t shown, left_out;
  struct str key; /* of the last row that was read */
  uint32_t lines; /* of that row that were not read */
};

/* Remove the last line from |text| and return it in |*line|. */
static bool cut_last(struct str *text, struct str *line) {
  if (text->n == 0)
    return false;
  size_t from = text->n;
  while (from > 0 && text->p[from - 1] != '\t')
    from--;
  *line = str_from(*text, from);
  *text = str_part(*text, 0, from > 0 ? from - 1 : 0);
  return true;
}

static uint32_t count_lines(struct str text) {
  struct str line;
  uint32_t n = 0;
  while (str_cut(&text, '\t', &line))
    n++;
  return n;
}

static void show_lines(struct report *p, struct str text, int64_t most) {
  struct str line;
  p->lines = count_lines(text);
  while (p->shown < p->wish.limit && cut_last(&text, &line)) {
    p->lines--;
    if ((int64_t)p->lines >= most || !is_wanted(&p->wish, line, p->arena))
      continue;
    json_put_raw(p->out, line);
    p->shown++;
  }
}

/* "requests/KEY COUNT LINES" */
static void show_row(struct report *p, struct str row) {
  struct str word;
  int64_t left_out = 0;
  if (!str_starts(row, STR(PREFIX)) || !str_cut(&row, ' ', &word))
    return;
  p->key = str_from(word, sizeof PREFIX - 1);
  if (!str_cut(&row, ' ', &word) || !str_integer(word, &left_out))
    return;
  bool partly = p->wish.index >= 0 && str_equal(p->key, p->wish.before);
  p->left_out += partly ? 0 : left_out;
  show_lines(p, row, partly ? p->wish.index : INT64_MAX);
}

static void open_report(struct report *p) {
  json_put_open(p->out, '{');
  json_put_member_open(p->out, STR("requests"), '[');
}

static void close_report(struct report *p, bool more) {
  json_put_close(p->out, ']');
  if (more && p->key.n > 0) {
    json_put_key(p->out, STR("next"));
    json_put_quote(p->out);
    json_put_text(p->out, p->key);
    buf_put_byte(p->out, ':');
    buf_put_integer(p->out, p->lines);
    json_put_unquote(p->out);
  }
  json_put_member_integer(p->out, STR("left_out"), p->left_out);
  json_put_close(p->out, '}');
}

void recent_put_report(struct buf *out, struct str stored, struct str query, struct arena *arena) {
  struct report p = {.out = out, .wish = read_wish(query, arena), .arena = arena};
  struct str row, rest = stored;
  open_report(&p);
  while (p.shown < p.wish.limit && str_cut(&rest, '\n', &row))
    show_row(&p, row);
  /* There are no older rows if the store returned less than was asked for. */
  close_report(&p, p.lines > 0 || rest.n > 0 || stored.n >= RECENT_READ_MAX);
}

void recent_put_own(struct buf *out, const struct recent *r, struct str query,
                    struct arena *arena) {
  struct report p = {.out = out, .wish = read_wish(query, arena), .arena = arena};
  open_report(&p);
  show_lines(&p, str_of(r->text, r->n > 0 ? r->n - 1 : 0), INT64_MAX);
  p.left_out = r->left_out;
  close_report(&p, false);
}
