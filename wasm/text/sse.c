/* sse.c -- text/event-stream.
 *
 *     event: response.output_text.delta          a field: name, colon, value;
 *     data: {"type":"response.output_text.d..."}  one space after the colon goes
 *                                                 an empty line ends the event
 *     : keep-alive                                a comment
 *     data: [DONE]
 *
 * Lines that are complete within a piece are not copied.  Copied are a line that the end of a piece
 * cuts, and what an unfinished event has so far.
 */
#include "text/sse.h"

#include "base/errors.h"
#include "base/scan.h"
#include "limits.h"

void sse_init(struct sse *s, struct arena *arena) {
  *s = (struct sse){0};
  buf_init(&s->line, arena, SSE_EVENT_MAX);
  buf_init(&s->data, arena, SSE_EVENT_MAX);
  buf_init(&s->name, arena, SSE_EVENT_MAX);
}

void sse_feed(struct sse *s, struct str chunk) {
  s->chunk = chunk;
}

static void forget_event(struct sse *s) {
  buf_forget(&s->data);
  buf_forget(&s->name);
  if (s->line_read)
    buf_forget(&s->line);
  s->lent_data = s->lent_name = STR_NONE;
  s->line_read = s->has_data = s->took = false;
}

static struct str held(const struct buf *b, struct str lent) {
  return lent.p != NULL ? lent : buf_str(b);
}

/* Copy a borrowed text into |b|. */
static void keep(struct buf *b, struct str *lent) {
  buf_put(b, *lent);
  *lent = STR_NONE;
}

/* The limit counts all parts of an event together. */
static bool is_over(const struct sse *s, size_t more) {
  size_t n = s->data.n + s->lent_data.n + s->name.n + s->lent_name.n;
  n += s->line_read ? 0 : s->line.n;
  return n > SSE_EVENT_MAX || more > SSE_EVENT_MAX - n;
}

static int fail(struct sse *s, int error) {
  s->error = error;
  return error;
}

static int sse_check(struct sse *s) {
  int error = buf_error(&s->line);
  error = error != 0 ? error : buf_error(&s->data);
  error = error != 0 ? error : buf_error(&s->name);
  return error != 0 ? fail(s, error) : 0;
}

static struct str field_value(struct str rest) {
  return str_starts(rest, STR(" ")) ? str_from(rest, 1) : rest;
}

/* Some gateways put "data:" before what has it already. No JSON begins so. */
static void read_data(struct sse *s, struct str value) {
  static const struct str name = STR_INIT("data:");
  if (str_starts(value, name))
    value = field_value(str_from(value, name.n));
  if (!s->has_data) {
    s->has_data = true;
    s->lent_data = value;
    return;
  }
  keep(&s->data, &s->lent_data);
  buf_put_byte(&s->data, '\n');
  buf_put(&s->data, value);
}

static void read_field(struct sse *s, struct str line) {
  size_t colon = scan_until(line.p, line.n, ':', ':');
  struct str name = str_part(line, 0, colon);
  struct str value = field_value(str_from(line, colon + 1));
  if (str_equal(name, STR("data"))) {
    read_data(s, value);
  } else if (str_equal(name, STR("event"))) {
    buf_reset(&s->name);
    s->lent_name = value;
  }
}

/* The value of a line "|name|: value"; false when it is another. */
static bool read_value(struct str line, struct str name, struct str *value) {
  if (!str_starts(line, name) || line.n == name.n || line.p[name.n] != ':')
    return false;
  *value = field_value(str_from(line, name.n + 1));
  return true;
}

/* Some services send one line end between events instead of two. Their events are recognised by the
 * content: no JSON has a line that ends in '}' before one that begins with '{', and no event has
 * two names. */
static bool begins_next(const struct sse *s, struct str line) {
  struct str value, data = held(&s->data, s->lent_data);
  if (!s->has_data || line.n == 0)
    return false;
  if (read_value(line, STR("event"), &value))
    return held(&s->name, s->lent_name).n > 0;
  if (!read_value(line, STR("data"), &value) || !str_ends(data, STR("}")))
    return false;
  return str_starts(value, STR("{")) || str_equal(value, STR("[DONE]"));
}

struct str sse_without_bom(struct str text) {
  return str_starts(text, STR("\xEF\xBB\xBF")) ? str_from(text, 3) : text;
}

/* SSE_EVENT when |line| is the one that ends an event. */
static int read_line(struct sse *s, struct str line) {
  if (!s->started)
    line = sse_without_bom(line);
  s->started = true;
  if (line.n == 0) {
    if (s->has_data)
      return SSE_EVENT;
    forget_event(s);
    return SSE_MORE;
  }
  if (line.p[0] == ':')
    s->comments++;
  else
    read_field(s, line);
  return SSE_MORE;
}

/* Copy the rest of the piece, a line without its end, and all that points into the piece or into
 * the line copied before. */
static int keep_rest(struct sse *s) {
  keep(&s->data, &s->lent_data);
  keep(&s->name, &s->lent_name);
  if (s->line_read)
    buf_forget(&s->line);
  s->line_read = false;
  if (is_over(s, s->chunk.n))
    return fail(s, ERR_LIMIT);
  buf_put(&s->line, s->chunk);
  s->chunk = STR_NONE;
  return sse_check(s);
}

/* Read the line whose next |n| bytes end it, together with the bytes copied earlier. */
static int take_line(struct sse *s, size_t n) {
  if (is_over(s, n))
    return fail(s, ERR_LIMIT);
  struct str line = str_part(s->chunk, 0, n);
  bool joined = s->line.n > 0 && !s->line_read;
  if (joined) {
    buf_put(&s->line, line);
    line = buf_str(&s->line);
  }
  int error = sse_check(s);
  if (error != 0)
    return error;
  bool next = begins_next(s, line);
  if (next && !joined)
    return SSE_EVENT; /* the line stays in the piece */
  s->after_cr = s->chunk.p[n] == '\r';
  s->chunk = str_from(s->chunk, n + 1);
  s->line_next = next;
  s->line_read |= joined && !next;
  return next ? SSE_EVENT : read_line(s, line);
}

/* Read the line that ended the last event and begins this one. */
static void take_next_line(struct sse *s) {
  if (!s->line_next)
    return;
  s->line_next = false;
  s->line_read = true;
  read_line(s, buf_str(&s->line));
}

static void pass_lf(struct sse *s) {
  if (!s->after_cr || s->chunk.n == 0)
    return;
  s->after_cr = false;
  if (s->chunk.p[0] == '\n')
    s->chunk = str_from(s->chunk, 1);
}

/* Cut a line off that ends with LF. */
static bool cut_line(struct str *rest, struct str *line) {
  size_t n = scan_until(rest->p, rest->n, '\n', '\r');
  if (n == rest->n || rest->p[n] == '\r')
    return false;
  *line = str_part(*rest, 0, n);
  *rest = str_from(*rest, n + 1);
  return true;
}

/* Mostly an event is a line of data, perhaps behind one with its name, and all of it is in the
 * piece: then this is all of the code that is needed. */
static bool take_plain(struct sse *s, struct sse_event *ev) {
  struct str line, rest = s->chunk;
  if (!s->started || s->after_cr || s->line_next || sse_partial(s) || !cut_line(&rest, &line))
    return false;
  ev->name = STR_NONE;
  if (read_value(line, STR("event"), &ev->name) && !cut_line(&rest, &line))
    return false;
  if (!read_value(line, STR("data"), &ev->data) || str_starts(ev->data, STR("data:")) ||
      !str_starts(rest, STR("\n")) || s->chunk.n - rest.n > SSE_EVENT_MAX)
    return false;
  s->chunk = str_from(rest, 1);
  return true;
}

int sse_next(struct sse *s, struct sse_event *ev) {
  if (s->error != 0)
    return s->error;
  if (s->took)
    forget_event(s);
  if (take_plain(s, ev))
    return SSE_EVENT;
  take_next_line(s);
  for (;;) {
    pass_lf(s);
    size_t n = scan_until(s->chunk.p, s->chunk.n, '\n', '\r');
    if (n == s->chunk.n)
      return keep_rest(s);
    int state = take_line(s, n);
    if (state == SSE_MORE)
      continue;
    if (state == SSE_EVENT) {
      s->took = true;
      ev->name = held(&s->name, s->lent_name);
      ev->data = held(&s->data, s->lent_data);
    }
    return state;
  }
}

void sse_feed_end(struct sse *s) {
  sse_feed(s, STR("\n\n"));
}

/* True when |front| begins with |word|; |*more| is set when it could, with further bytes. */
static bool may_start(struct str front, struct str word, bool *more) {
  *more |= front.n < word.n && str_starts(word, front);
  return str_starts(front, word);
}

enum sse_sniff sse_sniff(struct str front) {
  static const struct str fields[] = {STR_INIT(":"), STR_INIT("data:"), STR_INIT("event:"),
                                      STR_INIT("id:"), STR_INIT("retry:")};
  bool more = false;
  may_start(front, STR("\xEF\xBB\xBF"), &more);
  front = sse_without_bom(front);
  while (front.n > 0 && str_find_byte(STR(" \t\r\n"), front.p[0]) != STR_NOWHERE)
    front = str_from(front, 1);
  if (front.n == 0)
    return SSE_SNIFF_MORE;
  if (front.p[0] == '{' || front.p[0] == '[')
    return SSE_SNIFF_JSON;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (may_start(front, fields[i], &more))
      return SSE_SNIFF_EVENTS;
  }
  return more ? SSE_SNIFF_MORE : SSE_SNIFF_OTHER;
}

bool sse_is_done(struct str data) {
  data = str_trim(data);
  if (data.n > 2 && data.p[0] == '"' && str_ends(data, STR("\"")))
    data = str_part(data, 1, data.n - 2);
  return str_equal_nocase(data, STR("[DONE]"));
}

struct str sse_without_done(struct str body) {
  struct str text = str_trim(body), done = STR("[DONE]"), field = STR("data:");
  if (!str_ends(text, done))
    return body;
  text = str_trim(str_part(text, 0, text.n - done.n));
  return str_ends(text, field) ? str_part(text, 0, text.n - field.n) : text;
}

bool sse_partial(const struct sse *s) {
  if (s->took)
    return s->line_next;
  return s->has_data || s->line.n > 0 || s->name.n > 0;
}

/* A line end within |text| would let it add fields of its own: refused. */
static void put_line(struct buf *out, struct str text) {
  if (scan_until(text.p, text.n, '\n', '\r') < text.n && out->error == 0)
    out->error = ERR_VALUE;
  buf_put(out, text);
}

void sse_put_open(struct buf *out, struct str name) {
  if (name.n > 0) {
    buf_put(out, STR("event: "));
    put_line(out, name);
    buf_put_byte(out, '\n');
  }
  buf_put(out, STR("data: "));
}

void sse_put_close(struct buf *out) {
  buf_put(out, STR("\n\n"));
}

void sse_put_event(struct buf *out, struct str name, struct str data) {
  struct str line;
  sse_put_open(out, name);
  for (bool more = false; str_cut(&data, '\n', &line); more = true) {
    if (more)
      buf_put(out, STR("\ndata: "));
    put_line(out, line);
  }
  sse_put_close(out);
}

void sse_put_comment(struct buf *out, struct str text) {
  buf_put(out, STR(": "));
  put_line(out, text);
  buf_put(out, STR("\n\n"));
}

void sse_put_done(struct buf *out) {
  buf_put(out, STR("data: [DONE]\n\n"));
}
