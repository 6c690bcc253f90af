/* The stream is the one that responses_answer.c shows.  Of its events these
 * are read:
 *
 *   response.created                    {"response":{"id":"...","model":"..."}}
 *   response.output_item.added, .done   {"output_index":0,"item":{...}}
 *   response.output_text.delta          {"output_index":0,"content_index":0,"delta":"..."}
 *   response.output_text.done           {... "text":"..."}
 *     and so refusal, reasoning_text, reasoning, function_call_arguments,
 *     custom_tool_call_input; reasoning_summary_text has a summary_index
 *   response.content_part.done          {... "part":{...}}
 *   response.output_text.annotation.added   {... "annotation":{...}}
 *   response.completed, .incomplete     {"response":{"output":[...],"usage":{...}}}
 *   response.failed, error
 *
 * OpenAI says everything up to four times (delta, done, item, response);
 * others leave out the one or the other.  Each time, what is new is put.
 */
#include "responses_reader.h"

#include "limits.h"

enum piece_kind { THOUGHTS, TEXT, REFUSAL, SUMMARY, CALL };

enum { PIECES_MAX = 4 * OUTPUT_ITEMS_MAX }; /* an item may have several */

void responses_reader_init(struct responses_reader *reader, struct arena *arena,
                           struct event_sink *sink) {
  *reader = (struct responses_reader){.sink = sink, .arena = arena};
  arena_init(&reader->scratch);
}

void responses_reader_close(struct responses_reader *reader) {
  arena_drop(&reader->scratch);
}

static void put(struct responses_reader *reader, const struct event *ev) {
  if (!reader->failed)
    reader->sink->put(reader->sink, ev);
}

static void put_trouble(struct responses_reader *reader, const struct trouble *trouble) {
  struct event ev = {.kind = EVENT_TROUBLE, .trouble = *trouble};
  put(reader, &ev);
  reader->failed = true;
}

/* Trouble that is of our own finding. */
static void put_error(struct responses_reader *reader, int error) {
  struct failure f = error_failure(error);
  struct trouble trouble = {
      .status = f.status, .code = f.code, .type = f.type, .message = f.message, .retry_after = -1};
  put_trouble(reader, &trouble);
}

/* A string's content; empty when it is none. */
static struct str take_string(struct responses_reader *reader, struct json_value value) {
  struct str text = STR_NONE;
  if (json_type(value) == JSON_STRING && !json_string(value, &reader->scratch, &text)) {
    put_error(reader, ERR_MEMORY);
  }
  return text;
}

static int64_t take_integer(struct json_value object, struct str key, int64_t otherwise) {
  json_integer(json_find(object, key), &otherwise);
  return otherwise;
}

/* ---- pieces, and how much of them has been put ---- */

static struct responses_piece *find_piece(struct responses_reader *reader, int kind, int64_t item,
                                          int64_t part) {
  struct responses_piece *p = reader->pieces;
  while (p != NULL && (p->kind != kind || p->item != item || p->part != part))
    p = p->next;
  return p;
}

static struct responses_piece *add_piece(struct responses_reader *reader, int kind, int64_t item,
                                         int64_t part) {
  if (reader->piece_count >= PIECES_MAX) {
    put_error(reader, ERR_LIMIT);
    return NULL;
  }
  struct responses_piece *p = arena_take_zero(reader->arena, sizeof *p);
  if (p == NULL) {
    put_error(reader, ERR_MEMORY);
    return NULL;
  }
  p->kind = kind;
  p->item = item;
  p->part = part;
  p->next = reader->pieces;
  reader->pieces = p;
  reader->piece_count++;
  return p;
}

static void tally_add(struct tally *t, struct str text) {
  for (size_t i = 0; i < text.n; i++) {
    t->hash = t->hash * 0x100000001b3u + (unsigned char)text.p[i]; /* FNV's prime */
  }
  t->n += text.n;
}

/* Walk over |text|, which comes again from |walked| on.  What lies beyond
 * |said| is new; nothing is when it differs from what was said. */
static struct str new_part(struct tally *walked, const struct tally *said, struct str text) {
  size_t old = said->n > walked->n ? said->n - walked->n : 0;
  bool astray = walked->n > said->n;
  struct tally there = *walked;
  tally_add(&there, str_part(text, 0, old));
  tally_add(walked, text);
  if (astray || old > text.n || there.hash != said->hash)
    return STR_NONE;
  return str_from(text, old);
}

/* ---- texts ---- */

static enum event_kind event_of(int kind) {
  return kind == SUMMARY ? EVENT_REASONING : EVENT_REASONING + (enum event_kind)kind;
}

/* Some upstreams tell a thought twice, as it is and as a summary: of an item,
 * the form counts that came first. */
static bool told_otherwise(const struct responses_reader *reader, int kind, int64_t item) {
  if (kind != SUMMARY && kind != THOUGHTS)
    return false;
  int other = kind == SUMMARY ? THOUGHTS : SUMMARY;
  for (const struct responses_piece *p = reader->pieces; p != NULL; p = p->next) {
    if (p->kind == other && p->item == item)
      return true;
  }
  return false;
}

/* Put |text|; |fresh| begins a paragraph, which shows in no other way. */
static void say(struct responses_reader *reader, int kind, struct str text, bool fresh) {
  struct event ev = {.kind = event_of(kind), .text = STR("\n\n")};
  struct tally *said = &reader->said[ev.kind - EVENT_REASONING];
  if (text.n == 0)
    return;
  if (fresh && said->n > 0)
    put(reader, &ev);
  ev.text = text;
  tally_add(said, text);
  put(reader, &ev);
}

/* The piece for a text, made when it is the first of it; NULL when it is not
 * to be put. */
static struct responses_piece *text_piece(struct responses_reader *reader, int kind, int64_t item,
                                          int64_t part) {
  struct responses_piece *piece = find_piece(reader, kind, item, part);
  if (piece != NULL)
    return piece;
  return told_otherwise(reader, kind, item) ? NULL : add_piece(reader, kind, item, part);
}

static bool is_fresh(int kind, int64_t part, bool first) {
  return first && (part == 0 || kind == SUMMARY || kind == THOUGHTS);
}

static void grow_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                      struct str text) {
  if (text.n == 0)
    return;
  struct responses_piece *piece = text_piece(reader, kind, item, part);
  if (piece == NULL)
    return;
  say(reader, kind, text, is_fresh(kind, part, piece->said.n == 0));
  tally_add(&piece->said, text);
}

/* All of a text.  In the last response items are known by their order alone,
 * since indices and ids are what upstreams get wrong. */
static void whole_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                       struct str text) {
  struct tally none = {0, 0};
  if (!reader->walking) {
    struct responses_piece *piece = text.n > 0 ? text_piece(reader, kind, item, part) : NULL;
    if (piece != NULL)
      grow_text(reader, kind, item, part, new_part(&none, &piece->said, text));
    return;
  }
  if (told_otherwise(reader, kind, item))
    return;
  size_t place = event_of(kind) - EVENT_REASONING;
  struct str rest = new_part(&reader->walked[place], &reader->said[place], text);
  say(reader, kind, rest, is_fresh(kind, part, rest.n == text.n));
}

/* ---- annotations ---- */

static void put_note(struct responses_reader *reader, struct json_value note) {
  struct event ev = {.kind = EVENT_CITATION, .text = json_raw(note)};
  if (json_type(note) != JSON_OBJECT)
    return;
  reader->notes++;
  put(reader, &ev);
}

static void whole_notes(struct responses_reader *reader, struct json_value notes, int64_t item,
                        int64_t part) {
  struct responses_piece *piece = reader->walking ? NULL : find_piece(reader, TEXT, item, part);
  uint32_t none = 0;
  uint32_t *walked = reader->walking ? &reader->walked_notes : &none;
  for (struct json_value v = json_first(notes); json_type(v) != JSON_NONE; v = json_next(v)) {
    uint32_t said = piece != NULL ? piece->notes : reader->walking ? reader->notes : UINT32_MAX;
    if ((*walked)++ < said)
      continue;
    put_note(reader, v);
    if (piece != NULL)
      piece->notes++;
  }
}

/* ---- calls ---- */

/* A call of |item|, begun when it is not yet known and has a name. */
static struct responses_piece *call_piece(struct responses_reader *reader, struct json_value call,
                                          int64_t item, bool raw) {
  struct responses_piece *piece;
  struct event ev = {.kind = EVENT_CALL, .raw = raw};
  if (reader->walking) {
    uint32_t number = reader->walked_calls++;
    piece = reader->pieces;
    while (piece != NULL && (piece->kind != CALL || piece->call != number))
      piece = piece->next;
  } else {
    piece = find_piece(reader, CALL, item, 0);
  }
  if (piece != NULL)
    return piece;
  ev.name = take_string(reader, json_find(call, STR("name")));
  ev.id = take_string(reader, json_find(call, STR("call_id")));
  if (ev.name.n == 0)
    return NULL;
  if (reader->call_count >= OUTPUT_ITEMS_MAX)
    put_error(reader, ERR_LIMIT);
  piece = reader->failed ? NULL : add_piece(reader, CALL, item, 0);
  if (piece == NULL)
    return NULL;
  piece->call = ev.call = reader->call_count++;
  put(reader, &ev);
  return piece;
}

static void grow_call(struct responses_reader *reader, struct responses_piece *piece,
                      struct str text) {
  struct event ev = {.kind = EVENT_ARGUMENTS, .text = text};
  if (piece == NULL || text.n == 0)
    return;
  ev.call = piece->call;
  tally_add(&piece->said, text);
  put(reader, &ev);
}

static void whole_call(struct responses_reader *reader, struct responses_piece *piece,
                       struct str text) {
  struct tally none = {0, 0};
  if (piece != NULL)
    grow_call(reader, piece, new_part(&none, &piece->said, text));
}

/* |done|: its arguments are there too. */
static void read_call(struct responses_reader *reader, struct json_value call, int64_t item,
                      bool raw, bool done) {
  struct responses_piece *piece = call_piece(reader, call, item, raw);
  struct json_value value = json_find(call, raw ? STR("input") : STR("arguments"));
  if (!done)
    return;
  if (piece == NULL) {
    put_error(reader, ERR_UPSTREAM); /* a call of nothing */
    return;
  }
  /* Some send the object itself. */
  whole_call(reader, piece,
             json_type(value) == JSON_OBJECT ? json_raw(value) : take_string(reader, value));
}

/* ---- items ---- */

static void read_part(struct responses_reader *reader, struct json_value part, int64_t item,
                      int64_t n) {
  static const struct {
    struct str type, member;
    int kind;
  } parts[] = {
      {STR_INIT("output_text"), STR_INIT("text"), TEXT},
      {STR_INIT("refusal"), STR_INIT("refusal"), REFUSAL},
      {STR_INIT("summary_text"), STR_INIT("text"), SUMMARY},
      {STR_INIT("reasoning_text"), STR_INIT("text"), THOUGHTS},
  };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (!json_is(json_find(part, STR("type")), parts[i].type))
      continue;
    whole_text(reader, parts[i].kind, item, n,
               take_string(reader, json_find(part, parts[i].member)));
    whole_notes(reader, json_find(part, STR("annotations")), item, n);
  }
}

static void read_parts(struct responses_reader *reader, struct json_value parts, int64_t item) {
  int64_t n = 0;
  for (struct json_value v = json_first(parts); json_type(v) != JSON_NONE; v = json_next(v)) {
    read_part(reader, v, item, n++);
  }
}

static void read_item(struct responses_reader *reader, struct json_value value, int64_t item,
                      bool done) {
  struct json_value type = json_find(value, STR("type"));
  bool raw = json_is(type, STR("custom_tool_call"));
  if (raw || json_is(type, STR("function_call"))) {
    read_call(reader, value, item, raw, done);
  } else if (done && (json_is(type, STR("message")) || json_is(type, STR("reasoning")))) {
    struct json_value content = json_find(value, STR("content"));
    read_parts(reader, content, item);
    /* The thoughts themselves are better than what was made of them. */
    if (!reader->walking || json_count(content) == 0) {
      read_parts(reader, json_find(value, STR("summary")), item);
    }
  }
}

/* ---- the response ---- */

static void read_begin(struct responses_reader *reader, struct json_value response) {
  struct event ev = {.kind = EVENT_BEGIN};
  if (reader->begun)
    return;
  ev.id = take_string(reader, json_find(response, STR("id")));
  ev.model = take_string(reader, json_find(response, STR("model")));
  reader->begun = ev.id.n > 0 || ev.model.n > 0;
  if (reader->begun)
    put(reader, &ev);
}

static void read_usage(struct responses_reader *reader, struct json_value usage) {
  struct event ev = {.kind = EVENT_USAGE};
  if (usage_read(usage, &ev.usage))
    put(reader, &ev);
}

static void read_response(struct responses_reader *reader, struct json_value response,
                          bool incomplete) {
  struct event ev = {.kind = EVENT_FINISH, .finish = FINISH_STOP};
  int64_t item = 0;
  reader->walking = true;
  read_begin(reader, response);
  for (struct json_value v = json_first(json_find(response, STR("output")));
       json_type(v) != JSON_NONE && !reader->failed; v = json_next(v)) {
    read_item(reader, v, item++, true);
  }
  struct json_value why = json_find(response, STR("incomplete_details"));
  if (incomplete) {
    bool filter = json_is(json_find(why, STR("reason")), STR("content_filter"));
    ev.finish = filter ? FINISH_FILTER : FINISH_LENGTH;
  } else if (reader->call_count > 0) {
    ev.finish = FINISH_CALLS;
  }
  if (reader->failed)
    return;
  reader->finished = reader->over = true;
  put(reader, &ev);
  read_usage(reader, json_find(response, STR("usage")));
}

/* ---- events ---- */

/* What most events are about. */
static int64_t item_of(const struct responses_reader *reader, struct json_value ev) {
  return take_integer(ev, STR("output_index"), reader->items > 0 ? reader->items - 1 : 0);
}

static int64_t part_of(struct json_value ev) {
  return take_integer(ev, STR("content_index"), take_integer(ev, STR("summary_index"), 0));
}

static void take_created(struct responses_reader *reader, struct json_value ev) {
  read_begin(reader, json_find(ev, STR("response")));
}

static void take_added(struct responses_reader *reader, struct json_value ev) {
  int64_t item = take_integer(ev, STR("output_index"), reader->items);
  if (item >= 0 && item < INT32_MAX)
    reader->items = item + 1;
  read_item(reader, json_find(ev, STR("item")), item, false);
}

static void take_item_done(struct responses_reader *reader, struct json_value ev) {
  read_item(reader, json_find(ev, STR("item")), item_of(reader, ev), true);
}

static void take_part_done(struct responses_reader *reader, struct json_value ev) {
  read_part(reader, json_find(ev, STR("part")), item_of(reader, ev), part_of(ev));
}

static void take_note(struct responses_reader *reader, struct json_value ev) {
  struct responses_piece *piece = text_piece(reader, TEXT, item_of(reader, ev), part_of(ev));
  if (piece == NULL)
    return;
  piece->notes++;
  put_note(reader, json_find(ev, STR("annotation")));
}

static void take_completed(struct responses_reader *reader, struct json_value ev) {
  struct json_value response = json_find(ev, STR("response"));
  read_response(reader, response, json_is(json_find(response, STR("status")), STR("incomplete")));
}

static void take_incomplete(struct responses_reader *reader, struct json_value ev) {
  read_response(reader, json_find(ev, STR("response")), true);
}

static void take_failed(struct responses_reader *reader, struct json_value ev) {
  struct trouble trouble = {.retry_after = -1};
  if (provider_read_error(ev, &reader->scratch, &trouble) &&
      trouble.code.n + trouble.message.n > 0) {
    put_trouble(reader, &trouble);
  } else {
    put_error(reader, ERR_UPSTREAM);
  }
}

/* "output_text.delta" and its like. */
static bool take_text(struct responses_reader *reader, struct str type, struct json_value ev) {
  static const struct {
    struct str name, member; /* before the last dot; of what is done */
    int kind;
  } texts[] = {
      {STR_INIT("output_text"), STR_INIT("text"), TEXT},
      {STR_INIT("refusal"), STR_INIT("refusal"), REFUSAL},
      {STR_INIT("reasoning_summary_text"), STR_INIT("text"), SUMMARY},
      {STR_INIT("reasoning_text"), STR_INIT("text"), THOUGHTS},
      {STR_INIT("reasoning"), STR_INIT("text"), THOUGHTS},
      {STR_INIT("function_call_arguments"), STR_INIT("arguments"), CALL},
      {STR_INIT("custom_tool_call_input"), STR_INIT("input"), CALL},
  };
  struct str name;
  if (!str_cut(&type, '.', &name))
    return false;
  bool delta = str_equal(type, STR("delta"));
  if (!delta && !str_equal(type, STR("done")))
    return false;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (!str_equal(name, texts[i].name))
      continue;
    int64_t item = item_of(reader, ev);
    struct str text = take_string(reader, json_find(ev, delta ? STR("delta") : texts[i].member));
    if (texts[i].kind == CALL) {
      (delta ? grow_call : whole_call)(reader, find_piece(reader, CALL, item, 0), text);
    } else {
      (delta ? grow_text : whole_text)(reader, texts[i].kind, item, part_of(ev), text);
    }
    return true;
  }
  return false;
}

static void take_event(struct responses_reader *reader, struct str type, struct json_value ev) {
  static const struct {
    struct str type; /* without "response." */
    void (*take)(struct responses_reader *, struct json_value);
  } rows[] = {
      {STR_INIT("created"), take_created},
      {STR_INIT("in_progress"), take_created},
      {STR_INIT("output_item.added"), take_added},
      {STR_INIT("output_item.done"), take_item_done},
      {STR_INIT("content_part.done"), take_part_done},
      {STR_INIT("reasoning_summary_part.done"), take_part_done},
      {STR_INIT("output_text.annotation.added"), take_note},
      {STR_INIT("completed"), take_completed},
      {STR_INIT("incomplete"), take_incomplete},
      {STR_INIT("failed"), take_failed},
      {STR_INIT("error"), take_failed},
  };
  if (str_starts(type, STR("response.")))
    type = str_from(type, 9);
  if (take_text(reader, type, ev))
    return;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (str_equal(type, rows[i].type))
      rows[i].take(reader, ev);
  }
}

/* ---- whole texts ---- */

/* False, and trouble put, when |text| is no JSON object. */
static bool parse(struct responses_reader *reader, struct str text, struct json_value *root) {
  struct json json;
  size_t where;
  int err = json_parse_lenient(&json, &reader->scratch, text, &where);
  if (err == 0)
    *root = json_root(&json);
  if (err == 0 && json_type(*root) == JSON_OBJECT)
    return true;
  put_error(reader, err == ERR_MEMORY ? ERR_MEMORY : ERR_UPSTREAM);
  return false;
}

static bool foreign(struct str name) {
  return name.n > 0 && !str_starts(name, STR("response.")) && !str_equal(name, STR("message")) &&
         !str_equal(name, STR("error"));
}

void responses_read_event(struct responses_reader *reader, const struct sse_event *ev) {
  struct json_value root;
  if (reader->over || reader->failed || foreign(ev->name))
    return;
  if (str_equal(str_trim(ev->data), STR("[DONE]"))) {
    responses_read_end(reader);
    return;
  }
  if (parse(reader, ev->data, &root)) {
    struct str type = take_string(reader, json_find(root, STR("type")));
    /* An error in chat's form, or with the event's name alone. */
    if (type.n == 0)
      type = ev->name;
    if (type.n == 0 && !json_absent(json_find(root, STR("error"))))
      type = STR("error");
    take_event(reader, type, root);
  }
  arena_drop(&reader->scratch);
}

void responses_read_whole(struct responses_reader *reader, struct str body) {
  struct json_value root;
  struct trouble trouble = {.retry_after = -1};
  if (parse(reader, body, &root)) {
    struct json_value status = json_find(root, STR("status"));
    bool incomplete = json_is(status, STR("incomplete"));
    if (provider_read_error(root, &reader->scratch, &trouble)) {
      put_trouble(reader, &trouble);
    } else if (json_type(json_find(root, STR("output"))) != JSON_ARRAY ||
               !(incomplete || json_absent(status) || json_is(status, STR("completed")))) {
      put_error(reader, ERR_UPSTREAM);
    } else {
      read_response(reader, root, incomplete);
    }
  }
  arena_drop(&reader->scratch);
}

void responses_read_end(struct responses_reader *reader) {
  if (!reader->finished && !reader->failed)
    put_error(reader, ERR_UPSTREAM_CUT);
  reader->over = true;
}
