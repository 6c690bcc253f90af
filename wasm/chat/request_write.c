/* request_write.c -- write the request that an upstream takes; request_read.c shows its shape.
 *
 * Differences between upstreams come from struct chat_rules and struct model_facts, never from a
 * provider's name.
 */
#include "chat/messages.h"
#include "chat/request.h"
#include "chat/tools.h"
#include "item/field.h"
#include "limits.h"
#include "provider/parameters.h"

struct writer {
  struct buf *out;
  struct request *request;
  const struct chat_rules *rules;
  const struct model_facts *facts;
  uint32_t refused;
  bool usage, again;
};

/* Has the upstream refused the member |name| before? Then it is left out, and noted as lost. */
static bool refuses(struct writer *w, struct str name) {
  bool refused = (w->refused & parameter_bit(name)) != 0;
  if (refused)
    request_lose(w->request, name);
  return refused;
}

/* ---- what an upstream cannot be told by a field is said to the model ---- */

static void say_format(struct writer *w, struct buf *said) {
  enum text_format format = w->request->format;
  bool object = format == FORMAT_JSON_OBJECT && w->facts->plain;
  if (!object && (format != FORMAT_JSON_SCHEMA || w->rules->json_schema))
    return;
  request_lose(w->request, STR("text.format"));
  if (object) {
    buf_put(said, STR("Answer with one JSON object, and with nothing else: no prose, no code "
                      "fence.\n"));
    return;
  }
  buf_put(said, STR("Answer with one JSON value that is valid against this JSON Schema, and "
                    "with nothing else: no prose, no code fence.\n"));
  buf_put(said, w->request->schema);
  buf_put_byte(said, '\n');
}

/* ---- numbers ---- */

/* Put |value|, limited to the bounds. */
static void put_clamped(struct writer *w, struct str key, struct json_value value, double least,
                        double most) {
  double number = 0;
  if (!json_number(value, &number) || refuses(w, key))
    return;
  if (number < least || number > most || provider_fixes_sampling(w->facts, w->request->effort))
    request_lose(w->request, key);
  if (provider_fixes_sampling(w->facts, w->request->effort))
    return;
  json_put_key(w->out, key);
  if (number < least) {
    json_put_number(w->out, least);
  } else if (number > most) {
    json_put_number(w->out, most);
  } else {
    json_put_value(w->out, value);
  }
}

static void put_limit(struct writer *w) {
  struct json_value limit = w->request->max_output_tokens;
  bool renamed = w->rules->max_completion || (w->refused & parameter_bit(STR("max_tokens"))) != 0;
  int64_t n = 0;
  if (!json_integer(limit, &n))
    return;
  if (w->facts->output_max > 0 && n > w->facts->output_max) {
    n = w->facts->output_max;
    request_lose(w->request, json_key(limit));
  }
  json_put_key(w->out, renamed ? STR("max_completion_tokens") : STR("max_tokens"));
  json_put_integer(w->out, n);
}

/* The first text among them that is not empty; some clients send "" or [] for none. */
static struct json_value first_stop(struct json_value stop) {
  struct json_value one = json_first(stop);
  if (json_type(stop) == JSON_STRING)
    return json_is(stop, STR_NONE) ? JSON_ABSENT : stop;
  while (json_exists(one) && (json_type(one) != JSON_STRING || json_is(one, STR_NONE)))
    one = json_next(one);
  return one;
}

static void put_stop(struct writer *w) {
  struct json_value stop = w->request->stop, one = first_stop(stop);
  if (json_absent(one) || refuses(w, STR("stop")))
    return;
  json_put_key(w->out, STR("stop"));
  if (!w->rules->stop_one) {
    json_put_value(w->out, stop);
    return;
  }
  if (json_count(stop) > 1)
    request_lose(w->request, STR("stop"));
  json_put_open(w->out, '[');
  json_put_value(w->out, one);
  json_put_close(w->out, ']');
}

static void put_user(struct writer *w) {
  struct str user = w->request->user;
  if (user.n == 0)
    return;
  size_t n = str_characters(user);
  if (n < w->rules->user_min || n > w->rules->user_max) {
    request_lose(w->request, STR("user"));
    return;
  }
  if (refuses(w, w->rules->user_field))
    return;
  json_put_member_string(w->out, w->rules->user_field, user);
}

/* ---- reasoning ---- */

static bool resends_reasoning(const struct request *r) {
  for (const struct item *i = r->items; i != NULL; i = i->next) {
    if (i->kind == ITEM_REASONING && i->parts != NULL)
      return true;
  }
  return false;
}

static bool has_thinking(const struct writer *w) {
  return w->facts->thinking != THINKING_NONE && w->rules->thinking;
}

/* The upstream ignores reasoning that is sent back unless clear_thinking is false. */
static void put_thinking(struct writer *w, bool off) {
  bool keep = resends_reasoning(w->request);
  struct json_value own = request_find_extra(w->request, STR("thinking")),
                    clear = json_find(own, STR("clear_thinking"));
  if (!has_thinking(w))
    return;
  off |= json_is(json_find(own, STR("type")), STR("disabled"));
  if (off && w->facts->thinking == THINKING_ALWAYS) {
    request_lose(w->request, json_absent(own) ? STR("reasoning.effort") : STR("thinking"));
    off = false;
  }
  if (!off && !keep && w->request->effort.n == 0 && json_absent(own))
    return;
  json_put_member_open(w->out, STR("thinking"), '{');
  json_put_member_string(w->out, STR("type"), off ? STR("disabled") : STR("enabled"));
  if (!json_absent(clear)) {
    json_put_member(w->out, clear);
  } else if (keep) {
    json_put_member_raw(w->out, STR("clear_thinking"), STR("false"));
  }
  json_put_close(w->out, '}');
}

/* Does the client's own "thinking" disable it? */
static bool is_disabled(const struct writer *w) {
  struct json_value own = request_find_extra(w->request, STR("thinking"));
  return has_thinking(w) && json_is(json_find(own, STR("type")), STR("disabled"));
}

/* A model that always thinks does so at the highest effort when none is given. */
static struct str wanted_effort(const struct writer *w) {
  bool least = w->facts->effort == EFFORT_GLM53 && is_disabled(w);
  return w->request->effort.n == 0 && least ? STR("none") : w->request->effort;
}

static void put_reasoning(struct writer *w) {
  bool off = false;
  struct str wanted = wanted_effort(w), effort = STR_NONE;
  if (wanted.n > 0)
    effort = provider_effort(w->facts->effort, wanted, &off);
  put_thinking(w, off);
  if (effort.n > 0 && !refuses(w, STR("reasoning_effort")))
    json_put_member_string(w->out, STR("reasoning_effort"), effort);
  /* The scale has no such effort: the nearest one is sent. */
  bool done = str_equal(effort, w->request->effort) || (effort.n == 0 && off);
  if (w->request->effort.n > 0 && !done)
    request_lose(w->request, STR("reasoning.effort"));
}

/* ---- format, and the rest ---- */

static void put_format(struct writer *w) {
  const struct request *r = w->request;
  if (r->format == FORMAT_TEXT || w->facts->plain)
    return;
  json_put_member_open(w->out, STR("response_format"), '{');
  if (r->format == FORMAT_JSON_OBJECT || !w->rules->json_schema) {
    json_put_member_string(w->out, STR("type"), STR("json_object"));
  } else {
    json_put_member_string(w->out, STR("type"), STR("json_schema"));
    json_put_member_open(w->out, STR("json_schema"), '{');
    json_put_member_string(w->out, STR("name"),
                           r->format_name.n > 0 ? r->format_name : STR("answer"));
    json_put_member_raw(w->out, STR("schema"), r->schema);
    request_put_format_rest(w->out, r);
    json_put_close(w->out, '}');
  }
  json_put_close(w->out, '}');
}

/* Members of OpenAI's that an upstream without |extras| does not know. */
static bool is_openai_extra(struct json_value member) {
  static const char *const names[] = {
      "seed",
      "presence_penalty",
      "frequency_penalty",
      "logprobs",
      "top_logprobs",
      "n",
      "logit_bias",
      "store",
      "metadata",
      "service_tier",
      "prediction",
      "modalities",
      "audio",
      "verbosity",
      "web_search_options",
      "prompt_cache_key",
      "prompt_cache_retention",
  };
  return JSON_KEY_ROW(member, names) != NULL;
}

/* metadata needs no upstream: the response just repeats it. */
static void lose_extra(struct writer *w, const struct extra *e) {
  if (w->request->chat || !json_key_is(e->value, STR("metadata")))
    request_lose(w->request, e->name);
}

static void put_extras(struct writer *w) {
  for (const struct extra *e = w->request->extras; e != NULL; e = e->next) {
    if (has_thinking(w) && json_key_is(e->value, STR("thinking")))
      continue; /* see put_thinking() */
    /* GLM refuses an id that was sent before: error 1231. */
    bool spent = w->again && json_key_is(e->value, STR("request_id"));
    if (spent || (!w->rules->extras && is_openai_extra(e->value))) {
      lose_extra(w, e);
      continue;
    }
    if (refuses(w, json_key(e->value)))
      continue;
    json_put_member(w->out, e->value);
  }
}

/* A chat client's own member is sent as it is. */
static void put_logprobs(struct writer *w) {
  if (!w->request->logprobs || w->request->chat)
    return;
  if (!w->rules->extras && w->request->include_logprobs)
    request_lose(w->request, STR("include.message.output_text.logprobs"));
  if (w->rules->extras && !refuses(w, STR("logprobs")))
    json_put_member_raw(w->out, STR("logprobs"), STR("true"));
}

static void put_stream(struct writer *w) {
  /* Some services stream unless "stream" is false. */
  if (!w->request->stream && !w->rules->native)
    json_put_member_raw(w->out, STR("stream"), STR("false"));
  if (!w->request->stream)
    return;
  json_put_member_raw(w->out, STR("stream"), STR("true"));
  /* Usage is requested in a stream only if somebody needs it: a chunk without choices breaks
   * clients that do not expect it. */
  if ((w->usage || w->request->include_usage) && !refuses(w, STR("stream_options")))
    json_put_member_raw(w->out, STR("stream_options"), STR("{\"include_usage\":true}"));
}

static int check_results(struct request *r, const struct chat_rules *rules, struct failure *f) {
  struct field_reader in = {r, f};
  for (const struct item *i = r->items; i != NULL && rules->needs_call; i = i->next) {
    if (i->kind == ITEM_RESULT && i->pair == NULL) {
      return field_refuse(&in, i->call_source, ERR_VALUE,
                          STR("no call with this id is in the conversation before it"));
    }
  }
  return 0;
}

/* Put the members beside the conversation. */
static void put_settings(struct writer *w) {
  struct request *r = w->request;
  put_format(w);
  put_reasoning(w);
  put_clamped(w, STR("temperature"), r->temperature, 0, w->rules->temperature_max);
  put_clamped(w, STR("top_p"), r->top_p, w->rules->top_p_min, 1);
  put_limit(w);
  put_stop(w);
  put_user(w);
  put_stream(w);
  put_logprobs(w);
  put_extras(w);
}

int chat_request_write(struct buf *out, struct request *r, const struct chat_target *target,
                       struct failure *f) {
  struct writer w = {.out = out,
                     .request = r,
                     .rules = target->rules,
                     .facts = target->facts,
                     .refused = target->refused,
                     .usage = target->usage,
                     .again = target->again};
  struct buf said;
  buf_reset(&r->removed); /* may be left from an earlier target */
  if (!request_pair_calls(r))
    return ERR_MEMORY;
  int err = check_results(r, target->rules, f);
  if (err == 0)
    err = chat_name_tools(r, target, f);
  if (err)
    return err;
  buf_init(&said, r->arena, BODY_MAX_CEILING);
  chat_say_tools(&said, r, target);
  say_format(&w, &said);
  json_put_open(out, '{');
  json_put_member_string(out, STR("model"), target->model);
  json_put_key(out, STR("messages"));
  chat_put_messages(out, r, target, str_trim(buf_str(&said)));
  chat_put_tools(out, r, target);
  if (!r->counted)
    put_settings(&w);
  json_put_close(out, '}');
  if (buf_error(&said) || buf_error(&r->removed))
    return buf_error(&said) ? buf_error(&said) : buf_error(&r->removed);
  return buf_error(out);
}
