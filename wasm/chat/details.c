/* details.c -- see details.h. */
#include "chat/details.h"

#include "limits.h"

void chat_details_init(struct chat_details *d, struct arena *arena) {
  *d = (struct chat_details){0};
  buf_init(&d->out, arena, OUTPUT_MAX);
}

static void end_text(struct chat_details *d) {
  if (d->in_text)
    json_put_unquote(&d->out);
  d->in_text = false;
}

static void end_entry(struct chat_details *d) {
  end_text(d);
  if (d->open)
    json_put_close(&d->out, '}');
  d->open = false;
}

/* The text's escapes are kept: half a surrogate pair may be in the next piece. */
static void put_text(struct chat_details *d, struct json_value text) {
  if (json_type(text) != JSON_STRING)
    return;
  if (!d->in_text) {
    json_put_key(&d->out, json_key(text));
    json_put_quote(&d->out);
  }
  d->in_text = true;
  buf_put(&d->out, str_part(json_raw(text), 1, json_raw(text).n - 2));
}

static void begin_entry(struct chat_details *d, struct json_value entry, struct str text) {
  end_entry(d);
  json_put_open(&d->out, '{');
  d->open = true;
  for (struct json_value v = json_first(entry); json_exists(v); v = json_next(v)) {
    if (!json_absent(v) && !json_key_is(v, text))
      json_put_member(&d->out, v);
  }
}

static void read_entry(struct chat_details *d, struct json_value entry, bool pieces) {
  struct json_value type = json_find(entry, STR("type")), end = json_find(entry, STR("signature"));
  struct str name = json_is(type, STR("reasoning.summary")) ? STR("summary") : STR("text");
  struct json_value text = json_find(entry, name);
  struct str index = json_raw(json_find(entry, STR("index")));
  bool whole = !pieces || json_is(type, STR("reasoning.encrypted"));
  if (whole || !d->open || !str_equal(json_raw(type), d->type) || !str_equal(index, d->index)) {
    begin_entry(d, entry, name);
    d->type = arena_copy(d->out.arena, json_raw(type));
    d->index = arena_copy(d->out.arena, index);
    put_text(d, text);
  } else {
    put_text(d, text);
    if (!json_absent(end)) {
      end_text(d);
      json_put_member(&d->out, end);
    }
  }
  if (whole || !json_absent(end))
    end_entry(d);
}

void chat_details_read(struct chat_details *d, struct json_value entries, bool pieces) {
  for (struct json_value e = json_first(entries); json_exists(e); e = json_next(e)) {
    if (json_type(e) == JSON_OBJECT)
      read_entry(d, e, pieces);
  }
}

struct str chat_details_take(struct chat_details *d) {
  end_entry(d);
  struct str all = buf_str(&d->out);
  d->out.n = 0;
  return all;
}
