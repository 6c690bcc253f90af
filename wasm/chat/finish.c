/* finish.c -- see finish.h.
 *
 * A known good word ends an answer, a known limit or filter makes it incomplete.  Every other word
 * (abort, error, timeout, OTHER, MALFORMED_FUNCTION_CALL, DeepSeek's insufficient_system_resource,
 * GLM's network_error, future ones) is a failure of the upstream: an answer that may be cut off
 * must not count as complete.
 */
#include "chat/finish.h"

/* "tool-calls", "ToolCalls" and "TOOL_CALLS" are one word. */
static bool is_word(struct str said, struct str word) {
  size_t i = 0, n = 0;
  while (i < said.n && n < word.n) {
    if (said.p[i] == '-' || said.p[i] == '_' || said.p[i] == ' ')
      i++;
    else if (word.p[n] == '_')
      n++;
    else if ((said.p[i++] | 0x20) != word.p[n++])
      return false;
  }
  return i == said.n && n == word.n;
}

/* OpenAI's words, then Anthropic's, from compatible services; those of text-generation-inference,
 * vLLM, Cohere, Mistral, Baidu ("normal"), GLM ("sensitive"), Bedrock ("guardrail_intervened") and
 * Gemini. In any case, each with a space behind it. */
static const struct str words[] = {
    [FINISH_STOP] =
        STR_INIT("stop end_turn stop_sequence eos eos_token end done complete completed "
                 "finished normal "),
    [FINISH_CALLS] = STR_INIT("tool_calls function_call tool_call tool_use "),
    [FINISH_LENGTH] = STR_INIT("length max_tokens model_context_window_exceeded max_output_tokens "
                               "max_length model_length token_limit context_length_exceeded "
                               "error_limit "),
    [FINISH_FILTER] = STR_INIT("content_filter refusal sensitive content_filtered "
                               "guardrail_intervened error_toxic safety recitation blocklist "
                               "prohibited_content spii image_safety "),
};

enum finish chat_finish(struct str said) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    struct str rest = words[i], word;
    while (str_cut(&rest, ' ', &word)) {
      if (word.n > 0 && is_word(said, word))
        return (enum finish)i;
    }
  }
  return FINISH_BROKEN;
}
