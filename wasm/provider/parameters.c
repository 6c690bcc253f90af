/* parameters.c -- see parameters.h.
 *
 * Messages that refuse a member:
 *
 *   Unsupported parameter: 'temperature' is not supported with this model.      OpenAI
 *   Unsupported value: 'temperature' does not support 0.7 with this model.      OpenAI
 *   Unrecognized request argument supplied: store                               Azure
 *   property 'store' is unsupported                                             Groq, Cerebras
 *   Extra inputs are not permitted                                              Mistral
 */
#include "provider/parameters.h"

static const struct str names[] = {
    STR_INIT("temperature"),
    STR_INIT("top_p"),
    STR_INIT("max_tokens"), /* sent as max_completion_tokens instead */
    STR_INIT("presence_penalty"),
    STR_INIT("frequency_penalty"),
    STR_INIT("logprobs"),
    STR_INIT("top_logprobs"),
    STR_INIT("logit_bias"),
    STR_INIT("seed"),
    STR_INIT("stop"),
    STR_INIT("user"),
    STR_INIT("safety_identifier"),
    STR_INIT("store"),
    STR_INIT("metadata"),
    STR_INIT("service_tier"),
    STR_INIT("prompt_cache_key"),
    STR_INIT("prompt_cache_retention"),
    STR_INIT("verbosity"),
    STR_INIT("parallel_tool_calls"),
    STR_INIT("reasoning_effort"),
    STR_INIT("reasoning"),
    STR_INIT("reasoning_content"),
    STR_INIT("stream_options"),
    STR_INIT("truncation"),
    STR_INIT("top_k"),
    STR_INIT("tool_stream"),
};

enum { NAMES = sizeof names / sizeof names[0] };
_Static_assert(NAMES <= 32, "a bit each");

uint32_t parameter_bit(struct str name) {
  for (size_t i = 0; i < NAMES; i++)
    if (str_equal(names[i], name))
      return 1u << i;
  return 0;
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

static bool says(struct str text, const struct str *phrases, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (str_find(text, phrases[i]) != STR_NOWHERE)
      return true;
  return false;
}

uint32_t parameter_refused(const struct trouble *t) {
  static const struct str phrases[] = {
      STR_INIT("nsupported parameter"),          STR_INIT("nknown parameter"),
      STR_INIT("nrecognized request argument"),  STR_INIT("is unsupported"),
      STR_INIT("not supported with this model"), STR_INIT("xtra inputs are not permitted"),
  };
  static const struct str value[] = {STR_INIT("nsupported value")};
  bool member = says(t->message, phrases, sizeof phrases / sizeof *phrases) ||
                str_equal(t->code, STR("unsupported_parameter")) ||
                str_equal(t->code, STR("unknown_parameter"));
  bool of_value = says(t->message, value, 1) || str_equal(t->code, STR("unsupported_value"));
  if ((t->status != 400 && t->status != 422) || (!member && !of_value))
    return 0;
  uint32_t bit = find_named(t->param);
  if (bit == 0)
    bit = find_named(t->message);
  /* Some models accept only the default value of these. */
  return of_value ? bit & (parameter_bit(STR("temperature")) | parameter_bit(STR("top_p"))) : bit;
}
