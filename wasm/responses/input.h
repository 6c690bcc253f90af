/* input.h -- the items of a request's "input". */
#ifndef RESPONSES_INPUT_H
#define RESPONSES_INPUT_H

#include "item/field.h"

/* Read "input": a string, or an array of items. */
int responses_read_input(struct field_reader *in, struct json_value input);

/* Once all fields are read: the tools that items of |input| bring along
 * (additional_tools, tool_search_output), and the changes of the configuration that they
 * ask for (configuration_update).  The last one counts. */
int responses_read_updates(struct field_reader *in, struct json_value input);

#endif
