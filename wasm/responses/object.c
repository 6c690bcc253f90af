#include "responses/object.h"

#include "limits.h"

/* ---- an item as JSON ---- */

void responses_put_logprobs(struct responses_writer *w, struct buf *out,
                            const struct output_item *item, size_t from) {
  size_t end = item->done ? item->logprobs.end : w->reply.logprobs.n;
  json_put_member_open(out, STR("logprobs"), '[');
  if (end > from) /* entries before are followed by a comma */
    buf_put(out, str_part(buf_str(&w->reply.logprobs), from + (from > 0), end - from - (from > 0)));
  json_put_close(out, ']');
}

void responses_put_part(struct responses_writer *w, const struct output_item *item,
                        struct str text) {
  struct buf *out = w->reply.out;
  json_put_open(out, '{');
  switch (item->kind) {
  case OUTPUT_REASONING:
    json_put_member_string(out, STR("type"), STR("summary_text"));
    json_put_member_string(out, STR("text"), text);
    break;
  case OUTPUT_REFUSAL:
    json_put_member_string(out, STR("type"), STR("refusal"));
    json_put_member_string(out, STR("refusal"), text);
    break;
  default:
    json_put_member_string(out, STR("type"), STR("output_text"));
    json_put_member_string(out, STR("text"), text);
    json_put_member_open(out, STR("annotations"), '[');
    if (text.n > 0)
      buf_put(out, buf_str(&item->annotations));
    json_put_close(out, ']');
    responses_put_logprobs(w, out, item, text.n > 0 ? item->logprobs.from : SIZE_MAX);
  }
  json_put_close(out, '}');
}

static void put_parts(struct responses_writer *w, struct str key, const struct output_item *item,
                      bool whole) {
  json_put_member_open(w->reply.out, key, '[');
  if (whole && !item->bare)
    responses_put_part(w, item, buf_str(&item->text));
  json_put_close(w->reply.out, ']');
}

static void put_call(struct buf *out, const struct output_item *item, bool whole) {
  json_put_member_string(out, STR("call_id"), item->call.id);
  json_put_member_string(out, STR("name"), item->call.name);
  if (item->call.space.n > 0)
    json_put_member_string(out, STR("namespace"), item->call.space);
  json_put_member_string(out, item->call.custom ? STR("input") : STR("arguments"),
                         whole ? buf_str(&item->text) : STR_NONE);
}

static void put_sealed(struct buf *out, const struct output_item *item) {
  json_put_key(out, STR("encrypted_content"));
  json_put_quote(out);
  json_put_text(out, STR(SEAL_PREFIX));
  json_put_text(out, item->origin);
  json_put_text(out, item->origin.n > 0 ? STR(".") : STR_NONE);
  json_put_text(out, item->sealed);
  json_put_unquote(out);
}

/* The host encrypts later: the place for the encrypted text is noted as a gap. */
static void put_seal(struct responses_writer *w, struct output_item *item) {
  if (item->native) {
    json_put_member_string(w->reply.out, STR("encrypted_content"), item->sealed);
    return;
  }
  bool wanted = item->kind == OUTPUT_COMPACTION || w->reply.request->include_encrypted;
  if (!wanted || item->unsealable || item->text.n + item->details.n == 0)
    return;
  if (item->sealed.n > 0) {
    put_sealed(w->reply.out, item);
    return;
  }
  struct seal_gap *gap = arena_take(w->reply.arena, sizeof *gap);
  if (gap == NULL) {
    w->reply.error = ERR_MEMORY;
    return;
  }
  *gap = (struct seal_gap){w->reply.out->n, item, w->gaps};
  w->gaps = gap;
}

void responses_put_item(struct responses_writer *w, struct output_item *item, struct str status,
                        bool whole) {
  struct buf *out = w->reply.out;
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), item->id);
  switch (item->kind) {
  case OUTPUT_REASONING:
    json_put_member_string(out, STR("type"), STR("reasoning"));
    put_parts(w, STR("summary"), item, whole);
    if (whole)
      put_seal(w, item);
    if (w->storing && item->details.n > 0) {
      buf_put_byte(out, ',');
      buf_put(out, str_part(buf_str(&item->details), 1, item->details.n - 2));
    }
    break;
  case OUTPUT_COMPACTION:
    json_put_member_string(out, STR("type"), STR("compaction"));
    if (whole)
      put_seal(w, item);
    else
      json_put_member_string(out, STR("encrypted_content"), STR_NONE);
    break;
  case OUTPUT_CALL:
    json_put_member_string(out, STR("type"),
                           item->call.custom ? STR("custom_tool_call") : STR("function_call"));
    json_put_member_string(out, STR("status"), status);
    put_call(out, item, whole);
    break;
  default:
    json_put_member_string(out, STR("type"), STR("message"));
    json_put_member_string(out, STR("status"), status);
    json_put_member_string(out, STR("role"), STR("assistant"));
    if (item->phase.n > 0)
      json_put_member_raw(out, STR("phase"), item->phase);
    put_parts(w, STR("content"), item, whole);
  }
  json_put_close(out, '}');
}

/* ---- the response object ---- */

static void put_usage(struct buf *out, const struct usage *u) {
  json_put_key(out, STR("usage"));
  if (!u->known) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  json_put_member_integer(out, STR("input_tokens"), u->input);
  json_put_member_open(out, STR("input_tokens_details"), '{');
  json_put_member_integer(out, STR("cached_tokens"), u->cached);
  json_put_member_integer(out, STR("cache_write_tokens"), u->cache_write);
  json_put_close(out, '}');
  json_put_member_integer(out, STR("output_tokens"), u->output);
  json_put_member_open(out, STR("output_tokens_details"), '{');
  json_put_member_integer(out, STR("reasoning_tokens"), u->reasoning);
  json_put_close(out, '}');
  json_put_member_integer(out, STR("total_tokens"), u->total);
  json_put_close(out, '}');
}

static void put_incomplete(struct buf *out, const struct responses_writer *w, bool incomplete) {
  json_put_key(out, STR("incomplete_details"));
  if (!incomplete) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  json_put_member_string(out, STR("reason"),
                         w->reply.finish == FINISH_FILTER ? STR("content_filter")
                                                          : STR("max_output_tokens"));
  json_put_close(out, '}');
}

static void put_response_error(struct buf *out, const struct failure *f) {
  json_put_key(out, STR("error"));
  if (f == NULL) {
    json_put_null(out);
    return;
  }
  json_put_open(out, '{');
  json_put_member_string(out, STR("code"), f->code);
  json_put_member_string(out, STR("message"), f->message);
  json_put_close(out, '}');
}

struct str output_item_status(const struct output_item *item) {
  return item->done && !item->cut ? STR("completed") : STR("incomplete");
}

static void put_output(struct responses_writer *w) {
  struct buf *out = w->reply.out;
  json_put_member_open(out, STR("output"), '[');
  for (struct output_item *item = w->items; item != NULL; item = item->next) {
    responses_put_item(w, item, output_item_status(item), true);
  }
  json_put_close(out, ']');
}

/* Put the parts of the input that the upstream was not sent. */
static void put_removed(struct buf *out, const struct request *r) {
  if (r->left_out.n == 0 && r->removed.n == 0)
    return;
  json_put_member_open(out, STR("input_transformations"), '[');
  buf_put(out, r->left_out);
  if (r->left_out.n > 0 && r->removed.n > 0)
    buf_put_byte(out, ',');
  buf_put(out, buf_str(&r->removed));
  json_put_close(out, ']');
}

/* ---- a window: what a conversation is from here on ---- */

/* Put the content of a message unchanged; a text in the form of parts. */
static void put_content(struct buf *out, const struct item *item) {
  struct json_value content = json_find(item->source, STR("content"));
  json_put_key(out, STR("content"));
  if (json_type(content) == JSON_ARRAY) {
    json_put_value(out, content);
    return;
  }
  buf_put(out, STR("[{\"type\":\"input_text\",\"text\":"));
  json_put_quote(out);
  if (item->parts != NULL)
    part_put_text(out, item->parts);
  json_put_unquote(out);
  buf_put(out, STR("}]"));
}

/* Put a message of the user's with the members that an item needs. */
static void put_user(struct responses_writer *w, const struct item *item, uint32_t index) {
  struct buf *out = w->reply.out;
  struct str id = w->mint.on ? mint_take(&w->mint, w->reply.arena, STR("msg_"), index)
                             : id_take(w->reply.ids, w->reply.arena, STR("msg_"));
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), id);
  json_put_member_string(out, STR("type"), STR("message"));
  json_put_member_string(out, STR("status"), STR("completed"));
  json_put_member_string(out, STR("role"), STR("user"));
  put_content(out, item);
  json_put_close(out, '}');
}

static void put_window(struct responses_writer *w) {
  const struct request *r = w->reply.request;
  struct buf *out = w->reply.out;
  uint32_t index = 0x8000; /* larger than those of the output */
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), w->reply.id);
  json_put_member_string(out, STR("object"), STR("response.compaction"));
  json_put_member_integer(out, STR("created_at"), w->reply.created);
  json_put_member_open(out, STR("output"), '[');
  for (const struct item *i = r->items; i != *r->compaction.order_link; i = i->next) {
    if (i->kind == ITEM_MESSAGE && i->role == ROLE_USER && !i->compaction)
      put_user(w, i, index++);
  }
  for (struct output_item *item = w->items; item != NULL; item = item->next)
    responses_put_item(w, item, STR("completed"), true);
  json_put_close(out, ']');
  put_usage(out, &w->reply.usage);
  json_put_close(out, '}');
}

void responses_put_response(struct responses_writer *w, struct str status, int64_t completed,
                            const struct failure *f) {
  static const struct usage unknown;
  bool growing = str_equal(status, STR("in_progress"));
  struct buf *out = w->reply.out;
  if (w->reply.request->compaction.window && f == NULL) {
    put_window(w);
    return;
  }
  json_put_open(out, '{');
  json_put_member_string(out, STR("id"), w->reply.id);
  json_put_member_string(out, STR("object"), STR("response"));
  json_put_member_integer(out, STR("created_at"), w->reply.created);
  json_put_member_string(out, STR("status"), status);
  if (completed > 0) {
    json_put_member_integer(out, STR("completed_at"), completed);
  } else {
    json_put_member_raw(out, STR("completed_at"), STR_NONE);
  }
  put_response_error(out, f);
  put_incomplete(out, w, str_equal(status, STR("incomplete")));
  json_put_member_string(out, STR("model"), w->reply.model);
  put_output(w);
  /* What is known by then may be an earlier attempt's alone. */
  put_usage(out, growing ? &unknown : &w->reply.usage);
  buf_put_byte(out, ',');
  buf_put(out, buf_str(&w->echo));
  put_removed(out, w->reply.request);
  json_put_close(out, '}');
}

/* ---- sealing ---- */

const struct output_item *responses_writer_unsealed(const struct responses_writer *w) {
  return w->gaps != NULL ? w->gaps->item : NULL;
}

/* From the last gap to the first, so that the places of earlier ones stay valid. */
void responses_writer_seal(struct responses_writer *w, struct str text) {
  struct output_item *item = w->gaps->item;
  struct buf member;
  buf_init(&member, w->reply.arena, OUTPUT_MAX);
  item->unsealable = text.n == 0;
  item->sealed = arena_copy(w->reply.arena, text);
  if (item->sealed.n > 0) {
    buf_put_byte(&member, ',');
    put_sealed(&member, item);
  }
  if (buf_error(&member))
    w->reply.error = buf_error(&member);
  struct seal_gap **link = &w->gaps;
  for (struct seal_gap *gap = w->gaps; gap != NULL; gap = gap->next) {
    if (gap->item != item) {
      link = &gap->next;
      continue;
    }
    buf_insert(w->reply.out, gap->at, buf_str(&member));
    for (struct seal_gap *later = w->gaps; later != gap; later = later->next) {
      later->at += member.n;
    }
    *link = gap->next;
  }
}
