/* input.h -- read the items of a request's "input". */
#ifndef RESPONSES_INPUT_H
#define RESPONSES_INPUT_H

#include "item/field.h"

/* Read "input": a string, or an array of items. */
int responses_read_input(struct field_reader *in, struct json_value input);

/* After all other fields: read the tools in items of |input| (additional_tools, tool_search_output)
 * and the changes of the request (configuration_update), of which the last counts. */
int responses_read_updates(struct field_reader *in, struct json_value input);

#endif
