#include "responses/progress.h"

#include "limits.h"
#include "provider/trouble.h"

enum { PIECES_MAX = 4 * OUTPUT_ITEMS_MAX }; /* an item may have several */

/* ---- events ---- */

void progress_put(struct responses_reader *reader, const struct event *ev) {
  if (reader->failed)
    return;
  reader->has_content |= event_is_output(ev);
  reader->sink->put(reader->sink, ev);
}

void progress_put_trouble(struct responses_reader *reader, const struct trouble *trouble) {
  struct event ev = {.kind = EVENT_TROUBLE, .trouble = *trouble};
  progress_put(reader, &ev);
  reader->failed = true;
}

void progress_put_error(struct responses_reader *reader, int error) {
  struct trouble trouble = provider_trouble(error);
  progress_put_trouble(reader, &trouble);
}

struct str progress_take_string(struct responses_reader *reader, struct json_value value) {
  struct str text = STR_NONE;
  if (json_type(value) == JSON_STRING && !json_string(value, &reader->scratch, &text)) {
    progress_put_error(reader, ERR_MEMORY);
  }
  return text;
}

struct str progress_take_delta(struct responses_reader *reader, int kind, int64_t item,
                               int64_t part, struct json_value value) {
  struct str text = STR_NONE;
  if (reader->half.kind != kind || reader->half.item != item || reader->half.part != part)
    reader->half.high = 0;
  reader->half.kind = kind;
  reader->half.item = item;
  reader->half.part = part;
  if (json_type(value) == JSON_STRING &&
      !json_string_piece(value, &reader->scratch, &reader->half.high, &text))
    progress_put_error(reader, ERR_MEMORY);
  return text;
}

/* ---- pieces, and how much of them has been put ---- */

struct responses_piece *progress_find_piece(struct responses_reader *reader, int kind, int64_t item,
                                            int64_t part) {
  struct responses_piece *p = reader->pieces;
  while (p != NULL && (p->kind != kind || p->item != item || p->part != part))
    p = p->next;
  return p;
}

static struct responses_piece *add_piece(struct responses_reader *reader, int kind, int64_t item,
                                         int64_t part) {
  if (reader->piece_count >= PIECES_MAX) {
    progress_put_error(reader, ERR_LIMIT);
    return NULL;
  }
  struct responses_piece *p = arena_take_zero(reader->arena, sizeof *p);
  if (p == NULL) {
    progress_put_error(reader, ERR_MEMORY);
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

static void grow(struct text_mark *t, struct str text) {
  for (size_t i = 0; i < text.n; i++) {
    t->hash = t->hash * 0x100000001b3u + (unsigned char)text.p[i]; /* FNV's prime */
  }
  t->n += text.n;
}

/* Step over |text|, which is repeated from |walked| on. Returns what is beyond |said|, the new
 * part; nothing when it differs from what was said. */
static struct str new_part(struct text_mark *walked, const struct text_mark *said,
                           struct str text) {
  size_t old = said->n > walked->n ? said->n - walked->n : 0;
  bool astray = walked->n > said->n;
  struct text_mark there = *walked;
  grow(&there, str_part(text, 0, old));
  grow(walked, text);
  if (astray || old > text.n || there.hash != said->hash)
    return STR_NONE;
  return str_from(text, old);
}

/* ---- items ---- */

/* In the last response items are matched by their order alone, since upstreams' indices and ids are
 * often wrong. */
struct responses_piece *progress_open_item(struct responses_reader *reader, struct json_value value,
                                           int64_t item, bool reasoning) {
  struct event ev = {.kind = EVENT_ITEM, .raw = reasoning};
  struct responses_piece *piece = NULL;
  if (reader->walking && reader->walked_items++ < reader->item_count)
    return NULL;
  if (!reader->walking)
    piece = progress_find_piece(reader, PIECE_ITEM, item, 0);
  if (piece != NULL)
    return piece;
  piece = add_piece(reader, PIECE_ITEM, item, 0);
  reader->item_count++;
  ev.id = progress_take_string(reader, json_find(value, STR("id")));
  if (json_type(json_find(value, STR("phase"))) == JSON_STRING)
    ev.extra = json_raw(json_find(value, STR("phase")));
  progress_put(reader, &ev);
  return piece;
}

void progress_close_item(struct responses_reader *reader, struct json_value value,
                         struct responses_piece *piece) {
  struct event ev = {.kind = EVENT_SEALED};
  if (piece == NULL || piece->notes++ > 0 ||
      !json_is(json_find(value, STR("type")), STR("reasoning")))
    return;
  ev.text = progress_take_string(reader, json_find(value, STR("encrypted_content")));
  progress_put(reader, &ev);
}

/* ---- texts ---- */

static enum event_kind event_of(int kind) {
  return kind == PIECE_SUMMARY ? EVENT_REASONING : EVENT_REASONING + (enum event_kind)kind;
}

static bool is_reasoning(int kind) {
  return kind == PIECE_SUMMARY || kind == PIECE_THOUGHTS;
}

/* Some upstreams send reasoning twice, as it is and as a summary: the form that came first counts.
 */
static bool told_otherwise(const struct responses_reader *reader, int kind, int64_t item) {
  if (!is_reasoning(kind))
    return false;
  int other = kind == PIECE_SUMMARY ? PIECE_THOUGHTS : PIECE_SUMMARY;
  for (const struct responses_piece *p = reader->pieces; p != NULL; p = p->next) {
    if (p->kind == other && p->item == item)
      return true;
  }
  return false;
}

/* Put |text|. |fresh|: it begins a new paragraph. */
static void say(struct responses_reader *reader, int kind, struct str text, bool fresh) {
  struct event ev = {.kind = event_of(kind), .text = STR("\n\n")};
  struct text_mark *said = &reader->said[ev.kind - EVENT_REASONING];
  if (text.n == 0)
    return;
  if (fresh && said->n > 0)
    progress_put(reader, &ev);
  ev.text = text;
  grow(said, text);
  progress_put(reader, &ev);
}

struct responses_piece *progress_find_text(struct responses_reader *reader, int kind, int64_t item,
                                           int64_t part) {
  struct responses_piece *piece = progress_find_piece(reader, kind, item, part);
  if (piece != NULL)
    return piece;
  return told_otherwise(reader, kind, item) ? NULL : add_piece(reader, kind, item, part);
}

void progress_grow_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                        struct str text) {
  if (text.n == 0)
    return;
  struct responses_piece *piece = progress_find_text(reader, kind, item, part);
  struct json_value none = JSON_ABSENT;
  struct responses_piece *whole =
      piece != NULL ? progress_open_item(reader, none, item, is_reasoning(kind)) : NULL;
  if (whole == NULL)
    return;
  say(reader, kind, text, is_reasoning(kind) && piece->said.n == 0 && whole->said.n > 0);
  whole->said.n += text.n;
  grow(&piece->said, text);
}

void progress_take_text(struct responses_reader *reader, int kind, int64_t item, int64_t part,
                        struct str text) {
  struct text_mark none = {0, 0};
  if (!reader->walking) {
    struct responses_piece *piece =
        text.n > 0 ? progress_find_text(reader, kind, item, part) : NULL;
    if (piece != NULL)
      progress_grow_text(reader, kind, item, part, new_part(&none, &piece->said, text));
    return;
  }
  if (told_otherwise(reader, kind, item))
    return;
  size_t place = event_of(kind) - EVENT_REASONING;
  struct str rest = new_part(&reader->walked[place], &reader->said[place], text);
  say(reader, kind, rest, is_reasoning(kind) && part > 0 && rest.n == text.n);
}

/* ---- annotations ---- */

void progress_put_note(struct responses_reader *reader, struct json_value note) {
  struct event ev = {.kind = EVENT_CITATION, .text = json_raw(note)};
  if (json_type(note) != JSON_OBJECT)
    return;
  reader->notes++;
  progress_put(reader, &ev);
}

void progress_take_notes(struct responses_reader *reader, struct json_value notes, int64_t item,
                         int64_t part) {
  struct responses_piece *piece =
      reader->walking ? NULL : progress_find_piece(reader, PIECE_TEXT, item, part);
  uint32_t none = 0;
  uint32_t *walked = reader->walking ? &reader->walked_notes : &none;
  for (struct json_value v = json_first(notes); json_exists(v); v = json_next(v)) {
    uint32_t said = piece != NULL ? piece->notes : reader->walking ? reader->notes : UINT32_MAX;
    if ((*walked)++ < said)
      continue;
    progress_put_note(reader, v);
    if (piece != NULL)
      piece->notes++;
  }
}

/* ---- calls ---- */

struct responses_piece *progress_find_call(struct responses_reader *reader, struct json_value call,
                                           int64_t item, bool raw) {
  struct responses_piece *piece;
  struct event ev = {.kind = EVENT_CALL, .raw = raw};
  if (reader->walking) {
    uint32_t number = reader->walked_calls++;
    piece = reader->pieces;
    while (piece != NULL && (piece->kind != PIECE_CALL || piece->call != number))
      piece = piece->next;
  } else {
    piece = progress_find_piece(reader, PIECE_CALL, item, 0);
  }
  if (piece != NULL)
    return piece;
  ev.name = progress_take_string(reader, json_find(call, STR("name")));
  ev.id = progress_take_string(reader, json_find(call, STR("call_id")));
  if (ev.name.n == 0)
    return NULL;
  if (reader->call_count >= OUTPUT_ITEMS_MAX)
    progress_put_error(reader, ERR_LIMIT);
  piece = reader->failed ? NULL : add_piece(reader, PIECE_CALL, item, 0);
  if (piece == NULL)
    return NULL;
  piece->call = ev.call = reader->call_count++;
  progress_put(reader, &ev);
  return piece;
}

void progress_grow_call(struct responses_reader *reader, struct responses_piece *piece,
                        struct str text) {
  struct event ev = {.kind = EVENT_ARGUMENTS, .text = text};
  if (piece == NULL || text.n == 0)
    return;
  ev.call = piece->call;
  grow(&piece->said, text);
  progress_put(reader, &ev);
}

void progress_take_call(struct responses_reader *reader, struct responses_piece *piece,
                        struct str text) {
  struct text_mark none = {0, 0};
  if (piece != NULL)
    progress_grow_call(reader, piece, new_part(&none, &piece->said, text));
}
