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

enum finish chat_finish(struct str word) {
  static const struct {
    struct str word; /* in any case */
    enum finish finish;
  } rows[] = {
      {STR_INIT("stop"), FINISH_STOP},
      {STR_INIT("tool_calls"), FINISH_CALLS},
      {STR_INIT("length"), FINISH_LENGTH},
      {STR_INIT("content_filter"), FINISH_FILTER},
      {STR_INIT("function_call"), FINISH_CALLS},
      {STR_INIT("tool_call"), FINISH_CALLS},
      /* Anthropic's, from compatible services */
      {STR_INIT("end_turn"), FINISH_STOP},
      {STR_INIT("stop_sequence"), FINISH_STOP},
      {STR_INIT("tool_use"), FINISH_CALLS},
      {STR_INIT("max_tokens"), FINISH_LENGTH},                    /* Gemini's too, in upper case */
      {STR_INIT("model_context_window_exceeded"), FINISH_LENGTH}, /* GLM's too */
      {STR_INIT("refusal"), FINISH_FILTER},
      /* text-generation-inference, vLLM and others, Cohere */
      {STR_INIT("eos"), FINISH_STOP},
      {STR_INIT("eos_token"), FINISH_STOP},
      {STR_INIT("end"), FINISH_STOP},
      {STR_INIT("done"), FINISH_STOP},
      {STR_INIT("complete"), FINISH_STOP},
      {STR_INIT("completed"), FINISH_STOP},
      {STR_INIT("finished"), FINISH_STOP},
      {STR_INIT("normal"), FINISH_STOP}, /* Baidu */
      {STR_INIT("max_output_tokens"), FINISH_LENGTH},
      {STR_INIT("max_length"), FINISH_LENGTH},
      {STR_INIT("model_length"), FINISH_LENGTH}, /* Mistral */
      {STR_INIT("token_limit"), FINISH_LENGTH},
      {STR_INIT("context_length_exceeded"), FINISH_LENGTH},
      {STR_INIT("error_limit"), FINISH_LENGTH}, /* Cohere */
      {STR_INIT("sensitive"), FINISH_FILTER},   /* GLM */
      {STR_INIT("content_filtered"), FINISH_FILTER},
      {STR_INIT("guardrail_intervened"), FINISH_FILTER}, /* Bedrock */
      {STR_INIT("error_toxic"), FINISH_FILTER},          /* Cohere */
      /* Gemini */
      {STR_INIT("safety"), FINISH_FILTER},
      {STR_INIT("recitation"), FINISH_FILTER},
      {STR_INIT("blocklist"), FINISH_FILTER},
      {STR_INIT("prohibited_content"), FINISH_FILTER},
      {STR_INIT("spii"), FINISH_FILTER},
      {STR_INIT("image_safety"), FINISH_FILTER},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (is_word(word, rows[i].word))
      return rows[i].finish;
  }
  return FINISH_BROKEN;
}
