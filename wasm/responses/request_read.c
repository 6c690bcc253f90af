/* The request, as clients send it (every field but model may be null):
 *
 *   {"model": "m", "instructions": "...", "stream": true,
 *    "input": "text" | [items], see input.c,
 *    "tools": [tools], see tools.c,
 *    "tool_choice": "auto" | {"type": "function", "name": "f"},
 *    "text": {"format": {"type": "json_schema", "name": "n", "schema": {...}}},
 *    "reasoning": {"effort": "low"}, "max_output_tokens": 100, ...}
 */
#include "responses/request.h"

#include "item/compaction.h"
#include "item/field.h"
#include "item/request_fields.h"
#include "responses/input.h"
#include "responses/stored.h"
#include "responses/tools.h"

static int read_instructions(struct field_reader *in, struct json_value value) {
  return field_take_string(in, value, &in->request->instructions);
}

static int read_text(struct field_reader *in, struct json_value text) {
  struct json_value verbosity = json_find(text, STR("verbosity"));
  if (!json_absent(verbosity) && !request_add_extra(in->request, verbosity, STR("text.verbosity")))
    return ERR_MEMORY;
  return request_read_format(in, json_find(text, STR("format")));
}

static int read_reasoning(struct field_reader *in, struct json_value reasoning) {
  static const struct str lost[] = {STR_INIT("context"), STR_INIT("mode")};
  for (size_t i = 0; i < FIELD_COUNT(lost); i++) {
    if (!json_absent(json_find(reasoning, lost[i])))
      field_lose_word(in, STR("reasoning"), lost[i]);
  }
  return field_string(in, reasoning, STR("effort"), &in->request->effort);
}

static int read_include(struct field_reader *in, struct json_value include) {
  for (struct json_value v = json_first(include); json_exists(v); v = json_next(v)) {
    if (json_is(v, STR("reasoning.encrypted_content"))) {
      in->request->include_encrypted = true;
    } else if (json_is(v, STR("message.output_text.logprobs"))) {
      in->request->logprobs = in->request->include_logprobs = true;
    } else {
      field_lose(in, STR("include"), v);
    }
  }
  return 0;
}

static int read_prompt(struct field_reader *in, struct json_value value) {
  return field_refuse(in, value, ERR_UNSUPPORTED,
                      STR("prompt templates are kept by OpenAI and known to no other upstream"));
}

/* Keep a member that some chat services take under the same name. */
static int read_extra(struct field_reader *in, struct json_value value) {
  return request_add_extra(in->request, value, json_key(value)) ? 0 : ERR_MEMORY;
}

/* Sent on, or noted as lost, only where it is not the default: strict services refuse unknown
 * members. */
static int read_store(struct field_reader *in, struct json_value value) {
  return json_bool(value, false) && !in->request->stored ? read_extra(in, value) : 0;
}

static int read_metadata(struct field_reader *in, struct json_value value) {
  return json_count(value) > 0 ? read_extra(in, value) : 0;
}

static int read_context_management(struct field_reader *in, struct json_value value) {
  for (struct json_value v = json_first(value); json_exists(v); v = json_next(v)) {
    int64_t *threshold = &in->request->compaction.threshold;
    if (!json_is(json_find(v, STR("type")), STR("compaction")) ||
        !json_integer(json_find(v, STR("compact_threshold")), threshold) || *threshold <= 0)
      return field_refuse(in, v, ERR_VALUE,
                          STR("context_management is known as "
                              "[{\"type\":\"compaction\",\"compact_threshold\":N}]"));
  }
  return 0;
}

static int read_truncation(struct field_reader *in, struct json_value value) {
  if (!json_is(value, STR("disabled")))
    request_lose(in->request, STR("truncation"));
  return 0;
}

static int read_service_tier(struct field_reader *in, struct json_value value) {
  bool usual = json_is(value, STR("auto")) || json_is(value, STR("default"));
  return usual ? 0 : read_extra(in, value);
}

/* A number that is zero by default. */
static int read_zero(struct field_reader *in, struct json_value value) {
  double number = 0;
  bool zero = json_number(value, &number) && number == 0;
  return zero ? 0 : read_extra(in, value);
}

static int read_top_logprobs(struct field_reader *in, struct json_value value) {
  int64_t n = 0;
  in->request->logprobs |= json_integer(value, &n) && n > 0;
  return read_zero(in, value);
}

static const struct field_case fields[] = {
    {"model", request_read_nothing}, /* the route has replaced it */
    {"input", responses_read_input},
    {"instructions", read_instructions},
    {"stream", request_read_stream},
    {"tools", responses_read_tools},
    {"tool_choice", request_read_choice},
    {"parallel_tool_calls", request_read_parallel},
    {"text", read_text},
    {"reasoning", read_reasoning},
    {"include", read_include},
    {"temperature", request_read_temperature},
    {"top_p", request_read_top_p},
    {"max_output_tokens", request_read_output_max},
    {"user", request_read_user},
    {"safety_identifier", request_read_user},
    {"previous_response_id", stored_read_previous},
    {"conversation", stored_read_previous},
    {"prompt", read_prompt},
    {"store", read_store},
    {"background", request_read_nothing}, /* it runs there already */
    {"context_management", read_context_management},
    {"truncation", read_truncation},
    {"service_tier", read_service_tier},
    {"presence_penalty", read_zero},
    {"frequency_penalty", read_zero},
    {"top_logprobs", read_top_logprobs},
    {"metadata", read_metadata},
    {"prompt_cache_key", read_extra},
    {"prompt_cache_retention", read_extra},
    {"stream_options", request_read_nothing}, /* include_obfuscation: the gateway adds none */
};

/* Is there nothing to answer? Upstreams refuse that with unclear messages. */
static bool is_void(const struct request *r, struct json_value input) {
  return r->items == NULL && r->instructions.n == 0 &&
         (json_is_empty(input) || !(r->has_updates || r->compaction.on || r->compaction.window));
}

int responses_request_read(struct request *r, struct json_value body, struct failure *f) {
  struct field_reader in = {r, f};
  struct json_value input = json_find(body, STR("input"));
  r->body = body;
  int err = field_read(&in, body, fields, FIELD_COUNT(fields));
  if (err)
    return err;
  if (json_absent(input))
    return field_refuse(&in, input, ERR_MISSING, STR("input"));
  if (is_void(r, input))
    return field_refuse(&in, input, ERR_VALUE,
                        STR("input has nothing that can be sent, and there are no instructions"));
  err = responses_read_updates(&in, input);
  compaction_forget_before(r);
  if (err == 0 && (r->compaction.on || r->compaction.window) && !compaction_begin(r))
    err = ERR_MEMORY;
  return err;
}
