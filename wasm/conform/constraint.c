/* constraint.c -- see constraint.h.
 *
 * Models that are asked for JSON say a word before it or behind it all the same:
 *
 *   Here it is: {"a":1}  Does that help?
 */
#include "conform/constraint.h"

#include "chat/tools.h"
#include "limits.h"
#include "text/schema.h"

/* Pass on |text|, a part of what is held back. */
static void pass(struct constraint *d, struct str text) {
  struct event ev = {.kind = EVENT_TEXT, .text = text};
  if (ev.text.n > 0)
    d->next->put(d->next, &ev);
}

/* The part of the text that is the answer, as far as is known. */
static struct str answer_of(const struct constraint *d) {
  struct str text = buf_str(&d->text);
  if (d->passed == 0)
    return text;
  return str_part(text, d->start, d->prefix.ended ? d->prefix.n : text.n);
}

/* Pass on what is left of |answer|. */
static void pass_rest(struct constraint *d, struct str answer) {
  pass(d, str_from(answer, d->passed));
  buf_reset(&d->text);
  d->early = false;
  d->passed = 0;
}

/* The length of the object or array at the front of |text|; 0 when it has no end. */
static size_t value_length(struct str text) {
  struct json_prefix p = {0};
  json_prefix_read(&p, text);
  return p.ended ? p.n : 0;
}

static size_t find_bracket(struct str text) {
  size_t object = str_find_byte(text, '{'), array = str_find_byte(text, '[');
  return object < array ? object : array;
}

/* The longest JSON object or array within |text|, which is prose. At most CONSTRAINT_TRIES_MAX
 * brackets without an end are tried: prose has few. */
static bool find_json(struct constraint *d, struct str text, struct json *json) {
  struct str best = STR_NONE;
  size_t where;
  for (int tries = 0; tries < CONSTRAINT_TRIES_MAX; tries++) {
    size_t at = find_bracket(text);
    if (at == STR_NOWHERE)
      break;
    text = str_from(text, at);
    size_t n = value_length(text);
    struct str found = str_part(text, 0, n);
    if (n > best.n && json_parse_lenient(json, d->arena, found, &where) == 0)
      best = found;
    text = str_from(text, n > 0 ? n : 1);
  }
  return best.n > 0 && json_parse_lenient(json, d->arena, best, &where) == 0;
}

static int read_schema(struct constraint *d) {
  size_t where;
  return d->rules.count > 0 ? 0 : json_parse_lenient(&d->rules, d->arena, d->schema, &where);
}

/* 0 when the held text is valid: |d->answer| is then the JSON in it. Else |d->faults| has the
 * faults. */
static int check_schema(struct constraint *d) {
  struct json answer;
  size_t where;
  int err = read_schema(d);
  if (err)
    return err;
  err = json_parse_lenient(&answer, d->arena, d->answer, &where);
  if (err == 0 || (err != ERR_MEMORY && d->passed == 0 && find_json(d, d->answer, &answer))) {
    d->answer = answer.text;
    return schema_check(json_root(&answer), json_root(&d->rules), NULL, d->arena, &d->faults);
  }
  if (err == ERR_MEMORY)
    return err;
  buf_put(&d->faults, STR("It is not valid JSON: byte "));
  buf_put_integer(&d->faults, (int64_t)where);
  buf_put(&d->faults, STR(" is wrong.\n"));
  return err;
}

/* ---- as it comes ---- */

/* Is |text|, closed, valid as far as it has come? An empty object or array may be prose. */
static bool is_valid_so_far(struct constraint *d, struct str text) {
  struct json json;
  struct buf closed, faults;
  struct arena scratch;
  size_t where;
  arena_init(&scratch);
  buf_init(&closed, &scratch, 2 * OUTPUT_MAX);
  buf_init(&faults, &scratch, MESSAGE_MAX);
  json_prefix_put(&d->prefix, text, &closed);
  struct str all = buf_str(&closed);
  bool valid = buf_error(&closed) == 0 && read_schema(d) == 0 &&
               json_parse_lenient(&json, &scratch, all, &where) == 0 &&
               !json_is_empty(json_root(&json)) &&
               schema_check(json_root(&json), json_root(&d->rules), all.p + d->prefix.n, &scratch,
                            &faults) == 0;
  arena_drop(&scratch);
  return valid;
}

/* May the JSON at the front of |text| be passed on as far as it can be closed? Within a string
 * nothing new can be wrong but its length. */
static bool may_pass(struct constraint *d, struct str text) {
  const struct json_prefix *p = &d->prefix;
  if (p->n <= d->passed || json_prefix_in_string(p, d->passed))
    return p->n > d->passed;
  if (p->n < d->due && !p->ended)
    return false;
  d->due = p->n + 1 + p->n / CONSTRAINT_PART;
  return is_valid_so_far(d, text);
}

static bool find_start(struct constraint *d) {
  struct str rest = str_from(buf_str(&d->text), d->start);
  size_t at = find_bracket(rest);
  d->start += at == STR_NOWHERE ? rest.n : at;
  d->tries += at != STR_NOWHERE;
  return at != STR_NOWHERE;
}

/* JSON that is not the answer is prose: another may follow. */
static void pass_early(struct constraint *d) {
  struct json_prefix *p = &d->prefix;
  while (p->read > 0 || (d->tries < CONSTRAINT_TRIES_MAX && find_start(d))) {
    struct str text = str_from(buf_str(&d->text), d->start);
    json_prefix_read(p, text);
    if (may_pass(d, text)) {
      pass(d, str_part(text, d->passed, p->n - d->passed));
      d->passed = p->n;
    }
    d->early = !p->ended || d->passed == 0;
    if (!p->ended || d->passed > 0)
      return;
    d->start += p->read;
    d->due = 0;
    *p = (struct json_prefix){0};
  }
}

/* ---- */

/* An answer that was cut off, or that first calls a tool, need not be valid. */
static bool is_met(struct constraint *d, enum finish finish) {
  if (finish != FINISH_STOP && finish != FINISH_CALLS)
    return true;
  if (d->call && !d->called) {
    buf_put(&d->faults, STR("No tool was called, and one must be.\n"));
    return false;
  }
  return d->schema.n == 0 || d->called || check_schema(d) == 0;
}

static void take_finish(struct constraint *d, const struct event *ev) {
  d->answer = answer_of(d);
  d->violated = !is_met(d, ev->finish);
  if (d->violated)
    return;
  pass_rest(d, d->answer);
  d->next->put(d->next, ev);
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct constraint *d = (struct constraint *)sink;
  bool held = d->schema.n > 0 || (d->call && !d->called);
  if (held && ev->kind == EVENT_TEXT) {
    buf_put(&d->text, ev->text);
    if (d->early && d->schema.n > 0 && !d->call)
      pass_early(d);
    return;
  }
  if (ev->kind == EVENT_FINISH) {
    take_finish(d, ev);
    return;
  }
  if (ev->kind == EVENT_CALL && !d->called) {
    d->called = true;
    pass_rest(d, answer_of(d));
  }
  d->next->put(d->next, ev);
}

static bool demands_schema(const struct request *r, const struct chat_target *target) {
  return r->format == FORMAT_JSON_SCHEMA && !target->rules->json_schema;
}

/* A search that the upstream makes itself is no call. */
static bool demands_call(struct request *r, const struct chat_target *target) {
  bool must = r->tool_choice == TOOL_CHOICE_REQUIRED || r->tool_choice == TOOL_CHOICE_NAMED;
  return must && !target->rules->tool_choice && chat_sends_function(r, target);
}

bool constraint_any(struct request *r, const struct chat_target *target) {
  return demands_schema(r, target) || demands_call(r, target);
}

struct event_sink *constraint_init(struct constraint *d, struct arena *arena, struct request *r,
                                   const struct chat_target *target, struct event_sink *next) {
  *d = (struct constraint){.sink = {put_event}, .next = next, .arena = arena};
  buf_init(&d->text, arena, OUTPUT_MAX);
  buf_init(&d->faults, arena, MESSAGE_MAX);
  if (demands_schema(r, target))
    d->schema = r->schema;
  d->call = demands_call(r, target);
  return d->schema.n > 0 || d->call ? &d->sink : next;
}
