#include "chat/calls.h"

#include "base/errors.h"
#include "limits.h"

enum { CALL_NAME_MAX = KIB };

void chat_calls_init(struct chat_calls *calls, struct arena *arena, struct event_sink *sink,
                     const struct request *request) {
  *calls = (struct chat_calls){.sink = sink, .arena = arena, .request = request};
  calls->end = &calls->first;
}

static void check(struct chat_calls *calls, const struct buf *b) {
  if (buf_error(b) && calls->error == 0)
    calls->error = buf_error(b);
}

/* ---- events ---- */

static void put_arguments(struct chat_calls *calls, const struct chat_call *call, struct str text) {
  struct event ev = {.kind = EVENT_ARGUMENTS, .call = call->number, .text = text};
  if (text.n > 0)
    calls->sink->put(calls->sink, &ev);
}

static const struct str no_arguments = STR_INIT("{}");

static void put_held(struct chat_calls *calls, struct chat_call *call) {
  put_arguments(calls, call, buf_str(&call->held));
  buf_reset(&call->held);
}

/* Has a call before |call| the same id? Its result could not be told from the other's. */
static bool is_taken(const struct chat_calls *calls, const struct chat_call *call) {
  const struct chat_call *c = calls->first;
  while (c != call && !str_equal(c->id, call->id))
    c = c->next;
  return c != call;
}

/* Put EVENT_CALL, with the name so far. */
static void begin(struct chat_calls *calls, struct chat_call *call) {
  struct event ev = {.kind = EVENT_CALL, .id = call->id, .extra = call->extra};
  if (call->began || call->name.n == 0)
    return;
  if (is_taken(calls, call))
    ev.id = STR_NONE;
  call->began = true;
  call->number = ev.call = calls->begun++;
  ev.name = buf_str(&call->name);
  calls->sink->put(calls->sink, &ev);
}

/* ---- which call an entry is about ---- */

/* The arguments so far are a JSON object or array. */
static bool is_whole(const struct chat_call *call) {
  return call->arguments.n > 0 && call->arguments.depth == 0 && !call->arguments.in_string;
}

/* Does |entry| begin another call, though it has the index of |call|? Another id alone does not
 * show it, since some services change ids within a call; a name does, if |call| can be complete. */
static bool is_other(const struct chat_call *call, const struct chat_call_entry *entry) {
  bool other_id = entry->id.n > 0 && call->id.n > 0 && !str_equal(entry->id, call->id);
  bool same_id = entry->id.n > 0 && str_equal(entry->id, call->id);
  bool same_name = str_equal(entry->name, buf_str(&call->name));
  if (entry->name.n == 0 || same_id)
    return false;
  if (call->name.n == 0)
    return other_id && is_whole(call);
  if (!same_name)
    return other_id || call->began || call->arguments.n > 0;
  return is_whole(call) && (other_id || entry->has_arguments);
}

static struct chat_call *find_call(const struct chat_calls *calls,
                                   const struct chat_call_entry *entry) {
  struct chat_call *last = NULL;
  for (struct chat_call *c = calls->first; c != NULL; c = c->next) {
    if (c->index != entry->index)
      continue;
    if (entry->id.n > 0 && str_equal(entry->id, c->id))
      return c;
    last = c;
  }
  return last != NULL && is_other(last, entry) ? NULL : last;
}

bool chat_calls_knows(const struct chat_calls *calls, const struct chat_call_entry *entry) {
  return find_call(calls, entry) != NULL;
}

static struct chat_call *add_call(struct chat_calls *calls, int64_t index) {
  struct chat_call *call =
      calls->count < OUTPUT_ITEMS_MAX ? arena_take_zero(calls->arena, sizeof *call) : NULL;
  if (call == NULL) {
    calls->error = calls->count < OUTPUT_ITEMS_MAX ? ERR_MEMORY : ERR_LIMIT;
    return NULL;
  }
  call->index = index;
  call->order = calls->count++;
  buf_init(&call->name, calls->arena, CALL_NAME_MAX);
  buf_init(&call->held, calls->arena, OUTPUT_MAX);
  *calls->end = call;
  calls->end = &call->next;
  return call;
}

/* ---- names ---- */

/* Append a piece of the name; a name that is repeated, or that begins with all earlier pieces,
 * replaces them. */
static void take_name(struct chat_calls *calls, struct chat_call *call, struct str name) {
  struct str known = buf_str(&call->name);
  if (call->began || name.n == 0 || str_equal(name, known))
    return;
  if (str_starts(name, known))
    buf_reset(&call->name);
  buf_put(&call->name, name);
  check(calls, &call->name);
}

/* The name of a tool is complete. Any other may lack a piece until the first argument has come. */
static bool is_named(const struct chat_calls *calls, const struct chat_call *call) {
  return calls->request != NULL && request_find_wire(calls->request, buf_str(&call->name)) != NULL;
}

static void keep(struct chat_calls *calls, struct str *to, struct str text) {
  if (text.n == 0 || to->n > 0)
    return;
  *to = arena_copy(calls->arena, text);
  if (to->p == NULL)
    calls->error = ERR_MEMORY;
}

/* Keep JSON unchanged, but on one line: line ends outside its strings become spaces. */
static void keep_json(struct chat_calls *calls, struct str *to, struct str text) {
  struct buf line;
  buf_init(&line, calls->arena, ANSWER_MAX);
  for (size_t i = 0; i < text.n && to->n == 0; i++)
    buf_put_byte(&line, text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i]);
  check(calls, &line);
  if (line.n > 0 && buf_error(&line) == 0)
    *to = buf_str(&line);
}

/* Another call begins: put the held arguments of those before it. */
static void flush(struct chat_calls *calls) {
  for (struct chat_call *c = calls->first; c != NULL; c = c->next) {
    begin(calls, c);
    if (c->began)
      put_held(calls, c);
  }
}

struct chat_call *chat_calls_take(struct chat_calls *calls, const struct chat_call_entry *entry) {
  struct chat_call *call = find_call(calls, entry);
  if (call == NULL) {
    flush(calls);
    call = add_call(calls, entry->index);
  }
  if (call == NULL)
    return NULL;
  keep(calls, &call->id, entry->id);
  keep_json(calls, &call->extra, entry->extra);
  take_name(calls, call, entry->name);
  if (!call->began && is_named(calls, call))
    begin(calls, call);
  if (call->began && !str_equal(buf_str(&call->held), no_arguments))
    put_held(calls, call);
  return calls->error == 0 ? call : NULL;
}

/* ---- arguments ---- */

static void mark_byte(struct call_mark *m, char c) {
  if (m->after_backslash) {
    m->after_backslash = false;
  } else if (m->in_string) {
    m->after_backslash = c == '\\';
    m->in_string = c != '"';
  } else if (c == '"') {
    m->in_string = true;
  } else if (c == '{' || c == '[') {
    m->depth++;
  } else if ((c == '}' || c == ']') && m->depth > 0) {
    m->depth--;
  }
}

static void mark(struct call_mark *m, struct str text) {
  m->object |= m->n == 0 && str_starts(text, STR("{"));
  for (size_t i = 0; i < text.n; i++) {
    m->hash = m->hash * 0x100000001b3u + (unsigned char)text.p[i]; /* FNV's prime */
    mark_byte(m, text.p[i]);
  }
  m->n += text.n;
}

/* |text| without the part that is known, if |text| begins with all of it. */
static struct str without_known(const struct call_mark *known, struct str text) {
  struct call_mark front = {0};
  if (known->n == 0 || text.n < known->n)
    return text;
  mark(&front, str_part(text, 0, known->n));
  return front.hash == known->hash ? str_from(text, known->n) : text;
}

void chat_calls_add(struct chat_calls *calls, struct chat_call *call, struct str text,
                    bool repeats) {
  if (repeats)
    text = without_known(&call->arguments, text);
  bool nothing = call->arguments.n == 0 ? str_equal(text, STR("null"))
                                        : is_whole(call) && str_equal(text, no_arguments);
  if (text.n == 0 || nothing)
    return;
  if (str_equal(buf_str(&call->held), no_arguments) && text.p[0] == '{') {
    buf_reset(&call->held); /* the "{}" before it meant "not known yet" */
    call->arguments = (struct call_mark){0};
  }
  bool first = call->arguments.n == 0;
  mark(&call->arguments, text);
  begin(calls, call);
  if (!call->began || (first && str_equal(text, no_arguments))) {
    buf_put(&call->held, text);
    check(calls, &call->held);
    return;
  }
  put_held(calls, call);
  put_arguments(calls, call, text);
}

/* ---- the end ---- */

/* An entry with an id at most: vLLM ends some answers with one. */
static bool is_empty(const struct chat_call *call) {
  return call->name.n + call->arguments.n == 0;
}

bool chat_calls_cut(const struct chat_calls *calls) {
  for (const struct chat_call *c = calls->first; c != NULL; c = c->next) {
    if (c->arguments.object && (c->arguments.depth > 0 || c->arguments.in_string))
      return true;
  }
  return false;
}

void chat_calls_end(struct chat_calls *calls, bool complete) {
  for (struct chat_call *c = calls->first; c != NULL; c = c->next) {
    begin(calls, c);
    if (complete && !c->began && !is_empty(c) && calls->error == 0)
      calls->error = ERR_UPSTREAM;
    if (!c->began)
      continue;
    put_held(calls, c);
    if (complete && c->arguments.n == 0) /* clients parse arguments as JSON */
      put_arguments(calls, c, no_arguments);
  }
}
