/* parameters.c -- see parameters.h.
 *
 * Messages that refuse a member:
 *
 *   Unsupported parameter: 'temperature' is not supported with this model.      OpenAI
 *   Unsupported value: 'temperature' does not support 0.7 with this model.      OpenAI
 *   Unrecognized request argument supplied: store                               Azure
 *   property 'store' is unsupported                                             Groq, Cerebras
 *   Extra inputs are not permitted                                              Mistral
 *   System message must be at the beginning.                                    Qwen's template
 */
#include "provider/parameters.h"

static const char *const names[] = {
    "temperature",
    "top_p",
    "max_tokens", /* sent as max_completion_tokens instead */
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "logit_bias",
    "seed",
    "stop",
    "user",
    "safety_identifier",
    "store",
    "metadata",
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "verbosity",
    "parallel_tool_calls",
    "reasoning_effort",
    "reasoning",
    "reasoning_content",
    "stream_options",
    "truncation",
    "top_k",
    "tool_stream",
    LATER_SYSTEM,
};

enum { NAMES = sizeof names / sizeof names[0] };
_Static_assert(NAMES <= 32, "a bit each");

uint32_t parameter_bit(struct str name) {
  const char *const *row = STR_ROW(name, names);
  return row != NULL ? 1u << (row - names) : 0;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The bit of the first word of |text| that has one. */
static uint32_t find_named(struct str text) {
  for (size_t at = 0; at < text.n;) {
    size_t n = 0;
    while (at + n < text.n && is_word(text.p[at + n]))
      n++;
    uint32_t bit = parameter_bit(str_part(text, at, n));
    if (bit != 0)
      return bit;
    at += n > 0 ? n : 1;
  }
  return 0;
}

static bool says(struct str text, const char *const *phrases, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (str_find(text, str_literal(phrases[i])) != STR_NOWHERE)
      return true;
  return false;
}

uint32_t parameter_refused(const struct trouble *t) {
  static const char *const phrases[] = {
      "nsupported parameter",          "nknown parameter",
      "nrecognized request argument",  "is unsupported",
      "not supported with this model", "xtra inputs are not permitted",
  };
  static const char *const value[] = {"nsupported value"};
  static const char *const later[] = {"ystem message must be at the beginning"};
  bool member = says(t->message, phrases, sizeof phrases / sizeof *phrases) ||
                str_equal(t->code, STR("unsupported_parameter")) ||
                str_equal(t->code, STR("unknown_parameter"));
  bool of_value = says(t->message, value, 1) || str_equal(t->code, STR("unsupported_value"));
  /* llama.cpp answers 500 when a model's template refuses. */
  if (t->status >= 400 && says(t->message, later, 1))
    return parameter_bit(STR(LATER_SYSTEM));
  if ((t->status != 400 && t->status != 422) || (!member && !of_value))
    return 0;
  uint32_t bit = find_named(t->param);
  if (bit == 0)
    bit = find_named(t->message);
  /* Some models accept only the default value of these. */
  return of_value ? bit & (parameter_bit(STR("temperature")) | parameter_bit(STR("top_p"))) : bit;
}
