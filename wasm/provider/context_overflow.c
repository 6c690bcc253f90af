/* context_overflow.c -- see context_overflow.h. */
#include "provider/context_overflow.h"

#include "base/buf.h"
#include "limits.h"
#include "provider/pattern.h"

/* Codes and types, a line each: one text takes less room than a table of texts. */
static const struct str codes =
    STR_INIT("context_length_exceeded\n"
             "context_window_exceeded\n"
             "model_context_window_exceeded\n"
             "exceed_context_size_error\n"        /* llama.cpp */
             "string_above_max_length\n"          /* OpenAI, one string of 10 MB */
             "tokens_limit_reached\n"             /* GitHub Models */
             "model_max_prompt_tokens_exceeded\n" /* GitHub Copilot */
             "prompt_too_long\n");

/* Wordings, from vendors' documents, their source and public reports. */
static const struct str wordings = STR_INIT(
    "maximum context\n" /* OpenAI, DeepSeek, vLLM, OpenRouter, Mistral, Perplexity, Azure */
    "max context\n"
    "context length exceeded\n"
    "context_length_exceeded\n"
    "exceed*context window\n" /* OpenAI, Responses */
    "exceed*model's context\n"
    "exceeds model context\n"
    "context window limit\n"
    "context limit\n"
    "context window exceeds limit\n" /* MiniMax */
    "context window is full\n"
    "exceed the configured limit of\n"         /* OpenAI: "Input tokens exceed ..." */
    "longer than the model's context length\n" /* SGLang */
    "context length is only\n"                 /* vLLM */
    "longer than the maximum model length\n"
    "exceeds*maximum model length\n"
    "exceed max model len\n"
    "max_tokens must be at least 1, got -\n" /* vLLM: what the prompt left */
    "exceeds the maximum allowed length\n"
    "max_total_tokens\n" /* SiliconFlow */
    "max_seq_len\n"
    "exceeded model token limit\n"       /* Kimi */
    "range of input length should be\n"  /* DashScope */
    " token length exceed model limit\n" /* likewise */
    "prompt is too long\n"               /* Anthropic, Fireworks */
    "prompt too long\n"                  /* Ollama, AI21 */
    "prompt*exceed*limit\n"
    "prompt*exceed*max\n" /* GLM on other hosts, Copilot, Cohere */
    " tokens, which exceeds the max\n"
    "more than max tokens allowed\n" /* Baidu */
    "input is too l\n"               /* long, large: Bedrock */
    "input too long\n"
    "input length*exceed\n"                   /* Ollama, Doubao */
    "input token count*exceeds\n"             /* Gemini */
    "input token count*only supports up to\n" /* Vertex */
    "maximum prompt length is\n"              /* xAI */
    "reduce the length of the\n"              /* OpenAI, Groq, Cerebras */
    "request body too large for*model\n"      /* GitHub Models */
    "exceeds the available context size\n"    /* llama.cpp */
    "greater than the context length\n"       /* LM Studio */
    "context the overflows\n"
    "context overflow\n"
    "inputs*max_new_tokens*must be\n" /* Together, TGI */
    "`inputs` must have less than\n"
    "too many tokens*prompt\n" /* Cohere */
    "max message tokens\n"     /* Doubao */
    "token limit exceeded\n"
    "exceeds maximum token\n"
    "expected a string with maximum length\n" /* OpenAI */
    "\xe8\xb6\x85\xe5\x87\xba\xe6\x9c\x80\xe5\xa4\xa7\xe9\x95\xbf\xe5\xba\xa6\n"
    "\xe8\xb6\x85\xe9\x95\xbf\n"); /* "too long", GLM in Chinese */

/* The messages of rate limits and refused keys mention tokens and prompts, too. */
static bool may_be(int status) {
  return (status >= 200 && status <= 299) || status == 400 || status == 413 || status == 422 ||
         status >= 500;
}

bool context_overflow_fits(const struct trouble *t) {
  struct str rest = codes, line;
  while (str_cut(&rest, '\n', &line))
    if (str_equal(t->code, line) || str_equal(t->type, line))
      return true;
  rest = may_be(t->status) ? wordings : STR_NONE;
  while (str_cut(&rest, '\n', &line))
    if (pattern_fits(line, t->message))
      return true;
  return false;
}

struct str context_overflow_message(struct str message, int64_t window, struct arena *arena) {
  struct buf b;
  if (str_find(message, STR("This model's maximum context length is")) != STR_NOWHERE)
    return message;
  buf_init(&b, arena, 2 * MESSAGE_MAX);
  buf_put(&b, STR("This model's maximum context length is "));
  if (window > 0) {
    buf_put_integer(&b, window);
    buf_put(&b, STR(" tokens. "));
  } else {
    buf_put(&b, STR("exceeded. "));
  }
  buf_put(&b, message);
  return buf_error(&b) ? message : str_trim(buf_str(&b));
}
