/* progress.c -- see progress.h. */
#include "chat/progress.h"

#include "chat/search.h"
#include "limits.h"
#include "provider/trouble.h"

/* A whole answer of reasoning alone has been given up by the model. */
static bool is_given_up(const struct chat_reader *reader, const struct event *ev) {
  struct str text = str_trim(ev->text);
  return reader->whole && (ev->kind == EVENT_REASONING ||
                           (str_starts(text, STR("<think>")) && str_ends(text, STR("</think>"))));
}

void chat_progress_put_blank(struct chat_reader *reader) {
  struct event ev = {.kind = EVENT_TEXT, .text = buf_str(&reader->blank)};
  if (ev.text.n == 0)
    return;
  reader->has_content = true;
  reader->sink->put(reader->sink, &ev);
  buf_reset(&reader->blank);
}

/* Spaces alone are an empty answer: they are held back until something follows. */
static bool hold_blank(struct chat_reader *reader, const struct event *ev) {
  if (ev->kind != EVENT_TEXT || reader->has_content || ev->text.n == 0 ||
      str_trim(ev->text).n > 0 || ev->text.n > BLANK_MAX - reader->blank.n)
    return false;
  buf_put(&reader->blank, ev->text);
  return buf_error(&reader->blank) == 0;
}

void chat_progress_put(struct chat_reader *reader, const struct event *ev) {
  if (reader->failed || hold_blank(reader, ev))
    return;
  if (event_is_output(ev) || ev->kind == EVENT_FINISH)
    chat_progress_put_blank(reader);
  reader->has_content |= event_is_output(ev) && !is_given_up(reader, ev);
  reader->sink->put(reader->sink, ev);
}

void chat_progress_put_trouble(struct chat_reader *reader, const struct trouble *trouble) {
  struct event ev = {.kind = EVENT_TROUBLE, .trouble = *trouble};
  if (reader->finished && !reader->concluded) {
    reader->stray = true;
    chat_progress_conclude(reader);
    return;
  }
  chat_progress_put(reader, &ev);
  reader->failed = true;
}

void chat_progress_put_error(struct chat_reader *reader, int error) {
  struct trouble trouble = provider_trouble(error);
  chat_progress_put_trouble(reader, &trouble);
}

void chat_progress_end_half(struct chat_reader *reader) {
  struct event ev = {.kind = reader->half.kind, .text = STR("\xEF\xBF\xBD")}; /* U+FFFD */
  if (reader->half.high > 0 && reader->half.call != NULL)
    chat_calls_add(&reader->calls, reader->half.call, ev.text, false);
  else if (reader->half.high > 0)
    chat_progress_put(reader, &ev);
  reader->half.high = 0;
}

struct str chat_progress_take_text(struct chat_reader *reader, struct json_value value,
                                   enum event_kind kind, struct chat_call *call) {
  struct str text = STR_NONE;
  if (json_type(value) != JSON_STRING || json_is(value, STR_NONE))
    return STR_NONE;
  if (reader->half.kind != kind || reader->half.call != call)
    chat_progress_end_half(reader);
  reader->half.kind = kind;
  reader->half.call = call;
  if (!json_string_piece(value, &reader->scratch, &reader->half.high, &text))
    chat_progress_put_error(reader, ERR_MEMORY);
  return text;
}

void chat_progress_put_details(struct chat_reader *reader) {
  struct event ev = {.kind = EVENT_DETAILS, .text = chat_details_take(&reader->details)};
  if (buf_error(&reader->details.out))
    chat_progress_put_error(reader, buf_error(&reader->details.out));
  else if (ev.text.n > 0)
    chat_progress_put(reader, &ev);
}

/* ---- sources ---- */

void chat_progress_take_sources(struct chat_reader *reader, struct json_value sources) {
  if (json_count(sources) == 0)
    return;
  reader->had.count++;
  if (str_equal(json_raw(sources), reader->sources))
    return;
  reader->sources = arena_copy(reader->arena, json_raw(sources));
  reader->sources_put = false;
  if (reader->sources.p == NULL)
    chat_progress_put_error(reader, ERR_MEMORY);
}

void chat_progress_put_sources(struct chat_reader *reader) {
  struct json json;
  size_t where;
  if (reader->sources.n == 0 || reader->sources_put || reader->failed)
    return;
  if (json_parse_lenient(&json, &reader->scratch, reader->sources, &where) == 0) {
    chat_read_sources(json_root(&json), &reader->scratch, reader->sink);
  } else {
    chat_progress_put_error(reader, ERR_MEMORY);
  }
  reader->sources_put = true;
}

/* ---- the end of an answer ---- */

/* An empty answer is a failure: services send it when they are overloaded. So is one whose
 * finish_reason announces calls that never come. */
static bool is_missing(const struct chat_reader *reader, bool complete) {
  bool announced = reader->finish == FINISH_CALLS && reader->calls.begun == 0;
  if (reader->has_content) /* of a stream, the client has it already */
    return complete && announced && reader->whole && reader->refuse_empty;
  return complete && (reader->refuse_empty || announced);
}

void chat_progress_conclude(struct chat_reader *reader) {
  struct event ev = {.kind = EVENT_FINISH, .finish = reader->finish};
  bool complete = ev.finish == FINISH_STOP || ev.finish == FINISH_CALLS;
  reader->over = true;
  if (reader->concluded || reader->failed)
    return;
  reader->concluded = true;
  chat_progress_end_half(reader);
  chat_calls_end(&reader->calls, complete);
  reader->has_content |= reader->calls.begun > 0;
  if (reader->calls.error)
    chat_progress_put_error(reader, reader->calls.error);
  else if (is_missing(reader, complete))
    chat_progress_put_error(reader, ERR_UPSTREAM_EMPTY);
  else if (complete && !reader->passes_garbage && chat_calls_cut(&reader->calls))
    chat_progress_put_error(reader, ERR_UPSTREAM_CUT);
  chat_progress_put_details(reader);
  chat_progress_put(reader, &ev);
  chat_progress_put_sources(reader);
}
