/* GLM's web search, in "tools" of a request and beside "choices" in an answer (its OpenAPI text):
 *
 *   {"type":"web_search","web_search":{"enable":true,"search_engine":"search-prime",
 *      "search_result":true, "content_size":"high", "search_domain_filter":"a.example",
 *      "require_search":true}}
 *   "web_search":[{"title":"...","link":"https://...","content":"...","refer":"ref_1"}]
 *
 * The text has "[ref_1]" where it cites a source, if it does.  Perplexity and xAI search unasked,
 * and send the sources in the order of their marks "[1]", "[2]", some with each chunk of a stream:
 *
 *   "search_results":[{"title":"...","url":"https://..."}], "citations":["https://..."]
 *
 * The citation becomes:
 *
 *   {"type":"url_citation","url":"https://...","title":"...","start_index":3,"end_index":10}
 */
#include "chat/search.h"

#include "item/field.h"
#include "limits.h"

/* ---- the request ---- */

/* Translate one member of the client's tool; false when it has no counterpart. */
static bool put_wish(struct buf *out, struct json_value wish) {
  if (json_key_is(wish, STR("search_context_size"))) {
    /* GLM has two sizes; the smaller is the default. */
    if (json_is(wish, STR("high")))
      json_put_member_string(out, STR("content_size"), STR("high"));
    return !json_is(wish, STR("low"));
  }
  if (json_key_is(wish, STR("filters"))) {
    struct json_value domains = json_find(wish, STR("allowed_domains"));
    if (json_count(domains) == 1)
      json_put_member_value(out, STR("search_domain_filter"), json_first(domains));
    return json_count(wish) == json_exists(domains) && json_count(domains) <= 1;
  }
  return json_key_is(wish, STR("type")) || json_key_is(wish, STR("external_web_access"));
}

void chat_put_search(struct buf *out, struct request *r, const struct tool *tool, struct str engine,
                     bool must) {
  struct field_reader in = {r, NULL};
  json_put_open(out, '{');
  json_put_member_string(out, STR("type"), STR("web_search"));
  json_put_member_open(out, STR("web_search"), '{');
  json_put_member_raw(out, STR("enable"), STR("true"));
  json_put_member_string(out, STR("search_engine"), engine);
  json_put_member_raw(out, STR("search_result"), STR("true"));
  if (must)
    json_put_member_raw(out, STR("require_search"), STR("true"));
  for (struct json_value v = json_first(tool->source); json_exists(v); v = json_next(v)) {
    if (!json_absent(v) && !put_wish(out, v))
      field_lose_word(&in, STR("tools.web_search"), json_key(v));
  }
  buf_put(out, STR("}}"));
}

/* ---- the answer ---- */

struct json_value chat_find_sources(struct json_value chunk) {
  static const struct str names[] = {STR_INIT("web_search"), STR_INIT("search_results"),
                                     STR_INIT("citations")};
  struct json_value sources = JSON_ABSENT;
  for (size_t i = 0; i < sizeof names / sizeof *names && json_count(sources) == 0; i++)
    sources = json_find(chunk, names[i]);
  return sources;
}

/* A source's address: GLM's "link", Perplexity's "url", or the source itself is one. */
static bool read_link(struct json_value source, struct arena *scratch, struct str *link) {
  return (json_string(json_find(source, STR("link")), scratch, link) ||
          json_string(json_find(source, STR("url")), scratch, link) ||
          json_string(source, scratch, link)) &&
         link->n > 0;
}

/* The name by which the text cites it: GLM's "refer", else its number. */
static struct str source_name(struct json_value source, int64_t number, struct arena *scratch) {
  struct str name;
  struct buf digits;
  if (json_string(json_find(source, STR("refer")), scratch, &name))
    return name;
  buf_init(&digits, scratch, MARK_MAX);
  buf_put_integer(&digits, number);
  return buf_str(&digits);
}

void chat_read_sources(struct json_value sources, struct arena *scratch, struct event_sink *sink) {
  int64_t number = 0;
  for (struct json_value v = json_first(sources); json_exists(v); v = json_next(v)) {
    struct event ev = {.kind = EVENT_SOURCE, .name = source_name(v, ++number, scratch)};
    struct str link = STR_NONE, title = STR_NONE;
    struct buf note;
    if (!read_link(v, scratch, &link))
      continue;
    if (!json_string(json_find(v, STR("title")), scratch, &title) || title.n == 0)
      title = link;
    buf_init(&note, scratch, ANSWER_MAX);
    json_put_open(&note, '{');
    json_put_member_string(&note, STR("type"), STR("url_citation"));
    json_put_member_string(&note, STR("url"), link);
    json_put_member_string(&note, STR("title"), title);
    ev.text = buf_str(&note);
    if (buf_error(&note) == 0)
      sink->put(sink, &ev);
  }
}

/* A chat annotation has its members in an object named like its type, a Responses annotation, which
 * some chat services send, beside the type. */
void chat_read_annotation(struct json_value annotation, struct arena *scratch,
                          struct event_sink *sink) {
  struct event ev = {.kind = EVENT_CITATION};
  struct json_value from = json_find(annotation, STR("url_citation"));
  static const struct str members[] = {STR_INIT("url"), STR_INIT("title")};
  static const struct str places[] = {STR_INIT("start_index"), STR_INIT("end_index")};
  struct buf out;
  if (json_is(json_find(annotation, STR("type")), STR("url_citation")) && json_absent(from))
    from = annotation;
  if (json_type(json_find(from, members[0])) != JSON_STRING)
    return;
  buf_init(&out, scratch, ANSWER_MAX);
  json_put_open(&out, '{');
  json_put_member_string(&out, STR("type"), STR("url_citation"));
  for (size_t i = 0; i < 2; i++) {
    struct json_value v = json_find(from, members[i]);
    json_put_member_raw(&out, members[i],
                        json_type(v) == JSON_STRING ? json_raw(v)
                                                    : json_raw(json_find(from, members[0])));
  }
  for (size_t i = 0; i < 2; i++) {
    int64_t at = 0;
    json_integer(json_find(from, places[i]), &at);
    json_put_member_integer(&out, places[i], at);
  }
  json_put_close(&out, '}');
  ev.text = buf_str(&out);
  if (buf_error(&out) == 0)
    sink->put(sink, &ev);
}

void chat_put_citation(struct buf *out, const struct event *source, const struct chat_marks *marks,
                       struct str text) {
  int64_t start = chat_marks_find(marks, source->name), n = 0;
  if (start >= 0)
    n = (int64_t)str_characters(source->name) + 2; /* with the brackets */
  else
    start = marks->characters + (int64_t)str_characters(str_from(text, marks->read));
  buf_put(out, source->text);
  json_put_member_integer(out, STR("start_index"), start);
  json_put_member_integer(out, STR("end_index"), start + n);
  json_put_close(out, '}');
}
