/* tools.h -- read a request's "tools". */
#ifndef RESPONSES_TOOLS_H
#define RESPONSES_TOOLS_H

#include "item/field.h"

int responses_read_tools(struct field_reader *in, struct json_value tools);

/* Read one tool. */
int responses_read_tool(struct field_reader *in, struct json_value tool);

#endif
