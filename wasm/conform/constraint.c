/* constraint.c -- see constraint.h. */
#include "conform/constraint.h"

#include "chat/tools.h"
#include "limits.h"
#include "text/schema.h"

static void pass_text(struct constraint *d) {
  struct event ev = {.kind = EVENT_TEXT, .text = buf_str(&d->text)};
  if (ev.text.n > 0)
    d->next->put(d->next, &ev);
  buf_reset(&d->text);
}

/* 0 when the text held back fits the schema; else d->faults says why not. */
static int check_schema(struct constraint *d) {
  struct json answer, schema;
  size_t where;
  int err = json_parse_lenient(&schema, d->arena, d->schema, &where);
  if (err)
    return err;
  err = json_parse_lenient(&answer, d->arena, buf_str(&d->text), &where);
  if (err == 0) {
    return schema_check(json_root(&answer), json_root(&schema), d->arena, &d->faults);
  }
  if (err == ERR_MEMORY)
    return err;
  buf_put(&d->faults, STR("It is not valid JSON: byte "));
  buf_put_integer(&d->faults, (int64_t)where);
  buf_put(&d->faults, STR(" is wrong.\n"));
  return err;
}

/* An answer that was cut short, or calls a tool first, need not fit yet. */
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
  d->violated = !is_met(d, ev->finish);
  if (d->violated)
    return;
  pass_text(d);
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
    pass_text(d);
  }
  d->next->put(d->next, ev);
}

static bool demands_schema(const struct request *r, const struct chat_target *target) {
  return r->format == FORMAT_JSON_SCHEMA && !target->rules->json_schema;
}

/* What the upstream does by itself, a search, is no call. */
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
