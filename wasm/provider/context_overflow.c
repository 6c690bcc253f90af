/* context_overflow.c -- see context_overflow.h. */
#include "provider/context_overflow.h"

#include "base/buf.h"
#include "limits.h"
#include "provider/pattern.h"

/* Codes and types. */
static const struct str codes[] = {
    STR_INIT("context_length_exceeded"),
    STR_INIT("context_window_exceeded"),
    STR_INIT("model_context_window_exceeded"),
    STR_INIT("exceed_context_size_error"),        /* llama.cpp */
    STR_INIT("string_above_max_length"),          /* OpenAI, one string of 10 MB */
    STR_INIT("tokens_limit_reached"),             /* GitHub Models */
    STR_INIT("model_max_prompt_tokens_exceeded"), /* GitHub Copilot */
    STR_INIT("prompt_too_long"),
};

/* Wordings, from vendors' documents, their source and public reports. */
static const struct str wordings[] = {
    STR_INIT(
        "maximum context"), /* OpenAI, DeepSeek, vLLM, OpenRouter, Mistral, Perplexity, Azure */
    STR_INIT("max context"),
    STR_INIT("context length exceeded"),
    STR_INIT("context_length_exceeded"),
    STR_INIT("exceed*context window"), /* OpenAI, Responses */
    STR_INIT("exceed*model's context"),
    STR_INIT("exceeds model context"),
    STR_INIT("context window limit"),
    STR_INIT("context limit"),
    STR_INIT("context window exceeds limit"), /* MiniMax */
    STR_INIT("context window is full"),
    STR_INIT("exceed the configured limit of"),         /* OpenAI: "Input tokens exceed ..." */
    STR_INIT("longer than the model's context length"), /* SGLang */
    STR_INIT("context length is only"),                 /* vLLM */
    STR_INIT("longer than the maximum model length"),
    STR_INIT("exceeds*maximum model length"),
    STR_INIT("exceed max model len"),
    STR_INIT("max_tokens must be at least 1, got -"), /* vLLM: what the prompt left */
    STR_INIT("exceeds the maximum allowed length"),
    STR_INIT("max_total_tokens"), /* SiliconFlow */
    STR_INIT("max_seq_len"),
    STR_INIT("exceeded model token limit"),       /* Kimi */
    STR_INIT("range of input length should be"),  /* DashScope */
    STR_INIT(" token length exceed model limit"), /* likewise */
    STR_INIT("prompt is too long"),               /* Anthropic, Fireworks */
    STR_INIT("prompt too long"),                  /* Ollama, AI21 */
    STR_INIT("prompt*exceed*limit"),
    STR_INIT("prompt*exceed*max"), /* GLM on other hosts, Copilot, Cohere */
    STR_INIT(" tokens, which exceeds the max"),
    STR_INIT("more than max tokens allowed"), /* Baidu */
    STR_INIT("input is too l"),               /* long, large: Bedrock */
    STR_INIT("input too long"),
    STR_INIT("input length*exceed"),                   /* Ollama, Doubao */
    STR_INIT("input token count*exceeds"),             /* Gemini */
    STR_INIT("input token count*only supports up to"), /* Vertex */
    STR_INIT("maximum prompt length is"),              /* xAI */
    STR_INIT("reduce the length of the"),              /* OpenAI, Groq, Cerebras */
    STR_INIT("request body too large for*model"),      /* GitHub Models */
    STR_INIT("exceeds the available context size"),    /* llama.cpp */
    STR_INIT("greater than the context length"),       /* LM Studio */
    STR_INIT("context the overflows"),
    STR_INIT("context overflow"),
    STR_INIT("inputs*max_new_tokens*must be"), /* Together, TGI */
    STR_INIT("`inputs` must have less than"),
    STR_INIT("too many tokens*prompt"), /* Cohere */
    STR_INIT("max message tokens"),     /* Doubao */
    STR_INIT("token limit exceeded"),
    STR_INIT("exceeds maximum token"),
    STR_INIT("expected a string with maximum length"), /* OpenAI */
    STR_INIT("\xe8\xb6\x85\xe5\x87\xba\xe6\x9c\x80\xe5\xa4\xa7\xe9\x95\xbf\xe5\xba\xa6"),
    STR_INIT("\xe8\xb6\x85\xe9\x95\xbf"), /* "too long", GLM in Chinese */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The messages of rate limits and refused keys mention tokens and prompts, too. */
static bool may_be(int status) {
  return (status >= 200 && status <= 299) || status == 400 || status == 413 || status == 422 ||
         status >= 500;
}

bool context_overflow_fits(const struct trouble *t) {
  for (size_t i = 0; i < COUNT(codes); i++)
    if (str_equal(t->code, codes[i]) || str_equal(t->type, codes[i]))
      return true;
  for (size_t i = 0; may_be(t->status) && i < COUNT(wordings); i++)
    if (pattern_fits(wordings[i], t->message))
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
