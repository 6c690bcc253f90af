#include "item/event.h"

#include "limits.h"

/* A member that can hold a number of tokens, at the top level or in the object |group|. */
struct place {
  struct str group, name;
};

/* The number at the first of |places| that has one, |none| without any; the list ends with an empty
 * name. */
static int64_t read_tokens(struct json_value object, const struct place *places, int64_t none) {
  int64_t n = none;
  for (; places->name.n > 0; places++) {
    struct json_value from = places->group.n > 0 ? json_find(object, places->group) : object;
    if (json_integer(json_find(from, places->name), &n))
      break;
  }
  return n < none ? none : n > TOKENS_MAX ? TOKENS_MAX : n;
}

#define AT(name)                                                                                   \
  { STR_INIT(""), STR_INIT(name) }
#define IN(group, name)                                                                            \
  { STR_INIT(group), STR_INIT(name) }
#define END                                                                                        \
  { STR_INIT(""), STR_INIT("") }

static const struct place input[] = {AT("input_tokens"), AT("prompt_tokens"), END};
static const struct place output[] = {AT("output_tokens"), AT("completion_tokens"), END};
static const struct place cached[] = {
    IN("input_tokens_details", "cached_tokens"),
    IN("prompt_tokens_details", "cached_tokens"),
    AT("prompt_cache_hit_tokens"), /* DeepSeek */
    AT("cached_tokens"),           /* Kimi */
    AT("cache_read_input_tokens"), /* Anthropic, as compatible services pass it on */
    END,
};
static const struct place cache_write[] = {
    IN("input_tokens_details", "cache_write_tokens"),
    IN("prompt_tokens_details", "cache_write_tokens"),
    AT("cache_creation_input_tokens"), /* Anthropic */
    END,
};
static const struct place reasoning[] = {
    IN("output_tokens_details", "reasoning_tokens"),
    IN("completion_tokens_details", "reasoning_tokens"),
    AT("reasoning_tokens"),
    END,
};

bool usage_read(struct json_value object, struct usage *out) {
  if (json_type(object) != JSON_OBJECT ||
      read_tokens(object, input, -1) + read_tokens(object, output, -1) < -1)
    return false; /* numbers that are null are not known */
  out->known = true;
  out->input = read_tokens(object, input, 0);
  out->output = read_tokens(object, output, 0);
  out->cached = read_tokens(object, cached, 0);
  out->cache_write = read_tokens(object, cache_write, 0);
  out->reasoning = read_tokens(object, reasoning, 0);
  if (!json_integer(json_find(object, STR("total_tokens")), &out->total) || out->total < 0 ||
      out->total > TOKENS_MAX)
    out->total = out->input + out->output;
  return true;
}

void event_put_logprobs(struct event_sink *sink, struct json_value entries) {
  struct str raw = json_raw(entries);
  struct event ev = {.kind = EVENT_LOGPROBS};
  if (json_type(entries) != JSON_ARRAY || json_is_empty(entries))
    return;
  ev.text = str_part(raw, 1, raw.n - 2);
  sink->put(sink, &ev);
}

bool event_is_output(const struct event *ev) {
  switch (ev->kind) {
  case EVENT_REASONING:
  case EVENT_TEXT:
  case EVENT_REFUSAL:
  case EVENT_CALL:
  case EVENT_ARGUMENTS:
  case EVENT_CITATION:
    return true;
  default:
    return false;
  }
}
