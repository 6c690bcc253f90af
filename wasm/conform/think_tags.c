/* think_tags.c -- see think_tags.h.
 *
 * Tags that models write into their content:
 *
 *   <think>thought</think>\n\nanswer      of the chat template
 *   thought</think>\n\nanswer             the same, with the opener in the prompt
 *   <|begin_of_box|>42<|end_of_box|>      GLM-4.5V, around the final answer
 *
 * A '<' is only the first byte of a mark, which makes the search simple.
 */
#include "conform/think_tags.h"

#include <string.h>

enum mark { MARK_OPEN, MARK_CLOSE, MARK_BOX, MARK_BOX_END, MARKS, MARK_PART };

static const struct str marks[MARKS] = {
    [MARK_OPEN] = STR_INIT("<think>"),
    [MARK_CLOSE] = STR_INIT("</think>"),
    [MARK_BOX] = STR_INIT("<|begin_of_box|>"),
    [MARK_BOX_END] = STR_INIT("<|end_of_box|>"),
};

static bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Has the text, with |before|, only a few spaces so far? */
static bool at_start(const struct think_tags *m, struct str before) {
  return !m->passed && !m->closed && !m->thinking && before.n <= THINK_TAGS_SPACES_MAX &&
         str_trim(before).n == 0;
}

/* Has |mark| a meaning at this place? */
static bool counts(const struct think_tags *m, int mark, bool start) {
  if (mark == MARK_OPEN)
    return start;
  return mark == MARK_CLOSE ? !m->closed : !m->thinking;
}

/* The mark that |s| begins with; MARK_PART when |s| is all of it the beginning of
 * one, MARKS when of none. */
static int find_mark(const struct think_tags *m, struct str s, bool start) {
  int found = MARKS;
  for (int i = 0; i < MARKS; i++) {
    if (!counts(m, i, start))
      continue;
    if (str_starts(s, marks[i]))
      return i;
    if (str_starts(marks[i], s))
      found = MARK_PART;
  }
  return found;
}

static void pass(struct think_tags *m, struct str text, bool thought) {
  while (m->skip && text.n > 0 && is_space(text.p[0]))
    text = str_from(text, 1);
  if (text.n == 0)
    return;
  struct event ev = {.kind = thought ? EVENT_REASONING : EVENT_TEXT, .text = text};
  m->skip = false;
  m->passed |= !thought;
  m->next->put(m->next, &ev);
}

/* Handle a complete mark, and the text |before| it that was not passed on yet. */
static void pass_mark(struct think_tags *m, int mark, struct str before) {
  bool first = !m->passed;
  if (m->thinking || !first || str_trim(before).n > 0)
    pass(m, before, m->thinking || (mark == MARK_CLOSE && first));
  if (mark > MARK_CLOSE)
    return;
  m->thinking = mark == MARK_OPEN;
  m->closed = mark == MARK_CLOSE;
  m->skip = first;
}

static void flush(struct think_tags *m) {
  struct str held = str_of(m->hold, m->held);
  m->held = 0;
  pass(m, held, m->thinking);
}

static void hold(struct think_tags *m, struct str text) {
  memcpy(m->hold, text.p, text.n);
  m->held = (uint8_t)text.n;
}

/* Pass on or hold the front of |text|. Returns the number of bytes done. Only marks that begin
 * before |limit| are handled. */
static size_t feed(struct think_tags *m, struct str text, size_t limit) {
  size_t at = 0;
  for (;; at++) {
    size_t next = str_find_byte(str_from(text, at), '<');
    at = next == STR_NOWHERE ? text.n : at + next;
    if (at >= limit && limit < text.n) {
      pass(m, str_part(text, 0, limit), m->thinking);
      return limit;
    }
    struct str before = str_part(text, 0, at);
    bool start = at_start(m, before);
    int mark = at < text.n ? find_mark(m, str_from(text, at), start) : MARK_PART;
    if (mark < MARKS) {
      pass_mark(m, mark, before);
      return at + marks[mark].n;
    }
    if (mark == MARKS)
      continue;
    if (start)
      at = 0;
    pass(m, str_part(text, 0, at), m->thinking);
    hold(m, str_from(text, at));
    return text.n;
  }
}

/* Handle the held bytes together with the front of |text|. Returns how much of |text| is done. A
 * mark begins in the held bytes, or at the start of the text behind held spaces. */
static size_t feed_held(struct think_tags *m, struct str text) {
  char joined[THINK_TAGS_HELD_MAX + THINK_TAGS_MARK_MAX];
  size_t held = m->held, more = text.n < THINK_TAGS_MARK_MAX ? text.n : THINK_TAGS_MARK_MAX;
  size_t done = 0;
  memcpy(joined, m->hold, held);
  memcpy(joined + held, text.p, more);
  m->held = 0;
  size_t limit = at_start(m, str_of(joined, held)) ? held + more : held;
  while (done < held)
    done += feed(m, str_of(joined + done, held + more - done), limit - done);
  return done - held;
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct think_tags *m = (struct think_tags *)sink;
  struct str text = ev->text;
  if (m->active && ev->kind == EVENT_TEXT) {
    while (text.n > 0)
      text = str_from(text, m->held > 0 ? feed_held(m, text) : feed(m, text, text.n));
    return;
  }
  /* Some services send usage with every piece: that must not release a mark. */
  if (ev->kind != EVENT_USAGE && ev->kind != EVENT_BEGIN)
    flush(m);
  m->next->put(m->next, ev);
}

struct event_sink *think_tags_init(struct think_tags *m, struct event_sink *next, bool active) {
  *m = (struct think_tags){.sink = {put_event}, .next = next, .active = active};
  return active ? &m->sink : next;
}

void think_tags_end(struct think_tags *m) {
  flush(m);
}
