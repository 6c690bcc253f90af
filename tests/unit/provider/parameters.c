/* parameters.c -- tests of wasm/provider/parameters.c. */
#include "provider/parameters.h"

#include <stdio.h>

#include "unit/unit.h"

static const struct {
  int status;
  struct str code, param, message;
  struct str name; /* what is refused; empty: nothing */
} rows[] = {
    {400, STR_INIT("unsupported_parameter"), STR_INIT("temperature"),
     STR_INIT("Unsupported parameter: 'temperature' is not supported with this model."),
     STR_INIT("temperature")},
    {400, STR_INIT(""), STR_INIT(""), STR_INIT("Unsupported parameter: 'top_p' is not supported."),
     STR_INIT("top_p")},
    {400, STR_INIT("unsupported_value"), STR_INIT("temperature"),
     STR_INIT("Unsupported value: 'temperature' does not support 0.7 with this model."),
     STR_INIT("temperature")},
    /* another value would do: the effort itself is taken */
    {400, STR_INIT("unsupported_value"), STR_INIT("reasoning_effort"),
     STR_INIT("Unsupported value: 'reasoning_effort' does not support 'minimal'."), STR_INIT("")},
    {400, STR_INIT("unsupported_parameter"), STR_INIT("max_tokens"),
     STR_INIT("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
              "'max_completion_tokens' instead."),
     STR_INIT("max_tokens")},
    {400, STR_INIT(""), STR_INIT(""), STR_INIT("Unrecognized request argument supplied: store"),
     STR_INIT("store")},
    {400, STR_INIT("invalid_request_error"), STR_INIT(""),
     STR_INIT("'messages.1' : property 'reasoning_content' is unsupported"),
     STR_INIT("reasoning_content")},
    {422, STR_INIT(""), STR_INIT(""), STR_INIT("body.store: Extra inputs are not permitted"),
     STR_INIT("store")},
    {400, STR_INIT("unknown_parameter"), STR_INIT("input[1].status"),
     STR_INIT("Unknown parameter: 'input[1].status'."), STR_INIT("")},
    {400, STR_INIT("unsupported_parameter"), STR_INIT("tools"),
     STR_INIT("Unsupported parameter: 'tools' is not supported with this model."), STR_INIT("")},
    {400, STR_INIT("invalid_value"), STR_INIT("temperature"),
     STR_INIT("Invalid 'temperature': decimal above maximum value."), STR_INIT("")},
    {429, STR_INIT(""), STR_INIT("temperature"), STR_INIT("Unsupported parameter: 'temperature'"),
     STR_INIT("")},
    {400, STR_INIT("400"), STR_INIT(""), STR_INIT("System message must be at the beginning."),
     STR_INIT(LATER_SYSTEM)},
    {500, STR_INIT(""), STR_INIT(""),
     STR_INIT("jinja template rendering failed. System message must be at the beginning."),
     STR_INIT(LATER_SYSTEM)},
};

int main(void) {
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct trouble t = {.status = rows[i].status,
                        .code = rows[i].code,
                        .param = rows[i].param,
                        .message = rows[i].message};
    uint32_t want = rows[i].name.n > 0 ? parameter_bit(rows[i].name) : 0;
    CHECK(rows[i].name.n == 0 || want != 0);
    if (!CHECK(parameter_refused(&t) == want))
      printf("  in row %d\n", (int)i);
  }
  return unit_done();
}
