#include "item/event.h"

#include "limits.h"

/* A number of tokens, by the one API's names or the other's; the details stand
 * in an object of their own. */
static int64_t read_tokens(struct json_value object, const struct str *names,
                           const struct str *details) {
  int64_t n = 0;
  struct json_value v = JSON_ABSENT;
  for (int i = 0; i < 2 && json_absent(v); i++) {
    v = json_find(object, names[i]);
    if (details != NULL)
      v = json_find(v, *details);
  }
  json_integer(v, &n);
  return n < 0 ? 0 : n > TOKENS_MAX ? TOKENS_MAX : n;
}

bool usage_read(struct json_value object, struct usage *out) {
  static const struct str names[][2] = {
      {STR_INIT("input_tokens"), STR_INIT("prompt_tokens")},
      {STR_INIT("output_tokens"), STR_INIT("completion_tokens")},
      {STR_INIT("input_tokens_details"), STR_INIT("prompt_tokens_details")},
      {STR_INIT("output_tokens_details"), STR_INIT("completion_tokens_details")},
  };
  static const struct str total = STR_INIT("total_tokens"), cached = STR_INIT("cached_tokens"),
                          reasoning = STR_INIT("reasoning_tokens");
  if (json_type(object) != JSON_OBJECT)
    return false;
  out->known = true;
  out->input = read_tokens(object, names[0], NULL);
  out->output = read_tokens(object, names[1], NULL);
  out->cached = read_tokens(object, names[2], &cached);
  out->reasoning = read_tokens(object, names[3], &reasoning);
  if (!json_integer(json_find(object, total), &out->total) || out->total < 0 ||
      out->total > TOKENS_MAX)
    out->total = out->input + out->output;
  return true;
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
