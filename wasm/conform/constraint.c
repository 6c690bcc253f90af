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

/* Pass on |text|, the part of the held text that is the answer. */
static void pass_text(struct constraint *d, struct str text) {
  struct event ev = {.kind = EVENT_TEXT, .text = text};
  if (ev.text.n > 0)
    d->next->put(d->next, &ev);
  buf_reset(&d->text);
}

/* The length of the object or array at the front of |text|; 0 when it has no end. */
static size_t value_length(struct str text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.n; i++) {
    char c = text.p[i];
    if (in_string) {
      i += c == '\\';
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      depth++;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return 0;
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

/* 0 when the held text is valid: |d->answer| is then the JSON in it. Else |d->faults| has the
 * faults. */
static int check_schema(struct constraint *d) {
  struct json answer, schema;
  size_t where;
  int err = json_parse_lenient(&schema, d->arena, d->schema, &where);
  if (err)
    return err;
  err = json_parse_lenient(&answer, d->arena, buf_str(&d->text), &where);
  if (err == 0 || (err != ERR_MEMORY && find_json(d, buf_str(&d->text), &answer))) {
    d->answer = answer.text;
    return schema_check(json_root(&answer), json_root(&schema), d->arena, &d->faults);
  }
  if (err == ERR_MEMORY)
    return err;
  buf_put(&d->faults, STR("It is not valid JSON: byte "));
  buf_put_integer(&d->faults, (int64_t)where);
  buf_put(&d->faults, STR(" is wrong.\n"));
  return err;
}

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
  d->answer = buf_str(&d->text);
  d->violated = !is_met(d, ev->finish);
  if (d->violated)
    return;
  pass_text(d, d->answer);
  d->next->put(d->next, ev);
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct constraint *d = (struct constraint *)sink;
  bool held = d->schema.n > 0 || (d->call && !d->called);
  if (held && ev->kind == EVENT_TEXT) {
    buf_put(&d->text, ev->text);
    return;
  }
  if (ev->kind == EVENT_FINISH) {
    take_finish(d, ev);
    return;
  }
  if (ev->kind == EVENT_CALL && !d->called) {
    d->called = true;
    pass_text(d, buf_str(&d->text));
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

void constraint_init(struct constraint *d, struct arena *arena, struct request *r,
                     const struct chat_target *target, struct event_sink *next) {
  *d = (struct constraint){.sink = {put_event}, .next = next, .arena = arena};
  buf_init(&d->text, arena, OUTPUT_MAX);
  buf_init(&d->faults, arena, MESSAGE_MAX);
  if (demands_schema(r, target))
    d->schema = r->schema;
  d->call = demands_call(r, target);
}
