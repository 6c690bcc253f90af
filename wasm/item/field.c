#include "item/field.h"

#include "limits.h"

const struct field_case *field_find(struct str name, const struct field_case *cases, size_t n) {
  return str_row(name, cases, sizeof *cases, n);
}

int field_read(struct field_reader *in, struct json_value object, const struct field_case *cases,
               size_t n) {
  for (struct json_value v = json_first(object); json_exists(v); v = json_next(v)) {
    if (json_absent(v))
      continue;
    const struct field_case *field = field_find(json_key(v), cases, n);
    if (field == NULL) {
      field_lose(in, json_key(v), JSON_ABSENT);
      continue;
    }
    int err = field->read(in, v);
    if (err)
      return err;
  }
  return 0;
}

int field_word(struct json_value value, const struct field_word *words, size_t n) {
  const struct field_word *word = json_row(value, words, sizeof *words, n);
  return word != NULL ? word->meaning : -1;
}

int field_take_string(struct field_reader *in, struct json_value value, struct str *out) {
  if (json_absent(value))
    return 0;
  if (json_type(value) != JSON_STRING) {
    return field_refuse(in, value, ERR_TYPE, STR("a string is expected here"));
  }
  return json_string(value, in->request->arena, out) ? 0 : ERR_MEMORY;
}

int field_take_text(struct field_reader *in, struct json_value value, struct str *out,
                    bool *escaped) {
  return json_content(value, out, escaped) ? 0 : field_take_string(in, value, out);
}

int field_text(struct field_reader *in, struct json_value object, struct str key, struct str *out,
               bool *escaped) {
  return field_take_text(in, json_find(object, key), out, escaped);
}

int field_read_items(struct field_reader *in, struct json_value array,
                     int (*read)(struct field_reader *in, struct json_value item)) {
  struct json_items items;
  struct json_value item;
  int err;
  json_items_open(&items, array, in->request->arena);
  while ((err = json_items_next(&items, &item)) > 0) {
    err = read(in, item);
    if (err)
      break;
  }
  return err;
}

int field_string(struct field_reader *in, struct json_value object, struct str key,
                 struct str *out) {
  return field_take_string(in, json_find(object, key), out);
}

int field_needed(struct field_reader *in, struct json_value object, struct str key,
                 struct str *out) {
  struct str s = STR_NONE;
  int err = field_string(in, object, key, &s);
  if (err)
    return err;
  if (s.n == 0)
    return field_refuse(in, object, ERR_MISSING, key);
  *out = s;
  return 0;
}

int field_take_bool(struct field_reader *in, struct json_value value, bool *out) {
  if (json_absent(value))
    return 0;
  if (json_type(value) != JSON_BOOL) {
    return field_refuse(in, value, ERR_TYPE, STR("true or false is expected here"));
  }
  *out = json_bool(value, *out);
  return 0;
}

int field_take_number(struct field_reader *in, struct json_value value, struct json_value *out) {
  if (json_absent(value))
    return 0;
  if (json_type(value) != JSON_NUMBER) {
    return field_refuse(in, value, ERR_TYPE, STR("a number is expected here"));
  }
  *out = value;
  return 0;
}

int field_take_count(struct field_reader *in, struct json_value value, struct json_value *out) {
  int64_t n = 0;
  if (json_absent(value))
    return 0;
  if (!json_integer(value, &n) || n < 1) {
    return field_refuse(in, value, ERR_TYPE, STR("a whole number above zero is expected here"));
  }
  *out = value;
  return 0;
}

/* A client's word is put into a header: only safe characters, and not many. */
static void lose_word(struct buf *out, struct str word) {
  for (size_t i = 0; i < word.n && i < 40; i++) {
    char c = word.p[i];
    bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    buf_put_byte(out, safe || c == '_' || c == '-' || c == '.' ? c : '_');
  }
}

void field_lose_word(struct field_reader *in, struct str group, struct str word) {
  struct buf name;
  buf_init(&name, in->request->arena, KIB);
  lose_word(&name, group);
  if (word.n > 0)
    buf_put_byte(&name, '.');
  lose_word(&name, word);
  request_lose(in->request, buf_str(&name));
}

void field_lose(struct field_reader *in, struct str group, struct json_value what) {
  struct str word;
  if (!json_string(what, in->request->arena, &word))
    word = STR_NONE;
  field_lose_word(in, group, word);
}

static bool holds(struct json_value outer, const char *at) {
  struct str raw = json_raw(outer);
  return raw.n > 0 && at >= raw.p && at < raw.p + raw.n;
}

/* The child of |from| that contains |at|, and its index. */
static struct json_value child_at(struct json_value from, const char *at, struct arena *arena,
                                  int64_t *number) {
  struct json_items children;
  struct json_value v;
  json_items_open(&children, from, arena);
  for (*number = 0; json_items_next(&children, &v) > 0; ++*number) {
    if (holds(v, at))
      return v;
  }
  return JSON_ABSENT;
}

/* Put "input[2].content": the path from |from| to the value at |at|. */
static void put_path(struct buf *out, struct json_value from, const char *at) {
  while (json_raw(from).p != at) {
    int64_t number;
    struct json_value v = child_at(from, at, out->arena, &number);
    if (!json_exists(v))
      return;
    if (json_type(from) == JSON_ARRAY) {
      buf_put_byte(out, '[');
      buf_put_integer(out, number);
      buf_put_byte(out, ']');
    } else {
      if (out->n > 0)
        buf_put_byte(out, '.');
      buf_put(out, json_key(v));
    }
    from = v;
  }
}

int field_refuse(struct field_reader *in, struct json_value value, int error, struct str sentence) {
  const char *at = json_raw(value).p;
  struct buf path, message;
  buf_init(&path, in->request->arena, MESSAGE_MAX);
  buf_init(&message, in->request->arena, MESSAGE_MAX);
  if (at != NULL)
    put_path(&path, in->request->body, at);
  if (error == ERR_MISSING) {
    if (path.n > 0)
      buf_put_byte(&path, '.');
    buf_put(&path, sentence);
    buf_put(&message, STR("Missing required parameter: '"));
    buf_put(&message, buf_str(&path));
    buf_put(&message, STR("'."));
  } else if (sentence.n > 0) {
    buf_put(&message, STR("Invalid value at '"));
    buf_put(&message, buf_str(&path));
    buf_put(&message, STR("': "));
    buf_put(&message, sentence);
    buf_put(&message, STR("."));
  }
  return error_refuse(in->failure, error, buf_str(&path), buf_str(&message));
}
