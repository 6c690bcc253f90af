/* code_fence.c -- see code_fence.h.
 *
 * Models put this around JSON that was requested without it:
 *
 *   \n```json\n{"a":1}\n```\n
 *
 * A line of ``` cannot be part of JSON, whose strings have no line ends.  ``` behind other text on
 * a line can be: it is a fence only when nothing follows.
 */
#include "conform/code_fence.h"

#include <string.h>

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void pass(struct code_fence *f, struct str text) {
  struct event ev = {.kind = EVENT_TEXT, .text = text};
  if (text.n > 0)
    f->next->put(f->next, &ev);
}

static void flush(struct code_fence *f) {
  struct str held = str_of(f->hold, f->held);
  f->held = 0;
  pass(f, held);
}

/* Pass on the held bytes and |text|, except for the last |keep| bytes, which are held. */
static void pass_but(struct code_fence *f, struct str text, size_t keep) {
  if (keep > text.n) {
    memcpy(f->hold + f->held, text.p, text.n);
    f->held = (uint8_t)keep;
    return;
  }
  flush(f);
  pass(f, str_part(text, 0, text.n - keep));
  memcpy(f->hold, text.p + text.n - keep, keep);
  f->held = (uint8_t)keep;
}

/* ---- the opening fence ---- */

static struct str skip_spaces(struct str s) {
  while (s.n > 0 && is_space(s.p[0]))
    s = str_from(s, 1);
  return s;
}

/* Step over |word|; false when |*s| does not begin with it or a part of it. */
static bool skip_word(struct str *s, struct str word) {
  struct str front = str_part(*s, 0, word.n);
  bool good = str_equal_nocase(front, str_part(word, 0, front.n));
  *s = str_from(*s, front.n);
  return good;
}

/* The place behind |s|, which is all of the text so far. */
static enum code_fence_place read_opening(struct str s) {
  s = skip_spaces(s);
  if (!skip_word(&s, STR("```")))
    return CODE_FENCE_NONE;
  if (s.n > 0 && (s.p[0] | 0x20) == 'j' && !skip_word(&s, STR("json")))
    return CODE_FENCE_NONE;
  if (s.n > 0 && s.p[s.n - 1] == '\n')
    return CODE_FENCE_INSIDE;
  s = skip_spaces(s);
  if (s.n == 0)
    return CODE_FENCE_START;
  return s.p[0] == '{' || s.p[0] == '[' ? CODE_FENCE_INSIDE : CODE_FENCE_NONE;
}

/* Read until the place is known. Returns the rest of |text|. */
static struct str feed_start(struct code_fence *f, struct str text) {
  size_t before = f->held, at = 0;
  while (at < text.n && f->place == CODE_FENCE_START) {
    f->hold[f->held++] = text.p[at++];
    f->place = read_opening(str_of(f->hold, f->held));
    if (f->held == CODE_FENCE_HELD_MAX && f->place == CODE_FENCE_START)
      f->place = CODE_FENCE_NONE;
  }
  if (f->place == CODE_FENCE_START)
    return str_from(text, at);
  f->line = true;
  f->held = f->place == CODE_FENCE_NONE ? (uint8_t)before : 0;
  flush(f);
  return f->place == CODE_FENCE_NONE ? text : str_from(text, text.p[at - 1] == '\n' ? at : at - 1);
}

/* ---- the closing fence ---- */

/* The held bytes are no part of a fence. */
static size_t forget(struct code_fence *f) {
  f->ticks = 0;
  f->line = false;
  return 0;
}

/* Read one byte. |held| bytes before it may belong to a fence; returns their new number. */
static size_t read_closing(struct code_fence *f, char c, size_t held) {
  if (is_space(c)) {
    if (f->ticks == 1 || f->ticks == 2)
      held = forget(f);
    f->line |= c == '\n' && f->ticks == 0;
    f->ticks += f->ticks == 3; /* 4: a space has come behind them */
  } else if (c == '`') {
    if (f->ticks > 2)
      held = forget(f);
    f->ticks++;
  } else {
    return forget(f);
  }
  if (f->ticks == 3 && f->line)
    f->place = CODE_FENCE_CLOSED;
  if (held + 1 < CODE_FENCE_HELD_MAX)
    return held + 1;
  f->ticks = 0; /* too many spaces for a fence */
  return 0;
}

static void feed_inside(struct code_fence *f, struct str text) {
  size_t held = f->held, at = 0;
  while (at < text.n && f->place == CODE_FENCE_INSIDE)
    held = read_closing(f, text.p[at++], held);
  pass_but(f, str_part(text, 0, at), held);
  if (f->place == CODE_FENCE_CLOSED)
    f->held = 0;
}

/* ---- */

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct code_fence *f = (struct code_fence *)sink;
  struct str text = ev->text;
  if (ev->kind != EVENT_TEXT) {
    /* Some services send usage with every piece: that must not release a fence. */
    if (ev->kind != EVENT_USAGE && ev->kind != EVENT_BEGIN && ev->kind != EVENT_REASONING)
      code_fence_end(f);
    f->next->put(f->next, ev);
    return;
  }
  if (f->place == CODE_FENCE_START)
    text = feed_start(f, text);
  if (f->place == CODE_FENCE_INSIDE)
    feed_inside(f, text);
  else if (f->place == CODE_FENCE_NONE)
    pass(f, text);
}

struct event_sink *code_fence_init(struct code_fence *f, struct event_sink *next, bool active) {
  *f = (struct code_fence){.sink = {put_event}, .next = next};
  f->place = active ? CODE_FENCE_START : CODE_FENCE_NONE;
  return active ? &f->sink : next;
}

void code_fence_end(struct code_fence *f) {
  if (f->place == CODE_FENCE_INSIDE && f->ticks > 2)
    f->held = 0;
  flush(f);
  f->ticks = 0;
}
