/* request_fields.h -- the fields that requests of both dialects have alike.
 *
 * Functions for the rows of field_read(), and what the two dialects' own rows
 * share: each answers 0, or negative with the reader's failure filled.
 */
#ifndef ITEM_REQUEST_FIELDS_H
#define ITEM_REQUEST_FIELDS_H

#include "item/field.h"

int request_read_stream(struct field_reader *in, struct json_value value);
int request_read_temperature(struct field_reader *in, struct json_value value);
int request_read_top_p(struct field_reader *in, struct json_value value);
int request_read_output_max(struct field_reader *in, struct json_value value);
int request_read_user(struct field_reader *in, struct json_value value);
int request_read_parallel(struct field_reader *in, struct json_value value);

/* For what is known and needs no reading. */
int request_read_nothing(struct field_reader *in, struct json_value value);

/* "tools", each by |read|. */
int request_read_tools(struct field_reader *in, struct json_value tools,
                       int (*read)(struct field_reader *in, struct json_value tool));

/* The word of a tool_choice that names no tool. */
int request_read_choice(struct field_reader *in, struct json_value choice);

/* The "type" of the answer's format. */
int request_read_format(struct field_reader *in, struct json_value format);

#endif
