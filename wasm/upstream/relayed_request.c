/* What is changed:
 *
 *   model                       the upstream's name for it
 *   temperature, top_p          left out for models that refuse them
 *   what was refused before     left out; max_tokens is sent as max_completion_tokens
 *   input: reasoning of ours    left out: its id is known to no upstream (404), its
 *                               encrypted_content readable to none
 *   input: foreign reasoning    left out, where this key was seen to refuse it; the ids of
 *                               other items with it, which it must stand beside
 *   input: what follows it      where an answer is gone on with, or asked for once more
 *   input: compactions of ours  the summary as a message; what a later one replaces is left out
 *   background, stream          of a run in the background: an ordinary stream
 *   input: call ids of ours     without what is kept in them: see call_id.h
 */
#include "upstream/relayed_request.h"

#include "item/call_id.h"
#include "item/reasoning.h"
#include "provider/parameters.h"

/* ---- members ---- */

static struct str effort_of(const struct relayed_request *r, struct arena *arena) {
  struct json_value v = r->chat ? json_find(r->body, STR("reasoning_effort"))
                                : json_find(json_find(r->body, STR("reasoning")), STR("effort"));
  struct str effort = STR_NONE;
  if (!json_string(v, arena, &effort))
    return STR_NONE;
  return effort;
}

static bool is_sampling(struct json_value member) {
  return json_key_is(member, STR("temperature")) || json_key_is(member, STR("top_p"));
}

/* Only "none" makes a difference, and it needs no unescaping. */
static bool fixes_sampling(const struct relayed_request *r) {
  struct arena none;
  arena_init(&none);
  bool fixed = provider_fixes_sampling(r->facts, effort_of(r, &none));
  arena_drop(&none);
  return fixed;
}

static bool is_limit(const struct relayed_request *r, struct json_value member) {
  return r->chat && json_key_is(member, STR("max_tokens"));
}

/* Is the limit called max_completion_tokens where this goes? */
static bool renames_limit(const struct relayed_request *r) {
  return r->facts->fixed_sampling || (r->refused & parameter_bit(STR("max_tokens"))) != 0;
}

static bool is_refused(const struct relayed_request *r, struct json_value member) {
  if (json_absent(member))
    return false;
  if (is_sampling(member) && fixes_sampling(r))
    return true;
  return !is_limit(r, member) && (r->refused & parameter_bit(json_key(member))) != 0;
}

/* ---- input ---- */

/* Does a mark of this gateway have its "gw" at |at|? */
static bool is_mark(struct str text, size_t at) {
  static const struct {
    struct str mark;
    size_t before; /* "gw" in it */
  } marks[] = {
      {STR_INIT("\"" SEAL_PREFIX), sizeof "\"" - 1},
      {STR_INIT("\"" REASONING_ID), sizeof "\"rs_" - 1},
      {STR_INIT(CALL_ID_MARK), sizeof "_" - 1},
  };
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    if (at >= marks[i].before && str_starts(str_from(text, at - marks[i].before), marks[i].mark))
      return true;
  }
  return false;
}

/* All marks have the same two letters in them, so that one look is enough. */
static bool has_ours(const struct relayed_request *r) {
  struct str rest = r->text;
  while (!r->chat) {
    size_t at = str_find(rest, STR("gw"));
    if (at == STR_NOWHERE)
      return false;
    if (is_mark(r->text, r->text.n - rest.n + at))
      return true;
    rest = str_from(rest, at + 2);
  }
  return false;
}

static bool is_reasoning(struct json_value item) {
  return json_is(json_find(item, STR("type")), STR("reasoning"));
}

static bool is_our_reasoning(struct json_value item) {
  if (!is_reasoning(item))
    return false;
  struct str encrypted = json_raw(json_find(item, STR("encrypted_content")));
  if (str_starts(encrypted, STR("\"" SEAL_PREFIX)))
    return true;
  return json_absent(json_find(item, STR("encrypted_content"))) &&
         str_starts(json_raw(json_find(item, STR("id"))), STR("\"" REASONING_ID));
}

/* A compaction of ours as the message that it was opened to.  False when |item| is none. */
static bool put_opened(struct buf *out, const struct relayed_request *r, struct json_value item,
                       struct arena *arena) {
  static const struct str mark = STR_INIT(SEAL_PREFIX);
  struct str sealed = STR_NONE;
  if (r->opened == NULL || !json_is(json_find(item, STR("type")), STR("compaction")) ||
      !json_string(json_find(item, STR("encrypted_content")), arena, &sealed) ||
      !str_starts(sealed, mark))
    return false;
  for (const struct item *i = r->opened->items; i != NULL; i = i->next) {
    if (!i->compaction || i->parts == NULL || !str_equal(i->sealed, str_from(sealed, mark.n)))
      continue;
    json_put_open(out, '{');
    json_put_member_string(out, STR("role"), STR("user"));
    json_put_member_string(out, STR("content"), i->parts->text);
    json_put_close(out, '}');
  }
  return true;
}

static bool keeps_id(const struct relayed_request *r, struct json_value item) {
  return !r->without_reasoning || json_type(item) != JSON_OBJECT ||
         json_is(json_find(item, STR("type")), STR("item_reference"));
}

static void put_item(struct buf *out, const struct relayed_request *r, struct json_value item,
                     struct arena *arena) {
  struct json_value call = json_find(item, STR("call_id"));
  struct str id = STR_NONE, extra = STR_NONE;
  bool marked =
      str_find(json_raw(call), STR(CALL_ID_MARK)) != STR_NOWHERE && json_string(call, arena, &id);
  if (!marked && keeps_id(r, item)) {
    json_put_value(out, item);
    return;
  }
  if (marked)
    call_id_split(&id, &extra, arena);
  json_put_open(out, '{');
  for (struct json_value v = json_first(item); json_exists(v); v = json_next(v)) {
    if (marked && json_key_is(v, STR("call_id")))
      json_put_member_string(out, STR("call_id"), id);
    else if (keeps_id(r, item) || !json_key_is(v, STR("id")))
      json_put_member(out, v);
  }
  json_put_close(out, '}');
}

static void lose(struct buf *lossy, struct str name) {
  if (str_find(buf_str(lossy), name) != STR_NOWHERE)
    return;
  if (lossy->n > 0)
    buf_put(lossy, STR(", "));
  buf_put(lossy, name);
}

static void put_message(struct buf *out, bool user, struct str quoted, struct str text) {
  json_put_open(out, '{');
  json_put_member_string(out, STR("role"), user ? STR("user") : STR("assistant"));
  if (quoted.n > 0)
    json_put_member_raw(out, STR("content"), quoted);
  else
    json_put_member_string(out, STR("content"), text);
  json_put_close(out, '}');
}

/* |input| may be one string. */
static void put_input(struct buf *out, const struct relayed_request *r, struct json_value input,
                      struct buf *lossy, struct buf *removed, struct arena *arena) {
  struct json_items items;
  struct json_value i;
  int more;
  json_items_open(&items, input, arena);
  json_put_member_open(out, STR("input"), '[');
  if (json_type(input) == JSON_STRING)
    put_message(out, true, json_raw(input), STR_NONE);
  while ((more = json_items_next(&items, &i)) > 0) {
    if (is_our_reasoning(i) || (r->without_reasoning && is_reasoning(i))) {
      lose(lossy, json_absent(json_find(i, STR("encrypted_content")))
                      ? STR("reasoning")
                      : STR("reasoning.encrypted_content"));
      reasoning_put_removed(removed, i);
    } else if (!put_opened(out, r, i, arena))
      put_item(out, r, i, arena);
  }
  for (const struct item *m = r->added; m != NULL; m = m->next)
    put_message(out, m->role == ROLE_USER, STR_NONE, m->parts->text);
  json_put_close(out, ']');
  if (more < 0)
    out->error = more;
}

/* ---- all ---- */

static bool changes_input(const struct relayed_request *r) {
  return has_ours(r) || r->without_reasoning || r->added != NULL;
}

bool relayed_request_changes(const struct relayed_request *r) {
  if (changes_input(r) || r->begun)
    return true;
  for (struct json_value v = json_first(r->body); json_exists(v); v = json_next(v)) {
    if (is_refused(r, v) || (is_limit(r, v) && renames_limit(r)))
      return true;
  }
  return false;
}

/* Does |input| have to be written as a list? */
static bool is_list(const struct relayed_request *r, struct json_value input) {
  return json_type(input) == JSON_ARRAY || (r->added != NULL && json_type(input) == JSON_STRING);
}

void relayed_request_write(struct buf *out, const struct relayed_request *r, struct buf *lossy,
                           struct buf *removed, struct arena *arena) {
  bool changed = changes_input(r);
  json_put_open(out, '{');
  for (struct json_value v = json_first(r->body); json_exists(v); v = json_next(v)) {
    if (r->begun && (json_key_is(v, STR("background")) || json_key_is(v, STR("stream"))))
      continue;
    if (json_key_is(v, STR("model"))) {
      json_put_member_string(out, STR("model"), r->model);
    } else if (is_refused(r, v)) {
      lose(lossy, json_key(v));
    } else if (is_limit(r, v) && renames_limit(r)) {
      if (json_absent(json_find(r->body, STR("max_completion_tokens"))))
        json_put_member_value(out, STR("max_completion_tokens"), v);
    } else if (r->chat && json_absent(v) && json_key_is(v, STR("max_completion_tokens"))) {
      continue; /* max_tokens may be sent under this name */
    } else if (changed && json_key_is(v, STR("input")) && is_list(r, v)) {
      put_input(out, r, v, lossy, removed, arena);
    } else {
      json_put_member(out, v);
    }
  }
  if (r->begun)
    json_put_member_raw(out, STR("stream"), STR("true"));
  if (r->usage)
    json_put_member_raw(out, STR("stream_options"), STR("{\"include_usage\":true}"));
  json_put_close(out, '}');
  if (buf_error(lossy))
    out->error = buf_error(lossy);
  if (buf_error(removed))
    out->error = buf_error(removed);
}
