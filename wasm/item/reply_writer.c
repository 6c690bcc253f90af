#include "item/reply_writer.h"

#include "item/call_id.h"
#include "limits.h"

/* ---- events ---- */

void reply_writer_begin(struct reply_writer *w, bool with_call) {
  if (w->begun)
    return;
  w->begun = true;
  w->dialect->begin(w, with_call);
}

struct str reply_writer_copy(struct reply_writer *w, struct str s) {
  struct str kept = arena_copy(w->arena, s);
  if (kept.p == NULL && s.n > 0)
    w->error = ERR_MEMORY;
  return kept;
}

static void check(struct reply_writer *w, const struct buf *b) {
  if (buf_error(b))
    w->error = buf_error(b);
}

static void put_event(struct event_sink *sink, const struct event *ev) {
  struct reply_writer *w = (struct reply_writer *)sink;
  if (w->error || w->closed)
    return;
  if (event_is_output(ev))
    reply_writer_begin(w, ev->kind == EVENT_CALL);
  switch (ev->kind) {
  case EVENT_BEGIN:
    if (ev->model.n > 0)
      w->model = reply_writer_copy(w, ev->model);
    break;
  case EVENT_REASONING:
  case EVENT_TEXT:
  case EVENT_REFUSAL:
    w->dialect->text(w, ev);
    break;
  case EVENT_CALL:
    w->dialect->call(w, ev);
    break;
  case EVENT_ARGUMENTS:
    w->dialect->arguments(w, ev);
    break;
  case EVENT_CITATION:
    w->dialect->citation(w, ev->text);
    break;
  case EVENT_ITEM:
    w->dialect->item(w, ev);
    break;
  case EVENT_SEALED:
    if (w->dialect->sealed != NULL)
      w->dialect->sealed(w, ev->text);
    break;
  case EVENT_DETAILS:
    if (w->dialect->details != NULL)
      w->dialect->details(w, ev->text);
    break;
  case EVENT_LOGPROBS:
    if (!w->request->logprobs)
      break;
    reply_writer_begin(w, false);
    json_put_raw(&w->logprobs, ev->text);
    check(w, &w->logprobs);
    break;
  case EVENT_USAGE:
    w->usage = ev->usage;
    break;
  case EVENT_FINISH:
    w->finish = ev->finish;
    break;
  case EVENT_SOURCE:  /* follows as EVENT_CITATION, once its place is known */
  case EVENT_TROUBLE: /* failover/ decides what follows */
    break;
  }
}

void reply_writer_init(struct reply_writer *w, const struct reply_dialect *dialect, struct buf *out,
                       struct arena *arena, struct id_source *ids, const struct request *request,
                       struct str id_prefix, struct str model, double now) {
  *w = (struct reply_writer){.sink = {put_event},
                             .dialect = dialect,
                             .out = out,
                             .arena = arena,
                             .ids = ids,
                             .request = request,
                             .stream = request->stream,
                             .model = model,
                             .created = (int64_t)(now / SECOND)};
  buf_init(&w->logprobs, arena, OUTPUT_MAX);
  w->id = id_take(ids, arena, id_prefix);
  if (w->id.p == NULL)
    w->error = ERR_MEMORY;
}

bool reply_writer_complete(const struct reply_writer *w) {
  return w->finish == FINISH_STOP || w->finish == FINISH_CALLS;
}

/* ---- what is kept ---- */

static bool count_text(struct reply_writer *w, struct str text) {
  if (text.n > OUTPUT_MAX - w->text_bytes) {
    w->error = ERR_LIMIT;
    return false;
  }
  w->text_bytes += text.n;
  return true;
}

void reply_writer_keep(struct reply_writer *w, struct buf *to, struct str text) {
  if (!count_text(w, text))
    return;
  buf_put(to, text);
  check(w, to);
}

/* ---- calls ---- */

/* Clients send back only the id of a call, so |extra| is kept in it. */
static struct str call_id(struct reply_writer *w, const struct event *ev) {
  struct buf id;
  struct str own =
      ev->id.n > 0 ? reply_writer_copy(w, ev->id) : id_take(w->ids, w->arena, STR("call_"));
  if (ev->extra.n == 0)
    return own;
  buf_init(&id, w->arena, OUTPUT_MAX);
  call_id_put(&id, own, ev->extra);
  check(w, &id);
  return buf_str(&id);
}

/* Models write a namespace before the name that they were trained with: "functions.f",
 * "default_api.f". */
static const struct tool *find_tool(const struct request *r, struct str name) {
  const struct tool *tool = request_find_wire(r, name);
  for (size_t i = 0; i < name.n && tool == NULL; i++) {
    if (name.p[i] == '.' || name.p[i] == ':')
      tool = request_find_wire(r, str_from(name, i + 1));
  }
  return tool;
}

void reply_call_open(struct reply_writer *w, struct reply_call *call, const struct event *ev) {
  const struct tool *tool = find_tool(w->request, ev->name);
  *call = (struct reply_call){.number = ev->call};
  call->wrapped = tool != NULL && tool->kind == TOOL_CUSTOM && !ev->raw;
  call->custom = ev->raw || call->wrapped;
  call->name = reply_writer_copy(w, tool != NULL ? tool->name : ev->name);
  call->space = reply_writer_copy(w, tool != NULL ? tool->space : STR_NONE);
  call->extra = reply_writer_copy(w, ev->extra);
  call->id = call_id(w, ev);
  if (call->id.p == NULL)
    w->error = ERR_MEMORY;
}

void reply_call_keep(struct reply_writer *w, struct reply_call *call, struct buf *to,
                     struct str piece) {
  if (!call->wrapped) {
    reply_writer_keep(w, to, piece);
    return;
  }
  if (!count_text(w, piece))
    return;
  custom_input_feed(&call->input, piece, to);
  check(w, to);
}

void reply_call_end(struct reply_writer *w, struct reply_call *call, struct buf *to) {
  if (call->wrapped)
    custom_input_end(&call->input, to);
  check(w, to);
}
